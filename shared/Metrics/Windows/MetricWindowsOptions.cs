namespace Platform.Metrics.Windows;

/// <summary>The bounds of a <see cref="MetricWindows"/>.</summary>
public sealed record MetricWindowsOptions
{
    /// <summary>How far back it remembers, in whole seconds; one slot a second. Default 15 min, at least 1 s, at most 24 h.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The most series (application, metric, revision, replica) at a time; samples of further ones are refused and counted. Default 5000.</summary>
    public int MaximumSeries { get; init; } = 5_000;

    /// <summary>The most series of one application, so that one cannot crowd out the others. Default 1000.</summary>
    public int MaximumSeriesPerApplication { get; init; } = 1_000;

    /// <summary>Samples dated further ahead than this are refused and counted: somebody's clock is wrong. Default 5 s.</summary>
    public TimeSpan FutureTolerance { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>One series of a <see cref="MetricWindows"/>.</summary>
/// <param name="Application">The application.</param>
/// <param name="Metric">The metric's name.</param>
/// <param name="Revision">The revision; empty: none in particular.</param>
/// <param name="Replica">The replica; empty: none in particular.</param>
public readonly record struct SeriesKey(string Application, string Metric, string Revision, string Replica);

/// <summary>One second of a chart.</summary>
/// <param name="At">The second's start, UTC.</param>
/// <param name="Value">The value; null: nothing was measured in that second.</param>
public readonly record struct MetricPoint(DateTimeOffset At, double? Value);

/// <summary>How the samples of a second, or of a window, become one value.</summary>
public enum Statistic
{
    /// <summary>Sum of the values: for counts.</summary>
    Sum,
    /// <summary>Mean of the samples: for gauges.</summary>
    Mean,
    /// <summary>The largest sample.</summary>
    Maximum,
    /// <summary>Each series' last sample, added up: for gauges of several replicas.</summary>
    Last,
    /// <summary>Median of the histograms, seconds.</summary>
    P50,
    /// <summary>95th percentile of the histograms, seconds.</summary>
    P95,
    /// <summary>99th percentile of the histograms, seconds.</summary>
    P99,
}

/// <summary>What became of the samples given to a <see cref="MetricWindows"/>.</summary>
public sealed record MetricWindowsFigures
{
    /// <summary>Samples taken in.</summary>
    public long Accepted { get; init; }
    /// <summary>Samples older than the retention.</summary>
    public long Late { get; init; }
    /// <summary>Samples from the future.</summary>
    public long Future { get; init; }
    /// <summary>Samples that are no number: NaN, infinite.</summary>
    public long NotANumber { get; init; }
    /// <summary>Samples of series beyond the bounds.</summary>
    public long BeyondBounds { get; init; }
    /// <summary>Series held now.</summary>
    public int Series { get; init; }
}
