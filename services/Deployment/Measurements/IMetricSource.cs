using Platform.Contracts.Units;
using Platform.Hosting.Measurements;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Measurements;

/// <summary>
/// Where readings come from. A new source is a record beside <see cref="MetricSourceSpec"/>, how the manifest writes it
/// (<c>MetricSources</c>), one class here, and its line in <see cref="MeasurementModule"/>.
/// </summary>
internal interface IMetricSource
{
    /// <summary>Whether it is the one that reads what a manifest describes.</summary>
    bool Reads(MetricSourceSpec spec);

    /// <summary>Asks once. Never throws but for cancellation: what went wrong is the answer.</summary>
    Task<Reading> ReadAsync(MetricSourceSpec spec, MetricQuestion question, CancellationToken ct);
}

/// <summary>What is asked.</summary>
/// <param name="Manifest">The manifest of the new revision, which asks it.</param>
/// <param name="Application">The application.</param>
/// <param name="Revision">The revision it is asked about.</param>
/// <param name="Baseline">The revision that the new one is compared with.</param>
/// <param name="Interval">Time from one reading to the next.</param>
/// <param name="Timeout">How long the answer may take.</param>
internal sealed record MetricQuestion(Manifest Manifest, string Application, string Revision, string Baseline, TimeSpan Interval, TimeSpan Timeout)
{
    /// <summary>A text of the manifest with its placeholders filled.</summary>
    /// <param name="text">The text.</param>
    /// <param name="escape">What becomes of each value; null: nothing.</param>
    public string Fill(string text, Func<string, string>? escape = null) => Placeholders.Fill(text, name => (escape ?? (value => value))(name switch
    {
        Placeholders.Revision => Revision,
        Placeholders.Baseline => Baseline,
        Placeholders.Application => Application,
        Placeholders.Interval => Duration.Format(Interval),
        _ => "",
    }));
}
