using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Platform.Effects;
using Platform.HealthMonitor.Events;
using Platform.Hosting.Outbound;
using Platform.Hosting.Security;

namespace Platform.HealthMonitor.Subscriptions;

/// <summary>
/// Posts an event to a webhook: a signed CloudEvent. The name is resolved once, here, and the connection goes to just that address,
/// so what was checked is what is reached; redirects are not followed; answers are read up to a bound.
/// </summary>
internal sealed class WebhookSender : IEventReceiver, IDisposable
{
    /// <summary>Enough of the answer to see what the receiver disliked.</summary>
    private const int AnswerHead = 512;

    private readonly HttpClient _client;
    private readonly WebhookOptions _options;
    private readonly IEffects _effects;
    private readonly SecretBox _box;
    private readonly TimeProvider _time;

    public WebhookSender(IOptions<WebhookOptions> options, IEffects effects, SecretBox box, TimeProvider time)
    {
        _options = options.Value;
        _effects = effects;
        _box = box;
        _time = time;
        _client = new HttpClient(GuardedConnections.Handler(new AddressPolicy(AllowedNetworks.Of(_options.Allow), "Webhooks:Allow"), _options.Timeout)) { Timeout = _options.Timeout };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("Platform-Webhooks", "1.0"));
    }

    public int MaxAttempts => _options.MaxAttempts;

    public bool Serves(Subscription subscription) => subscription.Url.StartsWith("http", StringComparison.OrdinalIgnoreCase);

    /// <summary>Webhooks are made over HTTP: nothing to prepare.</summary>
    public Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<SendResult> SendAsync(Subscription subscription, EventRecord record, CancellationToken cancellationToken)
    {
        // Unsigned it must not go out: the receiver would take it for a forgery, or worse, not look.
        var secret = subscription.Secret is null ? null : WebhookSecret.Open(_box, subscription);
        if (subscription.Secret is not null && secret is null) return new SendResult(null, "Its secret was sealed with another key than the present one: set it again, or restore Sealing:Key (sealing.key).");
        try
        {
            using var request = Request(subscription, record, secret);
            using var answer = await _effects.PerformAsync(
                EffectKind.HttpSend, $"webhook {subscription.Id}", () => _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken));
            if (answer.IsSuccessStatusCode) return new SendResult((int)answer.StatusCode, null);
            return new SendResult((int)answer.StatusCode, $"It answered {(int)answer.StatusCode}{await HeadAsync(answer, cancellationToken)}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new SendResult(null, $"It did not answer within {_options.Timeout.TotalSeconds:0.#} s.");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or SocketException)
        {
            return new SendResult(null, failure.Message);
        }
    }

    public void Dispose() => _client.Dispose();

    private HttpRequestMessage Request(Subscription subscription, EventRecord record, string? secret)
    {
        var body = CloudEvent.Write(record);
        var request = new HttpRequestMessage(HttpMethod.Post, subscription.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(CloudEvent.ContentType);
        var (id, now) = (record.Id.ToString("D"), _time.GetUtcNow());
        request.Headers.Add(Signature.IdHeader, id);
        request.Headers.Add(Signature.TimestampHeader, Signature.Timestamp(now));
        if (secret is not null) request.Headers.Add(Signature.SignatureHeader, Signature.Compute(secret, id, now, body));
        return request;
    }

    private static async Task<string> HeadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.StatusCode is >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest) return "; redirects are not followed.";
        var (text, _) = await answer.ReadHeadAsync(AnswerHead, cancellationToken);
        text = text.OnOneLine();
        return text.Length == 0 ? "." : $": {text}";
    }
}
