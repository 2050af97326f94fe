using Platform.Deployment.Analysis;
using Platform.Deployment.Analysis.Added;
using Platform.Metrics;

namespace Platform.Benchmarks.Judge;

/// <summary>
/// A peer: fixed limits checked once per interval on that interval's requests, and an abort after so many failed checks, which add up
/// over the rollout, as Flagger's analysis does. It knows its application well: its latency limit is a multiple of the true p95.
/// </summary>
internal sealed class CheckingJudge(string name, TimeSpan every, int failedChecks, double errorLimit, double p95Seconds) : ICanaryJudge
{
    public string Name => name;

    public ICanaryTrial Begin(AnalysisLimits limits) => new Trial(limits, every, failedChecks, errorLimit, p95Seconds);

    private sealed class Trial(AnalysisLimits limits, TimeSpan every, int failedChecks, double errorLimit, double p95Seconds) : ICanaryTrial
    {
        private readonly LatencyHistogram _latencies = new();
        private DateTimeOffset? _since, _next;
        private long _requests, _errors;
        private int _failed;
        private VerdictOutcome _outcome;

        public Verdict Verdict => new() { Outcome = _outcome, Sentence = $"{_failed} of {failedChecks} checks failed", Requests = 0, ErrorRate = 0, P95 = TimeSpan.Zero };

        public VerdictOutcome Add(MetricReading reading) => _outcome;

        public VerdictOutcome Add(AnalysisInterval interval)
        {
            var canary = interval.Canary;
            if (canary.Requests > 0) _since ??= interval.At - interval.Length;
            if (_since is not { } since || _outcome == VerdictOutcome.Fail || interval.At - interval.Length < since + limits.Settle) return _outcome;
            _next ??= interval.At - interval.Length + every;
            _requests += canary.Requests;
            _errors += canary.Errors;
            if (canary.Latencies is { } latencies) _latencies.Merge(latencies);
            if (interval.At < _next) return _outcome;
            _next += every;
            if (_requests > 0)
            {
                if ((double)_errors / _requests > errorLimit || _latencies.Quantile(0.95) > p95Seconds) _failed++;
                _outcome = _failed >= failedChecks ? VerdictOutcome.Fail : VerdictOutcome.Pass;
            }

            (_requests, _errors) = (0, 0);
            _latencies.Clear();
            return _outcome;
        }
    }
}
