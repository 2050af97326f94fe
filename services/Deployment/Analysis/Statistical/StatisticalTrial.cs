using Platform.Deployment.Analysis.Added;
using Platform.Metrics;

namespace Platform.Deployment.Analysis.Statistical;

/// <summary>
/// One rollout before the <see cref="StatisticalJudge"/>. The metrics' evidence is averaged, by weight: an average of e-processes is one,
/// however the metrics depend on each other (Vovk, Wang 2021), so one budget covers all of them.
/// </summary>
internal sealed class StatisticalTrial : ICanaryTrial, IKeptTrial
{
    /// <summary>Part of the budget kept for the case that there is no baseline beside the canary, and its past stands in: per metric.</summary>
    public const double ForThePast = 0.025;
    private const int MetricsWithAPast = 4;
    private const double FadesPerSettle = 3;
    private const double MostErrorsPerSecond = 4; // two seconds at least
    private const double BeyondP95 = 0.05;
    private const double ForCompared = 0.3; // of the budget, if any added metric is compared
    private readonly BaselineWindow _long = new(generation: 300, least: 1000);
    private LatencyHistogram _canary = new();
    private DateTimeOffset? _since;
    private long _requests, _failed;
    private double _value = 1;
    private int _outcome;

    public StatisticalTrial(AnalysisLimits limits)
    {
        Limits = limits;
        // Who needs no requests has other evidence.
        if (limits.MinRequests == 0) _outcome = (int)VerdictOutcome.Pass;
        Needed = 1 / (limits.FalseAborts * (1 - MetricsWithAPast * ForThePast));
        var horizon = limits.Horizon.TotalSeconds;
        var added = limits.Metrics.Where(m => m.Comparison is not null).ToList();
        var own = added.Count == 0 ? 1 : 1 - ForCompared;
        Compared = [.. added.Select(m => new PairedTest(m, ForCompared * m.Weight / added.Sum(a => a.Weight), horizon))];
        var rest = limits.P95 is null ? own : 0.9 * own;
        Errors = new MetricTest("errors", 0.4 * rest, limits.ErrorRatio, limits.ErrorTolerance, horizon, MostErrorsPerSecond);
        ErrorLimit = new MetricTest("errorLimit", 0.05 * rest, 1, 0, horizon, MostErrorsPerSecond, Math.Min(limits.ErrorRate, 0.97));
        P95Limit = limits.P95 is null ? null : new MetricTest("p95Limit", own - rest, 1, 0, horizon, LatencyTest.MostPerSecond, BeyondP95);
        Latencies =
        [
            new LatencyTest("p50", 0.5, 0.2 * rest, limits),
            new LatencyTest("p95", 0.95, 0.25 * rest, limits),
            new LatencyTest("p99", 0.99, 0.1 * rest, limits),
        ];
    }

    public AnalysisLimits Limits { get; }

    /// <summary>The e-value at which the canary fails.</summary>
    public double Needed { get; }

    public MetricTest Errors { get; }

    public MetricTest ErrorLimit { get; }

    public MetricTest? P95Limit { get; }

    public IReadOnlyList<LatencyTest> Latencies { get; }

    /// <summary>What of the added metrics is compared.</summary>
    public IReadOnlyList<PairedTest> Compared { get; }

    /// <summary>The canary's latencies that counted.</summary>
    public LatencyHistogram Canary => _canary;

    /// <summary>What the baseline did of late.</summary>
    public BaselineWindow Recent { get; } = new(generation: 60, least: 1000);

    public Progress Progress { get; } = new();

    public VerdictOutcome Outcome => (VerdictOutcome)_outcome;

    /// <summary>Requests of the canary.</summary>
    public long Requests => _requests;

    /// <summary>Those of them that failed.</summary>
    public long Failed => _failed;

    /// <summary>The e-value against "within every tolerance".</summary>
    public double Value => _value;

    public Verdict Verdict => StatisticalReport.Of(this);

    public VerdictOutcome Add(AnalysisInterval interval)
    {
        var (canary, baseline) = (interval.Canary, interval.Baseline);
        var seconds = interval.At.UtcTicks / (double)TimeSpan.TicksPerSecond;
        var length = interval.Length.TotalSeconds;
        if (canary.Requests > 0) _since ??= interval.At - interval.Length;
        if (_since is { } since && Outcome != VerdictOutcome.Fail)
        {
            _requests += canary.Requests;
            _failed += canary.Errors;
            AddErrors(seconds, length, canary, baseline);
            AddLatencies(seconds, length, canary, baseline, (interval.CanaryAge ?? interval.At - since) - interval.Length);
            Weigh();
            Progress.Add(interval, Value);
        }

        if (_since is null)
        {
            Errors.AddBaseline(baseline.Requests, baseline.Errors);
            foreach (var latency in Latencies) latency.AddBaseline(baseline.Latencies, Recent);
        }

        Recent.Add(seconds, baseline);
        _long.Add(seconds, baseline.Requests, baseline.Errors, null);
        return Outcome;
    }

    public VerdictOutcome Add(MetricReading reading)
    {
        if (Outcome == VerdictOutcome.Fail || reading is not { Canary: { } canary, Baseline: { } baseline }) return Outcome;
        if (Compared.FirstOrDefault(t => t.Name == reading.Metric) is not { } test) return Outcome;
        test.Add(reading.At.UtcTicks / (double)TimeSpan.TicksPerSecond, canary, baseline);
        Weigh();
        return Outcome;
    }

    public void Keep(TrialNotes notes)
    {
        notes.Time(ref _since);
        notes.Long(ref _requests);
        notes.Long(ref _failed);
        notes.Double(ref _value);
        notes.Int(ref _outcome);
        notes.Histogram(ref _canary);
        _long.Keep(notes);
        Recent.Keep(notes);
        Progress.Keep(notes);
        Errors.Keep(notes);
        ErrorLimit.Keep(notes);
        P95Limit?.Keep(notes);
        foreach (var latency in Latencies) latency.Keep(notes);
        foreach (var test in Compared) test.Keep(notes);
    }

    private void AddErrors(double seconds, double length, RevisionCounts canary, RevisionCounts baseline)
    {
        // Before anything is known one failure in a thousand is as good a guess as any.
        if (Errors.IsBetween) Errors.Begin(seconds - length, (_long.Errors + 0.02) / (_long.Requests + 20));
        var past = _long.Requests < Limits.MinRequests ? default : new PastShare(_long.Errors, _long.Requests, Limits.FalseAborts * ForThePast);
        Errors.Add(seconds, new BlockCounts(canary.Requests, canary.Errors, baseline.Requests, baseline.Errors), past);
        if (ErrorLimit.IsBetween) ErrorLimit.Begin(seconds - length, 0);
        ErrorLimit.Add(seconds, new BlockCounts(canary.Requests, canary.Errors, 0, 0));
    }

    private void AddLatencies(double seconds, double length, RevisionCounts canary, RevisionCounts baseline, TimeSpan age)
    {
        var settled = age >= Limits.Settle ? canary.Latencies : null;
        var allowance = Limits.Settle <= TimeSpan.Zero ? 1 : 1 + Math.Pow(2, -FadesPerSettle * (age / Limits.Settle - 1));
        foreach (var latency in Latencies) latency.Add(seconds, length, settled, baseline.Latencies, Recent, allowance);
        if (settled is not { Count: > 0 }) return;
        Canary.Merge(settled);
        if (P95Limit is null) return;
        if (P95Limit.IsBetween) P95Limit.Begin(seconds - length, 0);
        P95Limit.Add(seconds, new BlockCounts(settled.Count, settled.Count - settled.CountUpTo(Limits.P95!.Value.TotalSeconds), 0, 0));
    }

    private void Weigh()
    {
        var value = Errors.Weight * Errors.Value + ErrorLimit.Weight * ErrorLimit.Value + (P95Limit?.Weight * P95Limit?.Value ?? 0);
        foreach (var latency in Latencies) value += latency.Test.Weight * latency.Test.Value;
        foreach (var test in Compared) value += test.Weight * test.Value;
        _value = value;
        if (value >= Needed) _outcome = (int)VerdictOutcome.Fail;
        else if (Requests >= Limits.MinRequests) _outcome = (int)VerdictOutcome.Pass;
    }
}
