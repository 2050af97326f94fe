using Platform.Contracts.Scaling;
using Platform.Hosting.Measurements;

namespace Platform.Autoscaler.Sources;

/// <summary>
/// Who can be asked for a scaling metric. A new source is a record beside <see cref="ExternalMetric"/>, how the manifest writes it
/// (<c>ExternalMetrics</c>), one class here, and its line in <see cref="SourcesModule"/>.
/// </summary>
internal interface IMetricSource
{
    /// <summary>Whether it is the one that reads what a manifest describes.</summary>
    bool Reads(ExternalMetric metric);

    /// <summary>Whom a reading keeps waiting: those of one server take turns, so that one that hangs holds up its own alone.</summary>
    string Server(ExternalMetric metric);

    /// <summary>Called now and then, to let go of what is not used any more.</summary>
    Task SweepAsync() => Task.CompletedTask;

    /// <summary>Asks once, for the whole application's value. Never throws but for cancellation: what went wrong is the answer.</summary>
    Task<Reading> ReadAsync(ExternalMetric metric, SourceQuestion question, CancellationToken ct);
}

/// <summary>What is asked.</summary>
/// <param name="Application">The application.</param>
/// <param name="Interval">Time from one reading to the next.</param>
/// <param name="Timeout">How long the answer may take.</param>
internal sealed record SourceQuestion(string Application, TimeSpan Interval, TimeSpan Timeout);
