using Platform.Autoscaler.Applications;
using Platform.Autoscaler.History;
using Platform.Autoscaler.Scaling;
using Platform.Autoscaler.Scaling.Rules;
using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Decisions;

/// <summary>
/// What decisions about an application need, in memory: its rows as they were last read or written, and what need not survive a kill.
/// For one thread at a time, the loop's; <see cref="Last"/> and <see cref="DueAt"/> may be read by others.
/// </summary>
internal sealed class TrackedApplication(string name)
{
    private readonly RecommendationRuns _recommendations = new();
    private ScalingHistory? _history;
    private (ScaledApplication Row, IReadOnlyList<KnownReplica> Replicas, IReadOnlyList<ReplicaObservation> Observed)? _observed;

    public string Name => name;

    public required ScaledApplication Row
    {
        get;
        set
        {
            field = value;
            EarliestAt = 0;
        }
    }

    /// <summary>The settings of what serves, a policy's in their place if there is one.</summary>
    public required ScalingSettings Settings
    {
        get;
        set
        {
            field = value;
            EarliestAt = 0;
        }
    }

    /// <summary>The policy in force, for people; null: the manifest alone.</summary>
    public string? Policy { get; set; }

    public IReadOnlyList<KnownReplica> Replicas { get; set; } = [];

    /// <summary>What makes what is measured of it untypical; some may be over.</summary>
    public IReadOnlyList<Mask> Disturbances { get; set; } = [];

    public List<ScaleChange> Changes { get; } = [];

    public IReadOnlyList<RuleState> Rules { get; set; } = [];

    /// <summary>The last decision, written or not.</summary>
    public ScalingDecision? Last { get; set; }

    /// <summary>When the next decision is due, as a timestamp.</summary>
    public long DueAt { get; set; }

    /// <summary>Before this, a timestamp, nothing brings the next decision forward but other settings or another row.</summary>
    public long EarliestAt { get; set; }

    /// <summary>When it was last heard of; null: never.</summary>
    public Heard? Heard { get; set; }

    /// <summary>The newest batch at the last decision, as a timestamp.</summary>
    public long DecidedOn { get; set; }

    /// <summary>When somebody last asked anything of it, as a timestamp; 0: not since the start.</summary>
    public long BusyAt { get; set; }

    /// <summary>Why its rows cannot be understood; null: they can.</summary>
    public string? Broken { get; set; }

    /// <summary>
    /// What was recommended. A run is one row in the database, its start; what was recommended until a kill counts as recommended until the
    /// start after it.
    /// </summary>
    public IReadOnlyList<Recommendation> Recommendations => _recommendations.All;

    /// <summary>True: it differs from the last one, and a row is to be written.</summary>
    public bool BeginsRun(int replicas) => _recommendations.Begins(replicas);

    public void Recommend(DateTimeOffset at, int replicas, DateTimeOffset forgetBefore)
    {
        _recommendations.Add(at, replicas);
        _recommendations.Forget(forgetBefore);
        if (Changes.Count > 0) Changes.RemoveAll(change => change.At <= forgetBefore);
    }

    /// <summary>Takes the runs' starts from the database; what is dated ahead of the clock was written by one that was.</summary>
    public void Restore(IReadOnlyList<Recommendation> starts, DateTimeOffset now)
    {
        _recommendations.Clear();
        var known = starts.Where(run => run.At <= now).OrderBy(run => run.At).ToList();
        for (var i = 0; i < known.Count; i++) _recommendations.Add(i + 1 < known.Count ? known[i + 1].At : now, known[i].Replicas);
    }

    /// <summary>What decisions look back on. What is dated ahead of the clock is not yet.</summary>
    public ScalingHistory History(DateTimeOffset now)
    {
        foreach (var change in Changes)
        {
            if (change.At > now) return new ScalingHistory(_recommendations.All, Changes.FindAll(known => known.At <= now));
        }

        return _history ??= new ScalingHistory(_recommendations.All, Changes);
    }

    /// <summary>The replicas as a decision sees them: the same until something is heard of them, unless some are still to appear.</summary>
    public IReadOnlyList<ReplicaObservation> Observe(ScaledApplication row, DateTimeOffset now)
    {
        if (_observed is { } known && ReferenceEquals(known.Row, row) && ReferenceEquals(known.Replicas, Replicas)) return known.Observed;
        var observed = Situation.Observe(row, Replicas, now);
        _observed = observed.Count == Replicas.Count ? (row, Replicas, observed) : null;
        return observed;
    }
}
