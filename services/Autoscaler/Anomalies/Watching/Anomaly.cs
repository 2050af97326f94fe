using System.Security.Cryptography;
using System.Text;
using Platform.Contracts.Anomalies;

namespace Platform.Autoscaler.Anomalies.Watching;

/// <summary>An anomaly of one metric of one application.</summary>
internal sealed record Anomaly
{
    /// <summary>The later it was found, the larger: pages go by it. 0: it is not kept yet.</summary>
    public long Sequence { get; init; }

    public required Guid Id { get; init; }

    public required string Application { get; init; }

    public required string Metric { get; init; }

    /// <summary>The minute in which it was seen first.</summary>
    public required DateTimeOffset Began { get; init; }

    /// <summary>Null: it goes on.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary><c>returned</c>, <c>absorbed</c> or <c>silent</c>; null: it goes on.</summary>
    public string? Outcome { get; init; }

    /// <summary><c>season</c>, <c>level</c>, <c>shape</c> or <c>spread</c>.</summary>
    public required string Kind { get; init; }

    /// <summary><c>info</c>, <c>warning</c> or <c>critical</c>.</summary>
    public required string Severity { get; init; }

    /// <summary>One minus the tail probability, the highest so far.</summary>
    public required double Score { get; init; }

    public required double Value { get; init; }

    public required double ExpectedLow { get; init; }

    public required double ExpectedHigh { get; init; }

    public required string Message { get; init; }

    public IReadOnlyList<AnomalyCause> Causes { get; init; } = [];

    /// <summary>The same minute of the same series is the same anomaly, whoever finds it and however often.</summary>
    public static Guid IdOf(string application, string metric, DateTimeOffset began)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{application}\n{metric}\n{began.ToUnixTimeSeconds()}"), hash);
        return new Guid(hash[..16]);
    }
}
