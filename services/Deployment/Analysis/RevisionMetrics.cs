using Platform.Contracts.Metrics;
using Platform.Metrics;
using Platform.Metrics.Streaming;

namespace Platform.Deployment.Analysis;

/// <summary>
/// What each revision's requests were like of late, from the metric stream: second by second, for ten minutes. Kept in memory only;
/// after a restart the watch goes on with what comes in.
/// </summary>
internal sealed class RevisionMetrics(TimeProvider time) : IMetricReader
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);
    private const int MostSeries = 4096;
    private long _reports;
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Application, string Revision), Queue<Slice>> _series = [];

    /// <summary>Since when it listens. What was measured before, by an earlier run, is not known.</summary>
    public DateTimeOffset Since { get; } = time.GetUtcNow();

    /// <summary>Takes in what was measured.</summary>
    public void Add(MetricBatch batch)
    {
        lock (_gate)
        {
            var number = ++_reports;
            foreach (var revision in batch.Samples.GroupBy(s => s.Revision).Where(g => g.Key.Length > 0))
            {
                // A copy of another revision's request says as much about a revision as a request of its own.
                var requests = Count(revision, MetricNames.Requests, MetricNames.MirroredRequests);
                var latencies = Whole(revision, MetricNames.Latency).Concat(Whole(revision, MetricNames.MirroredLatency))
                    .Select(s => s.Histogram).OfType<LatencyHistogram>().ToList();
                if (requests == 0 && latencies.Count == 0) continue;
                Keep(
                    (batch.Application, revision.Key),
                    new Slice(number, batch.At, batch.Interval, requests, Count(revision, MetricNames.Errors, MetricNames.MirroredErrors), latencies));
            }
        }
    }

    /// <summary>
    /// What two revisions did side by side, report by report: all that was reported after the one numbered <paramref name="after"/> and is of
    /// a time after <paramref name="since"/>. By report, not by time, so that a late one is neither missed nor counted twice.
    /// </summary>
    /// <returns>Each interval with the number of its report.</returns>
    public IReadOnlyList<(long Number, AnalysisInterval Interval)> After(string application, string canary, string baseline, long after, DateTimeOffset since)
    {
        lock (_gate)
        {
            var reports = new SortedDictionary<long, (Slice? Canary, Slice? Baseline)>();
            foreach (var slice in Of(canary)) reports[slice.Number] = (slice, null);
            foreach (var slice in Of(baseline)) reports[slice.Number] = (reports.GetValueOrDefault(slice.Number).Canary, slice);
            return [.. reports.Select(r => (r.Key, new AnalysisInterval
            {
                At = (r.Value.Canary ?? r.Value.Baseline)!.At,
                Length = (r.Value.Canary ?? r.Value.Baseline)!.Interval,
                Canary = Counts(r.Value.Canary),
                Baseline = Counts(r.Value.Baseline),
            }))];

            IEnumerable<Slice> Of(string revision) =>
                _series.TryGetValue((application, revision), out var slices) ? slices.Where(s => s.Number > after && s.At > since) : [];
        }
    }

    /// <summary>What a revision did after <paramref name="since"/>, in one interval; null: no request.</summary>
    public AnalysisInterval? Sum(string application, string revision, DateTimeOffset since)
    {
        var reports = After(application, canary: "", revision, after: 0, since);
        if (reports.Count == 0) return null;
        var latencies = new LatencyHistogram();
        foreach (var histogram in reports.Select(r => r.Interval.Baseline.Latencies).OfType<LatencyHistogram>()) latencies.Merge(histogram);
        return new AnalysisInterval
        {
            At = reports[^1].Interval.At,
            Length = TimeSpan.FromTicks(reports.Sum(r => r.Interval.Length.Ticks)),
            Canary = RevisionCounts.None,
            Baseline = new RevisionCounts(reports.Sum(r => r.Interval.Baseline.Requests), reports.Sum(r => r.Interval.Baseline.Errors), latencies),
        };
    }

    private void Keep((string Application, string Revision) key, Slice slice)
    {
        if (!_series.TryGetValue(key, out var slices))
        {
            if (_series.Count >= MostSeries) Forget();
            _series[key] = slices = new Queue<Slice>();
        }

        slices.Enqueue(slice);
        while (slices.TryPeek(out var oldest) && oldest.At < slice.At - Kept) slices.Dequeue();
    }

    private static RevisionCounts Counts(Slice? slice)
    {
        if (slice is null) return RevisionCounts.None;
        var latencies = new LatencyHistogram();
        foreach (var histogram in slice.Latencies) latencies.Merge(histogram);
        return new RevisionCounts(slice.Requests, slice.Errors, latencies);
    }

    private static long Count(IEnumerable<MetricSample> samples, string own, string mirrored) =>
        (long)(Whole(samples, own).Sum(s => s.Value) + Whole(samples, mirrored).Sum(s => s.Value));

    /// <summary>A source gives a revision's figures as a whole, or per replica, or both: the whole counts where there is one.</summary>
    internal static IEnumerable<MetricSample> Whole(IEnumerable<MetricSample> samples, string name)
    {
        var named = samples.Where(s => s.Name == name).ToList();
        return named.Exists(s => s.Replica.Length == 0) ? named.Where(s => s.Replica.Length == 0) : named;
    }

    private void Forget()
    {
        var before = time.GetUtcNow() - Kept;
        foreach (var key in _series.Where(s => !s.Value.Any(slice => slice.At > before)).Select(s => s.Key).ToList()) _series.Remove(key);
    }

    private sealed record Slice(long Number, DateTimeOffset At, TimeSpan Interval, long Requests, long Errors, IReadOnlyList<LatencyHistogram> Latencies);
}
