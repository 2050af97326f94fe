using System.Text;
using System.Text.Json;
using Platform.Contracts.Scaling;
using Platform.Hosting.Measurements;
using Platform.Workloads.Secrets;

namespace Platform.Autoscaler.Sources;

/// <summary>
/// RabbitMQ's management API, <c>GET /api/queues/{virtual host}/{queue}</c>: the length with what consumers hold unacknowledged, or the rate of
/// what is published. Its figures are up to five seconds old (<c>collect_statistics_interval</c>).
/// </summary>
internal sealed class RabbitMqManagementSource(MetricHttp http, Lazy<ISecrets> secrets) : IMetricSource
{
    private static readonly Dictionary<string, string> NoHeaders = [];

    public bool Reads(ExternalMetric metric) => metric is RabbitMqMetric { IsAmqp: false };

    public string Server(ExternalMetric metric) => new Uri(((RabbitMqMetric)metric).Host).Authority;

    public async Task<Reading> ReadAsync(ExternalMetric metric, SourceQuestion question, CancellationToken ct)
    {
        var queue = (RabbitMqMetric)metric;
        if (BrokerLogin.Of(queue, secrets.Value, out var missing) is not { } login) return Reading.None($"the secret {missing}");
        var address = $"{queue.Host.TrimEnd('/')}/api/queues/{Uri.EscapeDataString(queue.VirtualHost)}/{Uri.EscapeDataString(queue.Queue)}";
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.Username}:{login.Password}")));
        var answer = await http.SendAsync(request, NoHeaders, question.Timeout, ct);
        if (answer.Text is null) return Reading.None(login.Mask(answer.Problem!));
        try
        {
            using var document = JsonDocument.Parse(answer.Text);
            return Read(document.RootElement, queue);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return Reading.None(login.Mask($"its answer is not one of RabbitMQ's management API: {MetricHttp.Beginning(answer.Text)}"));
        }
    }

    /// <summary>The one number in what is said of a queue. Pure.</summary>
    public static Reading Read(JsonElement answer, RabbitMqMetric metric)
    {
        if (metric.Mode == RabbitMqModes.MessageRate)
        {
            // A queue to which nothing was ever published has no such figures.
            if (!answer.TryGetProperty("message_stats", out var stats) || !stats.TryGetProperty("publish_details", out var published)) return Reading.Of(0);
            return published.TryGetProperty("rate", out var rate) ? Reading.Of(rate.GetDouble()) : Reading.None("its answer has no message_stats.publish_details.rate");
        }

        var member = metric.ExcludeUnacknowledged ? "messages_ready" : "messages";
        return answer.TryGetProperty(member, out var messages) ? Reading.Of(messages.GetDouble()) : Reading.None($"its answer has no {member} yet; it counts a new queue after a few seconds");
    }
}
