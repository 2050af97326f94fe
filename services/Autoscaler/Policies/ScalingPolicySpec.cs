using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Policies;

/// <summary>
/// What a policy says about scaling. What is left out stays as the manifest says; the replicas it may ask for stay within the manifest's limits,
/// which the owner of replicas enforces.
/// </summary>
public sealed record ScalingPolicySpec
{
    /// <summary>The application it is for; null: every one that scales by itself and has no policy of its own.</summary>
    public string? Application { get; init; }
    /// <summary>True: it holds. Default.</summary>
    public bool Enabled { get; init; } = true;
    /// <summary>By what is decided.</summary>
    public ScalingMode? Mode { get; init; }
    /// <summary>Fewest replicas, 0 to 1,000.</summary>
    public int? Min { get; init; }
    /// <summary>Most replicas, 1 to 1,000.</summary>
    public int? Max { get; init; }
    /// <summary>A few plain numbers instead of rules and targets.</summary>
    public PlainSettings? Plain { get; init; }
    /// <summary>What to hold at its target.</summary>
    public IReadOnlyList<MetricTarget>? Metrics { get; init; }
    /// <summary><c>none</c>, <c>standard</c>, or <c>custom</c> for <see cref="Rules"/>.</summary>
    public string? RuleSet { get; init; }
    /// <summary>Rules of its own.</summary>
    public IReadOnlyList<ScalingRule> Rules { get; init; } = [];
    /// <summary>Other limits at certain times, in place of the manifest's; empty: none.</summary>
    public IReadOnlyList<ScalingSchedule>? Schedules { get; init; }
    /// <summary>The share of requests to be served within the capacity, above 0.5 and below 1.</summary>
    public double? ServiceLevel { get; init; }
    /// <summary>How much of the forecast's growth counts in hybrid mode, 0 to 1.</summary>
    public double? PredictionWeight { get; init; }
    /// <summary>The 95th percentile that answers should keep.</summary>
    public TimeSpan? LatencyTarget { get; init; }
    /// <summary>Without a request for this long it goes to 0 replicas.</summary>
    public TimeSpan? ZeroAfter { get; init; }
}

/// <summary>Scaling in a few numbers, percentages from 0 to 100.</summary>
public sealed record PlainSettings
{
    /// <summary>Above this cpu use, more. Default 70.</summary>
    public double CpuUp { get; init; } = 70;
    /// <summary>Below this cpu use, fewer. Default 30.</summary>
    public double CpuDown { get; init; } = 30;
    /// <summary>Above this memory use, more. Default 80.</summary>
    public double MemoryUp { get; init; } = 80;
    /// <summary>Below this memory use, fewer. Default 40.</summary>
    public double MemoryDown { get; init; } = 40;
    /// <summary>Fewest replicas. Default 1.</summary>
    public int Min { get; init; } = 1;
    /// <summary>Most replicas. Default 10.</summary>
    public int Max { get; init; } = 10;
    /// <summary>How much the forecast counts: 0 not at all, 1 wholly. Default 0.3.</summary>
    public double PredictionWeight { get; init; } = 0.3;
}

/// <summary>A policy at a version.</summary>
public sealed record ScalingPolicyView
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }
    /// <summary>Its version, from 1; also the entity tag.</summary>
    public required long Version { get; init; }
    /// <summary>When it was made.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>Who made it.</summary>
    public required string By { get; init; }
    /// <summary>Why; null: not said.</summary>
    public string? Reason { get; init; }
    /// <summary>True: it was deleted in this version.</summary>
    public bool Deleted { get; init; }
    /// <summary>What it says.</summary>
    public required ScalingPolicySpec Policy { get; init; }
    /// <summary>The same in words.</summary>
    public IReadOnlyList<string> Meaning { get; init; } = [];
}
