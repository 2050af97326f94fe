using Platform.Deployment.Analysis;
using Platform.Metrics;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Rollouts;

/// <summary>
/// The rollouts before the judge: each is fed every report once, as it comes, and asked for its verdict at every look. Kept in memory
/// only: after a restart a trial begins anew with what comes in, and the watch with it.
/// </summary>
internal sealed class RolloutTrials(RevisionMetrics metrics, TimeProvider time)
{
    /// <summary>What the old revision did before is taken from so far back.</summary>
    private static readonly TimeSpan Past = TimeSpan.FromMinutes(5);

    /// <summary>How long a new revision's latency is not held against it: a third of its first watch, and never longer than this.</summary>
    private static readonly TimeSpan LongestSettle = TimeSpan.FromSeconds(15);

    private const int Most = 256;
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Trial> _trials = [];

    /// <summary>Since when reports are heard at all.</summary>
    public DateTimeOffset ListeningSince => metrics.Since;

    /// <summary>What the old revision has done of late, to be remembered while it can still be seen.</summary>
    public BaselineBefore? Before(string application, string revision) =>
        metrics.Sum(application, revision, time.GetUtcNow() - Past) is { Baseline: var counts, Length: var length }
            ? new BaselineBefore(counts.Requests, counts.Errors, counts.Latencies!.ToBytes(), length)
            : null;

    /// <summary>The verdict on a rollout with all that was reported until now; null: there is nothing to judge.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="application">Its application.</param>
    /// <param name="progress">Where it stands.</param>
    /// <param name="spec">What its manifest says.</param>
    /// <param name="youngest">When the youngest replica of the new revision became ready: until it is warm, the whole revision is not.</param>
    public Verdict? Judge(Guid rollout, string application, RolloutProgress progress, RolloutSpec spec, DateTimeOffset? youngest)
    {
        if (progress is not { JudgedSince: { } since, Stable: { } stable, Plan: { Analysed: true } plan, AnalysisSkipped: null }) return null;
        var baseline = progress.BaselineWeight > 0 ? Applications.RevisionNames.Baseline(stable) : stable;
        lock (_gate)
        {
            if (!_trials.TryGetValue(rollout, out var trial) || trial.Baseline != baseline || trial.Since != since)
            {
                if (_trials.Count >= Most) _trials.Clear();
                _trials[rollout] = trial = Begin(application, progress, spec, plan, baseline, since);
            }

            foreach (var (number, interval) in metrics.After(application, progress.Revision, baseline, trial.Seen, trial.Since))
            {
                var at = interval.At > trial.At ? interval.At : trial.At;
                trial.Case.Add(interval with { At = at, CanaryAge = at > youngest ? at - youngest : TimeSpan.Zero });
                (trial.Seen, trial.At) = (number, at);
            }

            return trial.Case.Verdict;
        }
    }

    /// <summary>The last verdict on a rollout; null: none yet.</summary>
    public Verdict? Latest(Guid rollout)
    {
        lock (_gate) return _trials.GetValueOrDefault(rollout)?.Case.Verdict;
    }

    /// <summary>The rollout has ended.</summary>
    public void Forget(Guid rollout)
    {
        lock (_gate) _trials.Remove(rollout);
    }

    private Trial Begin(string application, RolloutProgress progress, RolloutSpec spec, RolloutPlan plan, string baseline, DateTimeOffset since)
    {
        var firstWatch = plan.Steps.FirstOrDefault(s => s.Judged && s.Hold > TimeSpan.Zero)?.Hold ?? TimeSpan.Zero;
        var judge = Judges.Find(spec.Analysis.Judge)!;
        var trial = new Trial(
            judge.Begin(new AnalysisLimits
            {
                ErrorRate = spec.Analysis.ErrorRate,
                P95 = spec.Analysis.P95,
                MinRequests = spec.Analysis.MinRequests,
                FalseAborts = AnalysisLimits.WrongAborts / plan.Analyses,
                Settle = TimeSpan.FromTicks(Math.Min(LongestSettle.Ticks, firstWatch.Ticks / 3)),
                Horizon = TimeSpan.FromTicks(Math.Max(TimeSpan.FromMinutes(1).Ticks, plan.Steps.Sum(s => s.Hold.Ticks))),
            }),
            baseline,
            since);
        // A baseline begun afresh has no past; the old revision has, seen by this service or remembered from before its restart.
        if (baseline != progress.Stable) return trial;
        var past = metrics.After(application, canary: "", baseline, after: 0, since - Past).Where(r => r.Interval.At <= since).Select(r => r.Interval).ToList();
        if (past.Count == 0 && progress.Before?.Interval(since) is { } remembered) past.Add(remembered);
        foreach (var interval in past) trial.Case.Add(interval);
        return trial;
    }

    private sealed class Trial(ICanaryTrial trial, string baseline, DateTimeOffset since)
    {
        public ICanaryTrial Case { get; } = trial;
        public string Baseline { get; } = baseline;
        public DateTimeOffset Since { get; } = since;
        public long Seen { get; set; }
        public DateTimeOffset At { get; set; } = since;
    }
}

/// <summary>What the old revision did before the new one served, as a rollout remembers it.</summary>
/// <param name="Requests">Requests that ended.</param>
/// <param name="Errors">Those of them that failed.</param>
/// <param name="Latencies">Their latencies, as <see cref="LatencyHistogram.ToBytes"/> writes them.</param>
/// <param name="Length">Over how long.</param>
internal sealed record BaselineBefore(long Requests, long Errors, byte[] Latencies, TimeSpan Length)
{
    /// <summary>As an interval that ended at <paramref name="at"/>.</summary>
    public AnalysisInterval Interval(DateTimeOffset at) => new()
    {
        At = at,
        Length = Length,
        Canary = RevisionCounts.None,
        Baseline = new RevisionCounts(Requests, Errors, LatencyHistogram.TryRead(Latencies, out var latencies) ? latencies : null),
    };

    /// <inheritdoc/>
    public bool Equals(BaselineBefore? other) =>
        other is not null && (Requests, Errors, Length) == (other.Requests, other.Errors, other.Length) && Latencies.AsSpan().SequenceEqual(other.Latencies);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Requests, Errors, Length);
}
