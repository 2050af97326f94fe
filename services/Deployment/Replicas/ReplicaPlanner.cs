namespace Platform.Deployment.Replicas;

/// <summary>What should run of one revision.</summary>
/// <param name="Revision">The revision.</param>
/// <param name="Wanted">Replicas, 0 or more.</param>
/// <param name="NextStartAt">No start before this (back-off after failures); null: at once.</param>
/// <param name="Until">When it is not wanted any more; null: when somebody says so.</param>
internal sealed record RevisionTarget(string Revision, int Wanted, DateTimeOffset? NextStartAt = null, DateTimeOffset? Until = null);

/// <summary>What the planner needs to know of a replica that has not ended.</summary>
internal sealed record ReplicaFacts
{
    /// <summary>The replica.</summary>
    public required string Id { get; init; }
    /// <summary>The revision it runs.</summary>
    public required string Revision { get; init; }
    /// <summary>Where it stands; never an end.</summary>
    public required ReplicaState State { get; init; }
    /// <summary>When it was intended; the newest goes first when there are too many.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>It was in a table that was sent to the gateway.</summary>
    public bool WasRouted { get; init; }
    /// <summary>The gateway said that no request is under way to it any more.</summary>
    public bool Drained { get; init; }
    /// <summary>When the gateway acknowledged a table without it; null: it may still be sent requests.</summary>
    public DateTimeOffset? LeftAt { get; init; }
    /// <summary>The longest wait for <see cref="Drained"/> after <see cref="LeftAt"/>: the manifest's drain timeout and some more.</summary>
    public TimeSpan DrainLimit { get; init; }
}

/// <summary>One thing to do.</summary>
internal abstract record ReplicaAction
{
    /// <summary>Intend and start one more replica.</summary>
    internal sealed record Start(string Revision) : ReplicaAction;

    /// <summary>Take a replica out of the table; it is stopped when it is drained.</summary>
    internal sealed record Drain(string Replica, string Why) : ReplicaAction;

    /// <summary>Stop a draining replica: nobody sends it requests.</summary>
    internal sealed record Stop(string Replica, string Why) : ReplicaAction;
}

/// <summary>
/// Compares what should run with what runs, and says what to do about the difference. Pure and level-triggered: after its
/// actions are done it has nothing more to say. It never lets fewer replicas serve than are wanted and can be had: a sick replica
/// is replaced before it leaves, and one that may still be sent requests is never stopped.
/// </summary>
internal static class ReplicaPlanner
{
    /// <summary>What to do now.</summary>
    /// <param name="targets">What should run; a revision that is not named should not run at all.</param>
    /// <param name="replicas">What runs or is about to, ends left out.</param>
    /// <param name="now">The time.</param>
    public static IReadOnlyList<ReplicaAction> Plan(IReadOnlyList<RevisionTarget> targets, IReadOnlyList<ReplicaFacts> replicas, DateTimeOffset now)
    {
        var actions = new List<ReplicaAction>();
        foreach (var revision in targets.Select(t => t.Revision).Union(replicas.Select(r => r.Revision)))
        {
            var target = targets.FirstOrDefault(t => t.Revision == revision) ?? new RevisionTarget(revision, 0);
            PlanRevision(target, [.. replicas.Where(r => r.Revision == revision)], now, actions);
        }

        foreach (var replica in replicas.Where(r => r.State == ReplicaState.Draining))
        {
            if (MayStop(replica, now) is { } why) actions.Add(new ReplicaAction.Stop(replica.Id, why));
        }

        return actions;
    }

    /// <summary>When <see cref="Plan"/> may say something new although nothing happened; null: never.</summary>
    public static DateTimeOffset? NextLook(IReadOnlyList<RevisionTarget> targets, IReadOnlyList<ReplicaFacts> replicas, DateTimeOffset now) =>
        targets.SelectMany(t => (DateTimeOffset?[])[t.NextStartAt, t.Until])
            .Concat(replicas.Where(r => r is { State: ReplicaState.Draining, LeftAt: not null }).Select(r => r.LeftAt + r.DrainLimit))
            .Where(at => at > now)
            .Min();

    /// <summary>How long to wait before the next start after so many failures in a row: 1, 2, 4 … 60 s.</summary>
    public static TimeSpan BackOff(int failures) =>
        failures <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(60, Math.Pow(2, Math.Min(failures, 10) - 1)));

    private static void PlanRevision(RevisionTarget target, IReadOnlyList<ReplicaFacts> replicas, DateTimeOffset now, List<ReplicaAction> actions)
    {
        var ready = replicas.Where(r => r.State == ReplicaState.Ready).ToList();
        var starting = replicas.Where(r => r.State == ReplicaState.Starting).ToList();
        var sick = replicas.Where(r => r.State == ReplicaState.Unhealthy).ToList();
        var well = ready.Count + starting.Count;

        if (well < target.Wanted && !(target.NextStartAt > now))
            actions.AddRange(Enumerable.Repeat(new ReplicaAction.Start(target.Revision), target.Wanted - well));

        // Too many: those that do not serve yet go first, then the newest.
        var surplus = starting.OrderByDescending(r => r.CreatedAt).Concat(ready.OrderByDescending(r => r.CreatedAt)).ThenTake(well - target.Wanted);
        actions.AddRange(surplus.Select(r => new ReplicaAction.Drain(r.Id, $"{target.Wanted} wanted of {target.Revision}")));

        // Sick ones go once as many are ready without them as are wanted, the longest-serving last.
        if (ready.Count >= target.Wanted)
            actions.AddRange(sick.Select(r => new ReplicaAction.Drain(r.Id, "unhealthy, and replaced")));
        else if (sick.Count > target.Wanted - ready.Count)
            actions.AddRange(sick.OrderByDescending(r => r.CreatedAt).ThenTake(sick.Count - (target.Wanted - ready.Count)).Select(r => new ReplicaAction.Drain(r.Id, "unhealthy, and partly replaced")));
    }

    private static string? MayStop(ReplicaFacts replica, DateTimeOffset now) =>
        !replica.WasRouted ? "it never had traffic"
        : replica.Drained ? "drained"
        : replica.LeftAt is { } left && now >= left + replica.DrainLimit ? $"not drained {replica.DrainLimit.TotalSeconds:0.#}s after it left the routes"
        : null;

    private static IEnumerable<ReplicaFacts> ThenTake(this IEnumerable<ReplicaFacts> replicas, int count) => replicas.Take(Math.Max(0, count));
}
