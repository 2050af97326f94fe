using System.Net.Sockets;
using System.Text;

namespace Platform.Workloads.Health;

/// <summary>What a health check saw.</summary>
public sealed record HealthResult
{
    /// <summary>It answered 2xx in time.</summary>
    public bool IsHealthy => Status is >= 200 and < 300 && Error is null;
    /// <summary>The answer's status; null: there was no answer.</summary>
    public int? Status { get; init; }
    /// <summary>The beginning of the answer's body when it is not healthy, at most <see cref="HealthProbe.LongestBody"/> characters.</summary>
    public string? Body { get; init; }
    /// <summary>Why there was no answer, for people; null: there was one.</summary>
    public string? Error { get; init; }
    /// <summary>How long it took.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>One line for an event: <c>answered 503: warming up</c>.</summary>
    public override string ToString() =>
        Error ?? (IsHealthy || string.IsNullOrWhiteSpace(Body) ? $"answered {Status}" : $"answered {Status}: {Body.ReplaceLineEndings(" ").Trim()}");
}

/// <summary>Asks a replica whether it is healthy: one GET, no redirects, no proxy, no cookies. Never throws but for cancellation.</summary>
public sealed class HealthProbe : IDisposable
{
    /// <summary>Characters of an unhealthy answer's body that are kept.</summary>
    public const int LongestBody = 200;

    private readonly HttpMessageInvoker _client;
    private readonly TimeProvider _clock;

    /// <summary>Makes a probe; one is enough for all replicas.</summary>
    public HealthProbe(TimeProvider clock)
        : this(clock, new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            // A check must see whether the replica still accepts connections, and an idle one must not delay its end.
            PooledConnectionLifetime = TimeSpan.Zero,
            MaxResponseHeadersLength = 16,
            // A check every second is no part of anybody's trace.
            ActivityHeadersPropagator = null,
        })
    {
    }

    internal HealthProbe(TimeProvider clock, HttpMessageHandler handler)
    {
        _clock = clock;
        _client = new HttpMessageInvoker(handler);
    }

    /// <summary>Asks once.</summary>
    /// <param name="address">The replica's base address.</param>
    /// <param name="path">Path and query, beginning with a slash.</param>
    /// <param name="timeout">The answer's beginning must come within.</param>
    /// <param name="ct">Cancels the check.</param>
    public async Task<HealthResult> CheckAsync(Uri address, string path, TimeSpan timeout, CancellationToken ct)
    {
        var start = _clock.GetTimestamp();
        using var deadline = new CancellationTokenSource(timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, path));
            request.Headers.TryAddWithoutValidation("User-Agent", "platform-health");
            using var response = await _client.SendAsync(request, either.Token);
            var status = (int)response.StatusCode;
            var body = response.IsSuccessStatusCode ? null : await HeadAsync(response.Content, either.Token);
            return new HealthResult { Status = status, Body = body, Elapsed = _clock.GetElapsedTime(start) };
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            return Failed($"no answer within {timeout.TotalMilliseconds:0} ms");
        }
        catch (HttpRequestException error) when (error.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused })
        {
            return Failed($"nothing listens on {address.Authority}");
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return Failed(error.InnerException?.Message ?? error.Message);
        }

        HealthResult Failed(string why) => new() { Error = why, Elapsed = _clock.GetElapsedTime(start) };
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static async Task<string> HeadAsync(HttpContent content, CancellationToken ct)
    {
        var bytes = new byte[LongestBody * 4];
        await using var stream = await content.ReadAsStreamAsync(ct);
        var read = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, ct);
        var text = Encoding.UTF8.GetString(bytes.AsSpan(0, read));
        return text.Length > LongestBody ? text[..LongestBody] + "…" : text;
    }
}
