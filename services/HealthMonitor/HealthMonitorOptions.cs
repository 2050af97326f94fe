using Platform.Hosting;

namespace Platform.HealthMonitor;

/// <summary>How health is followed and events are kept. Section <c>HealthMonitor</c>.</summary>
public sealed class HealthMonitorOptions : IValidatable
{
    /// <summary>Events kept. 100 to 10,000,000; default 100,000.</summary>
    public int KeptEvents { get; set; } = 100_000;

    /// <summary>How long events are kept. 1 h to 365 d; default 30 d.</summary>
    public TimeSpan KeptFor { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How often alert rules are evaluated. 100 ms to 1 min; default 1 s.</summary>
    public TimeSpan EvaluationInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The window of the live figures in reports and on the dashboard. 1 s to 5 min; default 10 s.</summary>
    public TimeSpan LiveWindow { get; set; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public IEnumerable<ConfigurationProblem> Validate()
    {
        if (KeptEvents is < 100 or > 10_000_000) yield return new ConfigurationProblem(nameof(KeptEvents), "100 to 10000000", $"{KeptEvents}");
        if (KeptFor < TimeSpan.FromHours(1) || KeptFor > TimeSpan.FromDays(365)) yield return Problem(nameof(KeptFor), "1h to 365d", KeptFor);
        if (EvaluationInterval < TimeSpan.FromMilliseconds(100) || EvaluationInterval > TimeSpan.FromMinutes(1)) yield return Problem(nameof(EvaluationInterval), "100ms to 1m", EvaluationInterval);
        if (LiveWindow < TimeSpan.FromSeconds(1) || LiveWindow > TimeSpan.FromMinutes(5)) yield return Problem(nameof(LiveWindow), "1s to 5m", LiveWindow);
    }

    private static ConfigurationProblem Problem(string name, string expected, TimeSpan found) => new(name, expected, Contracts.Units.Duration.Format(found));
}
