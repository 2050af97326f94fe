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
    private static readonly TimeSpan Latest = TimeSpan.FromSeconds(2);
    private const int MostSeries = 4096;
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Application, string Revision), Queue<Slice>> _series = [];

    /// <summary>Since when it listens. What was measured before, by an earlier run, is not known.</summary>
    public DateTimeOffset Since { get; } = time.GetUtcNow();

    /// <summary>Takes in what was measured.</summary>
    public void Add(MetricBatch batch)
    {
        foreach (var revision in batch.Samples.GroupBy(s => s.Revision).Where(g => g.Key.Length > 0))
        {
            var requests = (long)Whole(revision, MetricNames.Requests).Sum(s => s.Value);
            var latencies = Whole(revision, MetricNames.Latency).Select(s => s.Histogram).OfType<LatencyHistogram>().ToList();
            if (requests == 0 && latencies.Count == 0) continue;
            var slice = new Slice(batch.At, batch.Interval, requests, (long)Whole(revision, MetricNames.Errors).Sum(s => s.Value), latencies);
            lock (_gate)
            {
                if (!_series.TryGetValue((batch.Application, revision.Key), out var slices))
                {
                    if (_series.Count >= MostSeries) Forget();
                    _series[(batch.Application, revision.Key)] = slices = new Queue<Slice>();
                }

                slices.Enqueue(slice);
                while (slices.TryPeek(out var oldest) && oldest.At < slice.At - Kept) slices.Dequeue();
            }
        }
    }

    /// <summary>What a revision did after <paramref name="since"/>.</summary>
    public RevisionSummary Summarize(string application, string revision, DateTimeOffset since)
    {
        lock (_gate)
        {
            if (!_series.TryGetValue((application, revision), out var slices)) return RevisionSummary.None;
            var counted = slices.Where(s => s.At > since).ToList();
            return new RevisionSummary(counted.Sum(s => s.Requests), counted.Sum(s => s.Errors), P95(counted));
        }
    }

    /// <summary>
    /// What a revision has done since it serves, for a verdict: every request and error counts from the first, but latency only where it
    /// lasts. Caches and compilers are cold for a moment (<paramref name="settle"/>), and a hiccup that has passed is no reason to go
    /// back: the 95th percentile is the lower of that since it settled and that of the last seconds; zero before it has settled.
    /// </summary>
    public RevisionSummary SummarizeServing(string application, string revision, DateTimeOffset since, TimeSpan settle)
    {
        lock (_gate)
        {
            if (!_series.TryGetValue((application, revision), out var slices)) return RevisionSummary.None;
            var counted = slices.Where(s => s.At > since).ToList();
            var settled = counted.Where(s => s.At - s.Interval >= since + settle).ToList();
            var latest = settled.Where(s => s.At > settled[^1].At - Latest).ToList();
            var lasting = TimeSpan.FromTicks(Math.Min(P95(settled).Ticks, P95(latest).Ticks));
            return new RevisionSummary(counted.Sum(s => s.Requests), counted.Sum(s => s.Errors), lasting);
        }
    }

    /// <summary>
    /// Two revisions side by side, second by second, for a judge: what ended after <paramref name="after"/> and up to <paramref name="upTo"/>,
    /// both cut to whole seconds, so that calls whose ends meet give every second once. Seconds without any request are left out.
    /// Ask for what is two seconds old: until then a gateway's report may still be on its way.
    /// </summary>
    public IReadOnlyList<AnalysisInterval> Compare(string application, string canary, string baseline, DateTimeOffset after, DateTimeOffset upTo)
    {
        var (from, to) = (Second(after), Second(upTo));
        lock (_gate)
        {
            var seconds = new SortedDictionary<long, (List<Slice> Canary, List<Slice> Baseline)>();
            Collect(canary, s => s.Canary);
            Collect(baseline, s => s.Baseline);
            return [.. seconds.Select(second => new AnalysisInterval
            {
                At = DateTimeOffset.FromUnixTimeSeconds(second.Key),
                Length = second.Value.Canary.Concat(second.Value.Baseline).Max(s => s.Interval),
                Canary = Counts(second.Value.Canary),
                Baseline = Counts(second.Value.Baseline),
            })];

            void Collect(string revision, Func<(List<Slice> Canary, List<Slice> Baseline), List<Slice>> side)
            {
                if (!_series.TryGetValue((application, revision), out var slices)) return;
                foreach (var slice in slices)
                {
                    // The second that it ended in, named by that second's end.
                    var second = Second(slice.At - TimeSpan.FromTicks(1)) + 1;
                    if (second <= from || second > to) continue;
                    if (!seconds.TryGetValue(second, out var both)) seconds[second] = both = ([], []);
                    side(both).Add(slice);
                }
            }
        }

        static long Second(DateTimeOffset at) => at.ToUnixTimeSeconds();
    }

    private static RevisionCounts Counts(IReadOnlyList<Slice> slices)
    {
        if (slices.Count == 0) return RevisionCounts.None;
        var latencies = new LatencyHistogram();
        foreach (var histogram in slices.SelectMany(s => s.Latencies)) latencies.Merge(histogram);
        return new RevisionCounts(slices.Sum(s => s.Requests), slices.Sum(s => s.Errors), latencies);
    }

    private static TimeSpan P95(IReadOnlyList<Slice> slices)
    {
        var all = new LatencyHistogram();
        foreach (var histogram in slices.SelectMany(s => s.Latencies)) all.Merge(histogram);
        return all.Count == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(all.Quantile(0.95));
    }

    /// <summary>A source gives a revision's figures as a whole, or per replica, or both: the whole counts where there is one.</summary>
    private static IEnumerable<MetricSample> Whole(IEnumerable<MetricSample> samples, string name)
    {
        var named = samples.Where(s => s.Name == name).ToList();
        return named.Exists(s => s.Replica.Length == 0) ? named.Where(s => s.Replica.Length == 0) : named;
    }

    private void Forget()
    {
        var before = time.GetUtcNow() - Kept;
        foreach (var key in _series.Where(s => !s.Value.Any(slice => slice.At > before)).Select(s => s.Key).ToList()) _series.Remove(key);
    }

    private sealed record Slice(DateTimeOffset At, TimeSpan Interval, long Requests, long Errors, IReadOnlyList<LatencyHistogram> Latencies);
}
