using Platform.Autoscaler.History;
using Platform.Contracts.Metrics;

namespace Platform.Autoscaler.Anomalies.Watching;

/// <summary>
/// Watches the metrics of the fleet, each with its own detector. Memory is bounded by the number of series watched: 60 KB each. For one thread at a time.
/// </summary>
/// <param name="history">From which a detector learns when it is new, so that a restart does not blind it.</param>
/// <param name="most">Series watched at most; the first that report.</param>
internal sealed class FleetWatch(FleetHistory history, int most)
{
    /// <summary>A detector that is new learns from so many minutes.</summary>
    private const int Learned = 3 * 1440;

    /// <summary>Learning takes some milliseconds a series: after a start of the whole fleet it is spread over minutes.</summary>
    private const int LearningPerMinute = 100;

    /// <summary>What users feel, and what replicas use. How many replicas there are is the autoscaler's own doing.</summary>
    private static readonly string[] Watched =
        [MetricNames.Requests, MetricNames.Errors, MetricNames.Latency, MetricNames.InFlight, MetricNames.Cpu, MetricNames.Memory];

    private readonly Dictionary<(string Application, string Metric), SeriesWatch> _series = [];
    private readonly Dictionary<(string Application, string Metric), Anomaly> _toResume = [];

    /// <summary>Series watched.</summary>
    public int Count => _series.Count;

    /// <summary>Anomalies that were open when the process started: their series go on with them.</summary>
    public void Resume(IEnumerable<Anomaly> open)
    {
        foreach (var anomaly in open) _toResume[(anomaly.Application, anomaly.Metric)] = anomaly;
    }

    /// <summary>Takes in a minute of the fleet.</summary>
    /// <returns>Anomalies that began or ended.</returns>
    public IReadOnlyList<Anomaly> Take(ClosedMinute minute, DateTimeOffset now)
    {
        var at = DateTimeOffset.UnixEpoch + TimeSpan.FromMinutes(minute.Minute);
        var learning = 0;
        List<Anomaly> found = [];
        foreach (var sample in minute.Samples)
        {
            if (!Watched.Contains(sample.Series.Metric, StringComparer.Ordinal)) continue;
            var key = (sample.Application, sample.Series.Metric);
            if (!_series.TryGetValue(key, out var watch))
            {
                if (_series.Count >= most || learning++ >= LearningPerMinute) continue;
                _series[key] = watch = Create(key, at, found);
            }

            // Known to be untypical: neither told nor learned.
            if (IsMasked(sample, at, now)) continue;
            if (watch.Take(at, ValueCode.Decode(sample.Code)) is { } anomaly) found.Add(anomaly);
        }

        found.AddRange(_series.Values.Select(watch => watch.Silence(at)).OfType<Anomaly>());
        found.AddRange(Orphans(at));
        return found;
    }

    /// <summary>Forgets an application that is gone.</summary>
    public void Forget(string application)
    {
        foreach (var key in _series.Keys.Where(key => key.Application == application).ToList()) _series.Remove(key);
        foreach (var key in _toResume.Keys.Where(key => key.Application == application).ToList()) _toResume.Remove(key);
    }

    /// <summary>Applications watched.</summary>
    public IReadOnlyList<string> Applications() => [.. _series.Keys.Select(key => key.Application).Distinct(StringComparer.Ordinal)];

    /// <summary>
    /// Learns from the past, but for its last minutes: those are taken in, for a kill may have come between their being written and what they
    /// showed being told. What was told is told once, whoever finds it again.
    /// </summary>
    private SeriesWatch Create((string Application, string Metric) key, DateTimeOffset at, List<Anomaly> found)
    {
        var watch = new SeriesWatch(key.Application, key.Metric);
        var past = history.Of(key.Application).Minutes(key.Metric, at, Learned, masked: true);
        var values = past.Values.ToArray();
        var again = values.Length;
        for (var left = SeriesWatch.LookedAtAgain; again > 0 && left > 0;) if (double.IsFinite(values[--again])) left--;
        for (var i = 0; i < again; i++) watch.Learn(past.Start + i * past.Step, values[i]);
        if (_toResume.Remove(key, out var open)) watch.Resume(open);
        for (var i = again; i < values.Length; i++)
        {
            if (watch.Take(past.Start + i * past.Step, values[i]) is { } anomaly) found.Add(anomaly);
        }

        return watch;
    }

    private bool IsMasked(ClosedSample sample, DateTimeOffset at, DateTimeOffset now) => history.Find(sample.Application)?.Masks() is { Count: > 0 } masks
        && masks.Any(mask => mask.Hides(sample.Series.Metric) && mask.Begins < at + TimeSpan.FromMinutes(1) && mask.EndAt(now) > at);

    /// <summary>Open anomalies of series that have not reported since the start.</summary>
    private List<Anomaly> Orphans(DateTimeOffset at)
    {
        var silent = _toResume.Values.Where(open => at - open.Began > TimeSpan.FromHours(2)).ToList();
        foreach (var open in silent) _toResume.Remove((open.Application, open.Metric));
        return [.. silent.Select(open => open with { Ended = at, Outcome = "silent" })];
    }
}
