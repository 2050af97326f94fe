using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Platform.Effects;
using Platform.HealthMonitor.Events;
using Platform.HealthMonitor.Subscriptions;
using Platform.Storage;

namespace Platform.HealthMonitor.Dapr;

/// <summary>
/// Publishes every event through the sidecar: <c>POST /v1.0/publish/{pubsub}/{topic}</c> with a CloudEvent. It is a subscription like
/// a webhook's, with a place in the log, so nothing is lost while the sidecar is away; it never gives an event up.
/// </summary>
internal sealed class DaprPublisher(
    IOptions<DaprOptions> options, [FromKeyedServices(HealthMonitorModule.Name)] Database database, IEffects effects, TimeProvider time)
    : IEventReceiver, IDisposable
{
    public const string SubscriptionId = "dapr";
    private const string Scheme = "dapr:";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    // The sidecar is on this machine by Dapr's design; its address is the operator's configuration, not a user's input.
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false }) { Timeout = Timeout };

    public int MaxAttempts => int.MaxValue;

    public bool Serves(Subscription subscription) => subscription.Url.StartsWith(Scheme, StringComparison.Ordinal);

    /// <summary>Makes the subscription, or switches it off when no sidecar is configured any more.</summary>
    public Task PrepareAsync(CancellationToken cancellationToken) => database.TransactAsync(async transaction =>
    {
        var known = await SubscriptionStore.FindAsync(transaction, SubscriptionId);
        if (options.Value.HttpPort is null && known is null) return;
        await SubscriptionStore.PutAsync(transaction, new Subscription
        {
            Id = SubscriptionId,
            Name = "Dapr sidecar",
            Url = $"{Scheme}{options.Value.PubSub}/{options.Value.EventsTopic}",
            Enabled = options.Value.HttpPort is not null,
            CreatedAt = time.GetUtcNow(),
            LastSequence = await EventLog.HeadAsync(transaction),
        });
    }, cancellationToken);

    public async Task<SendResult> SendAsync(Subscription subscription, EventRecord record, CancellationToken cancellationToken)
    {
        var dapr = options.Value;
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{dapr.HttpPort}/v1.0/publish/{dapr.PubSub}/{dapr.EventsTopic}")
        {
            Content = new ByteArrayContent(CloudEvent.Write(record)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/cloudevents+json");
        if (dapr.ApiToken is { } token) request.Headers.Add(DaprEndpoints.TokenHeader, token);
        try
        {
            using var answer = await effects.PerformAsync(EffectKind.HttpSend, "dapr publish", () => _client.SendAsync(request, cancellationToken));
            return answer.IsSuccessStatusCode
                ? new SendResult((int)answer.StatusCode, null)
                : new SendResult((int)answer.StatusCode, $"The sidecar answered {(int)answer.StatusCode}; is there a pub/sub component '{dapr.PubSub}'?");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new SendResult(null, $"The sidecar did not answer within {Timeout.TotalSeconds:0} s.");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or SocketException)
        {
            return new SendResult(null, $"The sidecar cannot be reached: {failure.Message}");
        }
    }

    public void Dispose() => _client.Dispose();
}
