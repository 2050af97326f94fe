using System.Collections.Concurrent;
using Platform.CommandLine.Load;

namespace Platform.Benchmarks.Rollout;

/// <summary>Looks at every answer of the Storefront: is it whole, is it the one that was asked for, which revision gave it.</summary>
internal sealed class AnswerCheck(OrderLedger ledger)
{
    private const int StreamLines = 20;
    private const string Cut = "answer cut";

    private readonly ConcurrentDictionary<string, TimeSpan> _lastOf = new(StringComparer.Ordinal);

    /// <summary>A failure that says that an answer began well and ended early.</summary>
    public static bool IsCut(string failure) => failure.StartsWith(Cut, StringComparison.Ordinal);

    /// <summary>When the last request was meant to be sent that a revision answered; null: it answered none.</summary>
    public TimeSpan? LastOf(string revision) => _lastOf.TryGetValue(revision, out var last) ? last : null;

    /// <inheritdoc cref="AnswerInspection"/>
    public string? Inspect(in LoadRequest request, TimeSpan intended, int status, string body)
    {
        if (status is < 200 or >= 300) return $"status {status}";
        var isStream = request.Path.StartsWith("/stream", StringComparison.Ordinal);
        var revision = isStream ? body[..Math.Max(0, body.IndexOf(' ', StringComparison.Ordinal))] : Between(body, "\"version\":\"", '"');
        if (isStream && body != Stream(revision)) return $"{Cut}, or not in order: {body.Length} characters of a stream";
        if (revision.Length == 0) return "another answer than was asked for";
        if (request.Order is { } order)
        {
            if (Between(body, "\"order\":\"", '"') != order) return "another order than was placed";
            ledger.Acknowledge(order);
        }

        _lastOf.AddOrUpdate(revision, intended, (_, last) => last > intended ? last : intended);
        return null;
    }

    /// <summary>What a replica of a revision streams, from the first to the last line.</summary>
    internal static string Stream(string revision) => string.Concat(Enumerable.Range(0, StreamLines).Select(line => $"{revision} {line}\n")) + "end\n";

    private static string Between(string text, string before, char after)
    {
        var start = text.IndexOf(before, StringComparison.Ordinal);
        if (start < 0) return "";
        start += before.Length;
        var end = text.IndexOf(after, start);
        return end < 0 ? "" : text[start..end];
    }
}
