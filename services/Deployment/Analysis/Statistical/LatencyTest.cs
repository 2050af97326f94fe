using Platform.Metrics;

namespace Platform.Deployment.Analysis.Statistical;

/// <summary>
/// Is the canary's latency beyond the baseline's by more than the tolerance, at one quantile? A request of the baseline is bad when it
/// is slower than t, one of the canary when it is slower than t with the tolerance added; t is the quantile of the baseline's recent
/// past. If no quantile of the canary is beyond tolerance the canary's bad requests are the rarer, for every t: the null hypothesis is
/// an order of the two distributions (Lindon, Sanden, Shirikian 2022), so t may be chosen from the past in any way.
/// </summary>
internal sealed class LatencyTest(string name, double quantile, double weight, AnalysisLimits limits)
{
    private const double Harm = 1.5;
    /// <summary>A slow second is common (a collected heap, a cold page), a few of them in a row are not.</summary>
    internal const double MostPerSecond = 2;
    private const double LeastBeyond = 5; // requests expected beyond the quantile before it is used
    private static readonly double BinWidth = 1 + LatencyHistogram.RelativeAccuracy; // a bin's end lies this far beyond the value it stands for
    private double _baselineThreshold, _canaryThreshold;
    private long _harmful;

    public double Quantile => quantile;

    /// <summary>Requests of the canary so much slower than the baseline's quantile that it would be harm if they were no rarer: <see cref="Harm"/> times.</summary>
    public long Harmful => _harmful;

    public MetricTest Test { get; } = new(name, weight, 1, 0, limits.Horizon.TotalSeconds, MostPerSecond);

    /// <summary>Adds an interval.</summary>
    /// <param name="seconds">When it ended.</param>
    /// <param name="length">Its length, seconds.</param>
    /// <param name="canary">The canary's latencies that count; null: none.</param>
    /// <param name="baseline">The baseline's; null: none.</param>
    /// <param name="past">What the baseline did before.</param>
    /// <param name="allowance">How many times slower the canary may be because it is cold, 1 or more.</param>
    public void Add(double seconds, double length, LatencyHistogram? canary, LatencyHistogram? baseline, BaselineWindow past, double allowance)
    {
        if (Test.IsBetween)
        {
            var known = past.Latencies.Count;
            if (known * (1 - quantile) < LeastBeyond) return;
            _baselineThreshold = past.Latencies.Quantile(quantile);
            _canaryThreshold = Math.Max(
                _baselineThreshold * (1 + limits.LatencyTolerance) * allowance,
                _baselineThreshold * allowance + limits.LatencySlack.TotalSeconds) * BinWidth;
            Test.Begin(seconds - length, (Above(past.Latencies, _baselineThreshold) + 0.5) / (known + 1));
        }

        var counts = new BlockCounts(canary?.Count ?? 0, Above(canary, _canaryThreshold), baseline?.Count ?? 0, Above(baseline, _baselineThreshold));
        _harmful += Above(canary, _baselineThreshold * Harm);
        Test.Add(seconds, counts, new PastShare(Above(past.Latencies, _baselineThreshold), past.Latencies.Count, limits.FalseAborts * StatisticalTrial.ForThePast));
    }

    /// <summary>Before the canary serves: how the baseline alone behaves.</summary>
    public void AddBaseline(LatencyHistogram? baseline, BaselineWindow past)
    {
        if (baseline is null || past.Latencies.Count * (1 - quantile) < LeastBeyond) return;
        Test.AddBaseline(baseline.Count, Above(baseline, past.Latencies.Quantile(quantile)));
    }

    public void Keep(TrialNotes notes)
    {
        notes.Double(ref _baselineThreshold);
        notes.Double(ref _canaryThreshold);
        notes.Long(ref _harmful);
        Test.Keep(notes);
    }

    private static long Above(LatencyHistogram? latencies, double threshold) => latencies is null ? 0 : latencies.Count - latencies.CountUpTo(threshold);
}
