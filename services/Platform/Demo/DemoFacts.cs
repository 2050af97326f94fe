using Platform.CommandLine.Load;
using Platform.Contracts.Http;

namespace Platform.CommandLine.Demo;

/// <summary>The replicas that served at a moment of the run.</summary>
internal readonly record struct ReplicaPoint(TimeSpan At, int Serving, int Wanted);

/// <summary>The phases of the run, in their order.</summary>
internal static class DemoPhases
{
    public const string First = "v1";
    public const string Switch = "v2 switch";
    public const string Second = "v2";
    public const string Broken = "v3 until rolled back";
    public const string After = "v2 again";
}

/// <summary>A rollout as it was seen from outside.</summary>
internal sealed record ObservedRollout
{
    /// <summary>Its last state.</summary>
    public required RolloutView Rollout { get; init; }
    /// <summary>From asking for it until all traffic went to its revision; null: never seen.</summary>
    public TimeSpan? TimeToSwitch { get; init; }
    /// <summary>From the first failed request until no traffic went to its revision any more; null: never seen.</summary>
    public TimeSpan? TimeToRollBack { get; init; }
    /// <summary>From asking for it to its end.</summary>
    public required TimeSpan Total { get; init; }
}

/// <summary>Everything that was observed; what the summary and the promises are made of.</summary>
internal sealed record DemoFacts
{
    /// <summary>The replayed day's name.</summary>
    public required string Day { get; init; }
    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }
    /// <summary>Figures by phase, in order.</summary>
    public required IReadOnlyList<PhaseFigures> Phases { get; init; }
    /// <summary>Serving replicas over time.</summary>
    public required IReadOnlyList<ReplicaPoint> Replicas { get; init; }
    /// <summary>Requests per second in each slot of the day, as sent.</summary>
    public required IReadOnlyList<double> Demand { get; init; }
    /// <summary>The second revision's rollout.</summary>
    public ObservedRollout? Second { get; init; }
    /// <summary>The broken revision's rollout.</summary>
    public ObservedRollout? Third { get; init; }
    /// <summary>The scaling beside a HorizontalPodAutoscaler's on the same demand; null: nothing was compared.</summary>
    public ScalingComparison? Scaling { get; init; }
}
