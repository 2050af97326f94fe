using Platform.Deployment.Analysis.Added;
using Platform.Metrics;

namespace Platform.Deployment.Analysis;

/// <summary>
/// Adds intervals up for the <see cref="ThresholdJudge"/>. Errors count from the first request; latency only where it lasts: the 95th
/// percentile is the lower of that since the canary settled and that of the last two seconds.
/// </summary>
internal sealed class ThresholdTrial(AnalysisLimits limits) : ICanaryTrial, IKeptTrial
{
    private static readonly TimeSpan Latest = TimeSpan.FromSeconds(2);
    private LatencyHistogram _canary = new();
    private LatencyHistogram _baseline = new();
    private readonly Queue<(DateTimeOffset At, LatencyHistogram Latencies)> _latest = [];
    private DateTimeOffset? _since;
    private long _requests, _errors, _baselineRequests, _baselineErrors;

    public Verdict Verdict { get; private set; } = ThresholdJudge.Judge(limits, RevisionSummary.None, RevisionSummary.None);

    public VerdictOutcome Add(AnalysisInterval interval)
    {
        var (canary, baseline) = (interval.Canary, interval.Baseline);
        if (canary.Requests > 0) _since ??= interval.At - interval.Length;
        _requests += canary.Requests;
        _errors += canary.Errors;
        _baselineRequests += baseline.Requests;
        _baselineErrors += baseline.Errors;
        if (baseline.Latencies is { } old) _baseline.Merge(old);
        if (canary.Latencies is { Count: > 0 } latencies && Age(interval) >= limits.Settle)
        {
            _canary.Merge(latencies);
            _latest.Enqueue((interval.At, latencies.Clone()));
            while (_latest.Peek().At <= interval.At - Latest) _latest.Dequeue();
        }

        if (Verdict.Outcome != VerdictOutcome.Fail) Verdict = Judged();
        return Verdict.Outcome;
    }

    public void Keep(TrialNotes notes)
    {
        notes.Histogram(ref _canary);
        notes.Histogram(ref _baseline);
        notes.Time(ref _since);
        notes.Long(ref _requests);
        notes.Long(ref _errors);
        notes.Long(ref _baselineRequests);
        notes.Long(ref _baselineErrors);
        var latest = _latest.ToArray();
        var count = latest.Length;
        notes.Int(ref count);
        _latest.Clear();
        for (var i = 0; i < count; i++)
        {
            var (at, latencies) = i < latest.Length ? ((DateTimeOffset?)latest[i].At, latest[i].Latencies) : (null, new LatencyHistogram());
            notes.Time(ref at);
            notes.Histogram(ref latencies);
            _latest.Enqueue((at ?? default, latencies));
        }

        var (outcome, sentence, requests, errorRate, p95) = ((int)Verdict.Outcome, (string?)Verdict.Sentence, Verdict.Requests, Verdict.ErrorRate, Verdict.P95.Ticks);
        notes.Int(ref outcome);
        notes.Text(ref sentence);
        notes.Long(ref requests);
        notes.Double(ref errorRate);
        notes.Long(ref p95);
        Verdict = new Verdict { Outcome = (VerdictOutcome)outcome, Sentence = sentence ?? "", Requests = requests, ErrorRate = errorRate, P95 = TimeSpan.FromTicks(p95) };
    }

    private Verdict Judged() => ThresholdJudge.Judge(
        limits,
        new RevisionSummary(_requests, _errors, Lasting()),
        new RevisionSummary(_baselineRequests, _baselineErrors, P95(_baseline)));

    /// <summary>Nothing is weighed here: the limits stand beside.</summary>
    public VerdictOutcome Add(MetricReading reading) => Verdict.Outcome;

    private TimeSpan Age(AnalysisInterval interval) =>
        (interval.CanaryAge ?? interval.At - _since!.Value) - interval.Length;

    private TimeSpan Lasting()
    {
        if (_latest.Count == 0) return TimeSpan.Zero;
        var latest = new LatencyHistogram();
        foreach (var (_, latencies) in _latest) latest.Merge(latencies);
        return TimeSpan.FromTicks(Math.Min(P95(_canary).Ticks, P95(latest).Ticks));
    }

    private static TimeSpan P95(LatencyHistogram latencies) =>
        latencies.Count == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(latencies.Quantile(0.95));
}
