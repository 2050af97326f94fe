using System.Net;
using System.Net.Sockets;
using Platform.Effects;
using Platform.Hosting.Outbound;

namespace Platform.Hosting.Measurements;

/// <summary>
/// Asks servers that a manifest names: only addresses that may be reached, no redirects, answers up to a bound, and secrets neither
/// in what is told of an answer nor in what is told of a failure.
/// </summary>
public sealed class MetricHttp : IDisposable
{
    private const int MostBytes = 1024 * 1024;
    private const int Head = 300;
    private const string Scheme = "secret://", Mask = "***";
    private readonly HttpClient _client;
    private readonly MetricSecrets _secrets;
    private readonly IEffects _effects;
    private readonly TimeProvider _time;

    /// <summary>A client of its own, with its own connections.</summary>
    /// <param name="policy">What may be reached.</param>
    /// <param name="agent">Who asks, for the others' logs.</param>
    /// <param name="secrets">Where references in headers are looked up.</param>
    /// <param name="effects">The gate of effects.</param>
    /// <param name="time">The clock.</param>
    public MetricHttp(AddressPolicy policy, string agent, MetricSecrets secrets, IEffects effects, TimeProvider time)
    {
        (_secrets, _effects, _time) = (secrets, effects, time);
        _client = new HttpClient(GuardedConnections.Handler(policy, TimeSpan.FromSeconds(10))) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", agent);
        _client.DefaultRequestHeaders.TryAddWithoutValidation("Accept", "application/json");
    }

    /// <summary>Sends a request. Never throws but for cancellation.</summary>
    /// <param name="request">The request, without the manifest's headers.</param>
    /// <param name="headers">The manifest's headers; their values may end with a reference to a secret.</param>
    /// <param name="timeout">How long the whole answer may take.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<HttpText> SendAsync(HttpRequestMessage request, IReadOnlyDictionary<string, string> headers, TimeSpan timeout, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        var secrets = new List<string>();
        try
        {
            foreach (var (name, value) in headers)
            {
                if (Revealed(value, secrets) is not { } revealed) return HttpText.None(Unknown(value));
                if (!request.Headers.TryAddWithoutValidation(name, revealed)) return HttpText.None($"the header {name} cannot be sent");
            }

            using var answer = await _effects.PerformAsync(
                EffectKind.HttpSend, $"metric {request.RequestUri!.Authority}", () => _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token));
            var (text, isWhole) = await answer.ReadHeadAsync(MostBytes, either.Token);
            if (answer.StatusCode is >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest) return HttpText.None($"it answered {(int)answer.StatusCode}; redirects are not followed");
            if (!answer.IsSuccessStatusCode) return HttpText.None(Masked($"it answered {(int)answer.StatusCode}: {Beginning(text)}", secrets));
            return isWhole ? new HttpText(text, null, t => Masked(t, secrets)) : HttpText.None($"its answer is longer than {MostBytes / 1024} KiB");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return HttpText.None($"it did not answer within {timeout.TotalSeconds:0.#} s");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or SocketException or UnauthorizedAccessException or FormatException)
        {
            return HttpText.None(Masked($"it cannot be reached: {failure.Message}", secrets));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    /// <summary>The beginning of an answer, on one line.</summary>
    public static string Beginning(string text)
    {
        var line = text.OnOneLine();
        return line.Length == 0 ? "nothing" : line.Length <= Head ? line : line[..Head] + "…";
    }

    private string? Revealed(string value, List<string> secrets)
    {
        var at = value.IndexOf(Scheme, StringComparison.Ordinal);
        if (at < 0) return value;
        if (_secrets.Find(value[(at + Scheme.Length)..]) is not { } secret) return null;
        secrets.Add(secret);
        return value[..at] + secret;
    }

    private string Unknown(string value)
    {
        var name = value[(value.IndexOf(Scheme, StringComparison.Ordinal) + Scheme.Length)..];
        return $"there is no secret '{name}'; {_secrets.HowToAdd(name)}";
    }

    private static string Masked(string text, List<string> secrets) => secrets.Where(s => s.Length > 0).Aggregate(text, (t, secret) => t.Replace(secret, Mask, StringComparison.Ordinal));
}

/// <summary>The body of a good answer, or why there is none.</summary>
/// <param name="Text">The body; null: there is none.</param>
/// <param name="Problem">Why; null: there is one.</param>
/// <param name="Mask">Takes what is secret out of something that will be told.</param>
public sealed record HttpText(string? Text, string? Problem, Func<string, string> Mask)
{
    /// <summary>No answer that could be used.</summary>
    public static HttpText None(string problem) => new(null, problem, text => text);
}

/// <summary>Where <c>secret://name</c> is looked up.</summary>
/// <param name="Find">Name → value; null: there is none of this name.</param>
/// <param name="HowToAdd">Name → what to do when it is missing, to finish a sentence with.</param>
public sealed record MetricSecrets(Func<string, string?> Find, Func<string, string> HowToAdd);
