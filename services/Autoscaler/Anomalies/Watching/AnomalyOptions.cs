using Platform.Hosting;

namespace Platform.Autoscaler.Anomalies.Watching;

/// <summary>How metrics are watched for anomalies. Section <c>Autoscaler:Anomalies</c>.</summary>
public sealed class AnomalyOptions : IValidatable
{
    /// <summary>Series (a metric of an application) watched at most, about 60 KB of memory each. 0 to 100,000; default 1,000; 0: none.</summary>
    public int MostSeries { get; set; } = 1_000;

    /// <summary>Anomalies kept per application. 10 to 10,000; default 500.</summary>
    public int Kept { get; set; } = 500;

    /// <inheritdoc/>
    public IEnumerable<ConfigurationProblem> Validate()
    {
        if (MostSeries is < 0 or > 100_000) yield return new ConfigurationProblem(nameof(MostSeries), "0 to 100000", $"{MostSeries}");
        if (Kept is < 10 or > 10_000) yield return new ConfigurationProblem(nameof(Kept), "10 to 10000", $"{Kept}");
    }
}
