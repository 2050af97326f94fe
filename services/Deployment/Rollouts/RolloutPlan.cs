namespace Platform.Deployment.Rollouts;

/// <summary>
/// How many replicas move at a time. Blue-green is the case where all of them surge at once, so one algorithm serves both:
/// <code>
/// batch b:  old shrinks to Replicas + MaxSurge - New(b)   (frees room; nothing to do while the surge suffices)
///           New(b) = min(Replicas, b * (MaxSurge + MaxUnavailable)) replicas of the new revision become healthy
///           traffic is split by the number of replicas; the last batch takes all of it
/// </code>
/// At no time do more than Replicas + MaxSurge run, nor do fewer than Replicas - MaxUnavailable serve.
/// </summary>
internal sealed record RolloutPlan
{
    /// <summary><c>rolling</c> or <c>blueGreen</c>.</summary>
    public required string Strategy { get; init; }
    /// <summary>Replicas the new revision ends with, 1 or more.</summary>
    public required int Replicas { get; init; }
    /// <summary>Replicas of the old revision when it began; 0: there was none.</summary>
    public required int OldReplicas { get; init; }
    /// <summary>Replicas that may run beyond <see cref="Replicas"/>.</summary>
    public required int MaxSurge { get; init; }
    /// <summary>Replicas that may be missing from <see cref="Replicas"/>.</summary>
    public required int MaxUnavailable { get; init; }
    /// <summary>How long the new revision is watched after it took all traffic.</summary>
    public required TimeSpan Watch { get; init; }
    /// <summary>True: the traffic shifts only after somebody has promoted the rollout.</summary>
    public bool NeedsApproval { get; init; }

    /// <summary>All at once, beside the old set.</summary>
    public static RolloutPlan BlueGreen(int replicas, int old, TimeSpan watch) => new()
    {
        Strategy = "blueGreen",
        Replicas = replicas,
        OldReplicas = old,
        MaxSurge = Math.Max(replicas, old),
        MaxUnavailable = 0,
        Watch = watch,
    };

    /// <summary>In batches. A surge and an unavailability of zero would never move: the surge is then one.</summary>
    public static RolloutPlan Rolling(int replicas, int old, int maxSurge, int maxUnavailable, TimeSpan watch) => new()
    {
        Strategy = "rolling",
        Replicas = replicas,
        OldReplicas = old,
        MaxSurge = maxSurge + maxUnavailable == 0 ? 1 : Math.Min(maxSurge, replicas),
        MaxUnavailable = Math.Min(maxUnavailable, replicas),
        Watch = watch,
    };

    /// <summary>Replicas that one batch moves.</summary>
    public int BatchSize => Math.Min(Replicas, MaxSurge + MaxUnavailable);

    /// <summary>Batches it takes.</summary>
    public int Batches => (Replicas + BatchSize - 1) / BatchSize;

    /// <summary>Replicas of the new revision at the end of batch <paramref name="batch"/> (from 1).</summary>
    public int NewAfter(int batch) => Math.Min(Replicas, batch * BatchSize);

    /// <summary>Replicas of the old revision that leave room for batch <paramref name="batch"/>.</summary>
    public int OldDuring(int batch) => Math.Min(OldReplicas, Replicas + MaxSurge - NewAfter(batch));

    /// <summary>Replicas of the old revision that can take all of the traffic back: the fewest the plan ever let serve.</summary>
    public int EnoughToReturn => OldReplicas == 0 ? 0 : Math.Max(1, OldReplicas - MaxUnavailable);

    /// <summary>The plan in one sentence.</summary>
    public string Describe(string revision, string? stable) => stable is null
        ? $"first deployment: start {Count(Replicas)} of {revision}, then open its route"
        : Strategy == "blueGreen"
            ? $"blueGreen: start {Count(Replicas)} of {revision} beside {stable}, shift all traffic at once, watch for {Span(Watch)}, retire {stable}"
            : $"rolling: replace {stable} by {revision} in {Batches} batch(es) of {BatchSize} (at most {Replicas + MaxSurge} replicas, at least {Replicas - MaxUnavailable} serving), watch for {Span(Watch)}";

    private static string Count(int replicas) => replicas == 1 ? "1 replica" : $"{replicas} replicas";

    private static string Span(TimeSpan span) => span.TotalSeconds < 60 ? $"{span.TotalSeconds:0.#}s" : $"{span.TotalMinutes:0.#}m";
}
