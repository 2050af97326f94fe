using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Scaling;

/// <summary>Everything one decision depends on. Nothing else does: the same input gives the same decision, live or replayed.</summary>
internal sealed record ScalingInput
{
    public required DateTimeOffset Now { get; init; }

    /// <summary>Replicas wanted at present (the scale's <c>spec.replicas</c>).</summary>
    public required int Current { get; init; }

    public required ScalingSettings Settings { get; init; }

    /// <summary>The replicas that serve or are about to.</summary>
    public required IReadOnlyList<ReplicaObservation> Replicas { get; init; }

    /// <summary>One reading per metric of the settings, in their order.</summary>
    public required IReadOnlyList<MetricReading> Metrics { get; init; }

    public required ScalingHistory History { get; init; }

    /// <summary>A clock that is never set, for what has to last: the time since some start.</summary>
    public TimeSpan Clock { get; init; }

    /// <summary>For how long nobody has asked anything of it; null: the gateway has not said.</summary>
    public TimeSpan? IdleFor { get; init; }

    /// <summary>Requests that the gateway holds because no replica is ready.</summary>
    public double Waiting { get; init; }

    /// <summary>What makes what is measured untypical; null: nothing.</summary>
    public Disturbance? Disturbance { get; init; }

    /// <summary>Requests that have ended lately: at 0 replicas those that nobody could answer.</summary>
    public double Asked { get; init; }

    /// <summary>A replica younger than this has its cpu ignored while it is not ready, and until one full window was measured since it became so.</summary>
    public TimeSpan CpuInitializationPeriod { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A replica that became not ready within this time of its start counts as one that was never ready.</summary>
    public TimeSpan InitialReadinessDelay { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>What makes what is measured untypical while it lasts.</summary>
/// <param name="Name"><c>experiment kill-one</c>, <c>alert error-rate</c>.</param>
/// <param name="IsExperiment">It is done on purpose, and nothing is learned meanwhile.</param>
/// <param name="InducesLoad">A part of the demand is made on purpose too.</param>
internal sealed record Disturbance(string Name, bool IsExperiment, bool InducesLoad = false)
{
    /// <summary>Its name among what limits a decision.</summary>
    public string Limit => IsExperiment ? "ExperimentUnderWay" : "AlertUnderWay";

    /// <summary>As a half-sentence.</summary>
    public string Words => IsExperiment ? $"{Name}{(InducesLoad ? ", which makes requests of its own," : "")} runs" : $"{Name} lasts";
}

/// <summary>A replica as a decision sees it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="StartedAt">When it was started.</param>
/// <param name="Ready">True: it serves.</param>
/// <param name="ReadyChangedAt">When <paramref name="Ready"/> last changed; null: it has no readiness yet (it is only starting).</param>
/// <param name="Leaving">True: it is being stopped and counts for nothing.</param>
/// <param name="Guest">True: it is of a revision on trial beside the one that serves. It takes over load, and so its cpu is a part of the demand; of
/// what a replica has whether it has load or not, such as memory, it says nothing of the replicas that are scaled.</param>
internal readonly record struct ReplicaObservation(string Id, DateTimeOffset StartedAt, bool Ready, DateTimeOffset? ReadyChangedAt, bool Leaving = false, bool Guest = false);

/// <summary>How a metric relates to the number of replicas.</summary>
internal enum MetricKind
{
    /// <summary>A share of what each replica asked for: cpu, memory (HPA: <c>Resource</c>, <c>averageUtilization</c>).</summary>
    Resource,

    /// <summary>A value that each replica reports about itself (HPA: <c>Pods</c>, <c>averageValue</c>).</summary>
    PerReplica,

    /// <summary>One value for the application that its replicas share: requests per second (HPA: <c>Object</c>/<c>External</c>, <c>averageValue</c>).</summary>
    Total,
}

/// <summary>One replica's value.</summary>
/// <param name="Value">The value; for a resource the share of what was requested.</param>
/// <param name="At">When the window it averages ended.</param>
/// <param name="Window">The window it averages.</param>
internal readonly record struct ReplicaSample(double Value, DateTimeOffset At, TimeSpan Window);

/// <summary>What was read of one metric.</summary>
internal sealed record MetricReading
{
    private static readonly Dictionary<string, ReplicaSample> NoSamples = [];

    public required string Name { get; init; }

    /// <summary>The value per replica to hold, above 0.</summary>
    public required double Target { get; init; }

    public required MetricKind Kind { get; init; }

    /// <summary>By replica; a replica without an entry is missing its metric. Unused for <see cref="MetricKind.Total"/>.</summary>
    public IReadOnlyDictionary<string, ReplicaSample> Samples { get; init; } = NoSamples;

    /// <summary>The application's value, for <see cref="MetricKind.Total"/>.</summary>
    public double Total { get; init; }

    /// <summary>Above this there is work for an application that rests at 0 replicas; null: the metric does not tell.</summary>
    public double? Activation { get; init; }

    /// <summary>Whether there is work for an application that rests at 0 replicas; null: the metric does not tell, or is not known.</summary>
    public bool? IsActive => Unavailable is null && Activation is { } threshold ? Total > threshold : null;

    /// <summary>Why it could not be read at all; null: it could.</summary>
    public string? Unavailable { get; init; }
}

/// <summary>What earlier decisions leave to later ones.</summary>
/// <param name="Recommendations">Unstabilised recommendations, any order.</param>
/// <param name="Changes">Changes that were carried out, any order.</param>
internal sealed record ScalingHistory(IReadOnlyList<Recommendation> Recommendations, IReadOnlyList<ScaleChange> Changes)
{
    public static ScalingHistory Empty { get; } = new([], []);
}

/// <summary>What the metrics asked for at one time, before stabilisation and limits.</summary>
internal readonly record struct Recommendation(DateTimeOffset At, int Replicas);

/// <summary>A change of the wanted replicas by this autoscaler: above 0 growth, below 0 shrinking.</summary>
internal readonly record struct ScaleChange(DateTimeOffset At, int Change);
