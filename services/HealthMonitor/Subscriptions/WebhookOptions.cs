using Platform.Hosting;
using Platform.Hosting.Outbound;

namespace Platform.HealthMonitor.Subscriptions;

/// <summary>How events are delivered to webhooks. Section <c>Webhooks</c>.</summary>
public sealed class WebhookOptions : IValidatable
{
    /// <summary>Networks that are not public and may be reached all the same: <c>10.1.0.0/16</c>, <c>127.0.0.1/32</c>. Default none.</summary>
    public IList<string> Allow { get; set; } = [];

    /// <summary>Attempts before an event becomes a dead letter. 1 to 100; default 8: about 4 minutes with the other defaults.</summary>
    public int MaxAttempts { get; set; } = 8;

    /// <summary>The delay after the first failure; it doubles with each further one. 10 ms to 1 min; default 1 s.</summary>
    public TimeSpan FirstDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest delay. 1 s to 24 h; default 5 min.</summary>
    public TimeSpan LongestDelay { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a receiver has to answer. 100 ms to 1 min; default 10 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Deliveries kept in the list, per webhook. 10 to 100,000; default 1,000.</summary>
    public int KeptDeliveries { get; set; } = 1_000;

    /// <inheritdoc/>
    public IEnumerable<ConfigurationProblem> Validate()
    {
        foreach (var problem in AllowedNetworks.Problems(Allow)) yield return problem;
        if (MaxAttempts is < 1 or > 100) yield return new ConfigurationProblem(nameof(MaxAttempts), "1 to 100", $"{MaxAttempts}");
        if (FirstDelay < TimeSpan.FromMilliseconds(10) || FirstDelay > TimeSpan.FromMinutes(1)) yield return Problem(nameof(FirstDelay), "10ms to 1m", FirstDelay);
        if (LongestDelay < TimeSpan.FromSeconds(1) || LongestDelay > TimeSpan.FromHours(24)) yield return Problem(nameof(LongestDelay), "1s to 24h", LongestDelay);
        if (Timeout < TimeSpan.FromMilliseconds(100) || Timeout > TimeSpan.FromMinutes(1)) yield return Problem(nameof(Timeout), "100ms to 1m", Timeout);
        if (KeptDeliveries is < 10 or > 100_000) yield return new ConfigurationProblem(nameof(KeptDeliveries), "10 to 100000", $"{KeptDeliveries}");
    }

    private static ConfigurationProblem Problem(string name, string expected, TimeSpan found) => new(name, expected, Contracts.Units.Duration.Format(found));
}
