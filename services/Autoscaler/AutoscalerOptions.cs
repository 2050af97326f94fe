using Platform.Hosting;

namespace Platform.Autoscaler;

/// <summary>How the autoscaler works. Section <c>Autoscaler</c>.</summary>
public sealed class AutoscalerOptions : IValidatable
{
    /// <summary>How long automatic scaling leaves an application alone after a person scaled it. 0 to 24 h; default 10 min; 0: not at all, as Kubernetes does.</summary>
    public TimeSpan ManualHold { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Without a metric of an application for this long nothing is decided for it. 2 s to 1 h; default 15 s.</summary>
    public TimeSpan SilentAfter { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The cpu of a replica younger than this counts only after one full window as ready. 0 to 1 h; default 5 min, as in Kubernetes.</summary>
    public TimeSpan CpuInitializationPeriod { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>A replica that stopped being ready within this time of its start never was. 0 to 1 h; default 30 s, as in Kubernetes.</summary>
    public TimeSpan InitialReadinessDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the owner of replicas has to answer a command before it is decided afresh. 1 s to 10 min; default 30 s.</summary>
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Decisions kept per application. 10 to 100,000; default 1,000.</summary>
    public int KeptDecisions { get; set; } = 1_000;

    /// <summary>Time between two steps of the demand that is forecast. 1 s to 1 min; default 1 min. Below a minute it is for days that last minutes, as in a demonstration: there is then no past to learn from at the start.</summary>
    public TimeSpan ForecastStep { get; set; } = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public IEnumerable<ConfigurationProblem> Validate()
    {
        if (Outside(ForecastStep, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1))) yield return Problem(nameof(ForecastStep), "1s to 1m", ForecastStep);
        if (Outside(ManualHold, TimeSpan.Zero, TimeSpan.FromHours(24))) yield return Problem(nameof(ManualHold), "0s to 24h", ManualHold);
        if (Outside(SilentAfter, TimeSpan.FromSeconds(2), TimeSpan.FromHours(1))) yield return Problem(nameof(SilentAfter), "2s to 1h", SilentAfter);
        if (Outside(CpuInitializationPeriod, TimeSpan.Zero, TimeSpan.FromHours(1))) yield return Problem(nameof(CpuInitializationPeriod), "0s to 1h", CpuInitializationPeriod);
        if (Outside(InitialReadinessDelay, TimeSpan.Zero, TimeSpan.FromHours(1))) yield return Problem(nameof(InitialReadinessDelay), "0s to 1h", InitialReadinessDelay);
        if (Outside(AnswerTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10))) yield return Problem(nameof(AnswerTimeout), "1s to 10m", AnswerTimeout);
        if (KeptDecisions is < 10 or > 100_000) yield return new ConfigurationProblem(nameof(KeptDecisions), "10 to 100000", $"{KeptDecisions}");
    }

    private static bool Outside(TimeSpan value, TimeSpan least, TimeSpan most) => value < least || value > most;

    private static ConfigurationProblem Problem(string name, string expected, TimeSpan found) => new(name, expected, Contracts.Units.Duration.Format(found));
}
