using Platform.Deployment.Analysis;
using Platform.Deployment.Analysis.Added;
using Platform.Deployment.Measurements;
using Platform.Metrics;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Rollouts;

/// <summary>
/// The rollouts before the judge: each is fed every report once, as it comes, and asked for its verdict at every look. What it knows is
/// written down with every look (<see cref="TrialStore"/>), so after a restart it goes on with the evidence, and the budget, that it had.
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
    /// <param name="readings">Readings of its metrics that it has not seen (<see cref="LastReading"/>), with their numbers, in their order.</param>
    /// <param name="kept">What was written down of it; null: nothing, or it need not be known (<see cref="Knows"/>).</param>
    /// <param name="youngest">When the youngest replica of the new revision became ready: until it is warm, the whole revision is not.</param>
    public Verdict? Judge(Guid rollout, string application, RolloutProgress progress, RolloutSpec spec, IReadOnlyList<(long Number, MetricReading Reading)> readings, KeptTrial? kept, DateTimeOffset? youngest)
    {
        if (Trialed.Of(progress) is not { } trialed) return null;
        var (baseline, since) = trialed;
        lock (_gate)
        {
            if (!_trials.TryGetValue(rollout, out var trial) || trial.Of != trialed)
            {
                if (_trials.Count >= Most) _trials.Clear();
                _trials[rollout] = trial = Begin(application, progress, spec, trialed, kept);
            }

            foreach (var (number, interval) in metrics.After(application, progress.Revision, baseline, trial.Seen, trial.Since))
            {
                var at = interval.At > trial.At ? interval.At : trial.At;
                trial.Case.Add(interval with { At = at, CanaryAge = at > youngest ? at - youngest : TimeSpan.Zero });
                (trial.Seen, trial.At, trial.Changed) = (number, at, true);
            }

            foreach (var (number, reading) in readings.Where(r => r.Number > trial.Read))
            {
                trial.Case.Add(reading);
                (trial.Read, trial.Changed) = (number, true);
            }

            return trial.Case.Verdict;
        }
    }

    /// <summary>Whether a trial goes on here; false: what was written down of it is needed.</summary>
    public bool Knows(Guid rollout, Trialed trialed)
    {
        lock (_gate) return _trials.TryGetValue(rollout, out var trial) && trial.Of == trialed;
    }

    /// <summary>What is to be written down of a trial; null: nothing has changed since.</summary>
    public KeptTrial? Notes(Guid rollout)
    {
        lock (_gate)
        {
            return _trials.TryGetValue(rollout, out var trial) && trial.Changed
                ? new KeptTrial { Baseline = trial.Of.Baseline, Since = trial.Of.Since.UtcTicks, Reading = trial.Read, Content = Convert.ToBase64String(TrialNotes.Of(trial.Keep)) }
                : null;
        }
    }

    /// <summary>It has been written down.</summary>
    public void Kept(Guid rollout)
    {
        lock (_gate)
        {
            if (_trials.TryGetValue(rollout, out var trial)) trial.Changed = false;
        }
    }

    /// <summary>The number of the last reading that a trial has seen; 0: none, or it is another trial.</summary>
    public long LastReading(Guid rollout, Trialed trialed)
    {
        lock (_gate) return _trials.TryGetValue(rollout, out var trial) && trial.Of == trialed ? trial.Read : 0;
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

    private Trial Begin(string application, RolloutProgress progress, RolloutSpec spec, Trialed trialed, KeptTrial? kept)
    {
        if (kept is not null && kept.Baseline == trialed.Baseline && kept.Since == trialed.Since.UtcTicks)
        {
            var known = Fresh(progress, spec, trialed);
            if (TrialNotes.TryRead(Convert.FromBase64String(kept.Content), known.Keep))
            {
                // What was reported before its last look it has seen, or it is lost with the process that had it.
                (known.Read, known.Since) = (kept.Reading, known.At);
                return known;
            }
        }

        var trial = Fresh(progress, spec, trialed);
        // A baseline begun afresh has no past; the old revision has, seen by this service or remembered from before its restart.
        if (trialed.Baseline != progress.Stable) return trial;
        var past = metrics.After(application, canary: "", trialed.Baseline, after: 0, trialed.Since - Past).Where(r => r.Interval.At <= trialed.Since).Select(r => r.Interval).ToList();
        if (past.Count == 0 && progress.Before?.Interval(trialed.Since) is { } remembered) past.Add(remembered);
        foreach (var interval in past) trial.Case.Add(interval);
        return trial;
    }

    private static Trial Fresh(RolloutProgress progress, RolloutSpec spec, Trialed trialed)
    {
        var plan = progress.Plan!;
        var firstWatch = plan.Steps.FirstOrDefault(s => s.Judged && s.Hold > TimeSpan.Zero)?.Hold ?? TimeSpan.Zero;
        var judge = Judges.Find(spec.Analysis.Judge)!;
        return new Trial(
            judge.Begin(new AnalysisLimits
            {
                ErrorRate = spec.Analysis.ErrorRate,
                P95 = spec.Analysis.P95,
                MinRequests = spec.Analysis.MinRequests,
                Metrics = Measures.Judged(spec),
                GroupWeights = spec.Analysis.GroupWeights,
                FalseAborts = AnalysisLimits.WrongAborts / plan.Analyses,
                Settle = TimeSpan.FromTicks(Math.Min(LongestSettle.Ticks, firstWatch.Ticks / 3)),
                Horizon = TimeSpan.FromTicks(Math.Max(TimeSpan.FromMinutes(1).Ticks, plan.Steps.Sum(s => s.Hold.Ticks))),
            }),
            trialed);
    }

    private sealed class Trial(ICanaryTrial trial, Trialed of)
    {
        public ICanaryTrial Case { get; } = trial;
        public Trialed Of { get; } = of;
        public DateTimeOffset Since { get; set; } = of.Since;
        public long Seen { get; set; }
        public long Read { get; set; }
        public DateTimeOffset At { get; set; } = of.Since;
        public bool Changed { get; set; } = true;

        public void Keep(TrialNotes notes)
        {
            DateTimeOffset? at = At;
            notes.Time(ref at);
            At = at ?? At;
            ((IKeptTrial)Case).Keep(notes);
        }
    }
}

/// <summary>What a trial is about: who the new revision is compared with, and since when. Another one is another trial.</summary>
/// <param name="Baseline">The revision that it is compared with.</param>
/// <param name="Since">Since when requests reach it.</param>
internal sealed record Trialed(string Baseline, DateTimeOffset Since)
{
    /// <summary>What a rollout has before the judge; null: nothing.</summary>
    public static Trialed? Of(RolloutProgress progress) =>
        progress is { JudgedSince: { } since, Stable: { } stable, Plan.Analysed: true, AnalysisSkipped: null }
            ? new Trialed(progress.BaselineWeight > 0 ? Applications.RevisionNames.Baseline(stable) : stable, since)
            : null;
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
