using Platform.Autoscaler.Scaling;
using Platform.Contracts.Metrics;
using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Cost;

/// <summary>
/// A HorizontalPodAutoscaler that never was: it sees the live demand, decides by the very code that decides in <c>reactive</c> mode, and
/// its replicas become ready after the start-up time that real ones were observed to take. Nothing is started.
/// <code>
/// live demand ─┬─▶ ours    ─▶ replicas, requests over capacity
///              └─▶ shadow  ─▶ replicas, requests over capacity
/// </code>
/// Pure: the same seconds and readings give the same course, also when it was saved and restored in between.
/// </summary>
internal sealed class HpaShadow
{
    private static readonly TimeSpan Settled = TimeSpan.FromDays(1);

    /// <summary>When each replica becomes, or became, ready; oldest first.</summary>
    private readonly List<DateTimeOffset> _readyAt = [];

    private readonly RecommendationRuns _recommendations = new();
    private readonly List<ScaleChange> _changes = [];
    private readonly ScalingHistory _history;
    private DateTimeOffset _nextSync = DateTimeOffset.MinValue;

    /// <param name="factor">Its targets ÷ the manifest's: 1 is the manifest's own autoscaler, below 1 a more generous one.</param>
    public HpaShadow(double factor) => (Factor, _history) = (factor, new ScalingHistory(_recommendations.All, _changes));

    public double Factor { get; }

    /// <summary>Replicas it has, ready or starting.</summary>
    public int Wanted => _readyAt.Count;

    /// <summary>Begins, or begins again after a gap, with so many ready replicas.</summary>
    public void Begin(int replicas, DateTimeOffset at)
    {
        _readyAt.Clear();
        _recommendations.Clear();
        _changes.Clear();
        for (var i = 0; i < replicas; i++) _readyAt.Add(at - Settled);
        _nextSync = at;
    }

    /// <summary>Replicas that serve at a time.</summary>
    public int Ready(DateTimeOffset at)
    {
        // Nearly always all of them.
        var ready = _readyAt.Count;
        while (ready > 0 && _readyAt[ready - 1] > at) ready--;
        return ready;
    }

    /// <summary>Whether a decision is due: then what was measured is needed.</summary>
    public bool IsDue(DateTimeOffset at) => at >= _nextSync;

    /// <summary>Decides as the HPA would with its own number of replicas. Allocates nothing.</summary>
    /// <param name="at">The time.</param>
    /// <param name="settings">The manifest's settings.</param>
    /// <param name="metrics">What was measured of the real replicas, one per metric of the settings.</param>
    /// <param name="startup">How long a replica takes to become ready.</param>
    public void Decide(DateTimeOffset at, ScalingSettings settings, ReadOnlySpan<MeasuredMetric> metrics, TimeSpan startup)
    {
        _nextSync = at + settings.Behavior.SyncPeriod;
        Span<MetricNeed> needs = metrics.Length <= HorizontalStep.MostOnStack ? stackalloc MetricNeed[metrics.Length] : new MetricNeed[metrics.Length];
        for (var i = 0; i < metrics.Length; i++) needs[i] = Need(metrics[i], at, settings.Behavior.Tolerance);

        // The HPA does not scale to zero.
        var step = HorizontalStep.Of(Wanted, Math.Max(settings.Min, 1), Math.Max(settings.Max, 1), settings.Behavior, needs, _history, at);
        if (step.Recommended is { } recommended) _recommendations.Add(at, recommended);
        if (step.Desired != Wanted) Apply(step.Desired, at, startup);
        Forget(at - Stabilization.Memory(settings.Behavior));
    }

    public ShadowState Save() => new() { Factor = Factor, ReadyAt = [.. _readyAt], Recommendations = [.. _recommendations.All], Changes = [.. _changes], NextSync = _nextSync };

    public static HpaShadow Of(ShadowState state)
    {
        var shadow = new HpaShadow(state.Factor) { _nextSync = state.NextSync };
        shadow._readyAt.AddRange(state.ReadyAt.Order());
        foreach (var earlier in state.Recommendations) shadow._recommendations.Add(earlier.At, earlier.Replicas);
        shadow._changes.AddRange(state.Changes);
        return shadow;
    }

    private void Forget(DateTimeOffset upTo)
    {
        _recommendations.Forget(upTo);
        var old = 0;
        while (old < _changes.Count && _changes[old].At <= upTo) old++;
        if (old > 0) _changes.RemoveRange(0, old);
    }

    private void Apply(int desired, DateTimeOffset at, TimeSpan startup)
    {
        _changes.Add(new ScaleChange(at, desired - Wanted));

        // Those that are not ready yet go first, as in Kubernetes: they are the last ones. Removal is at once.
        if (desired < Wanted) _readyAt.RemoveRange(desired, Wanted - desired);
        while (Wanted < desired) _readyAt.Add(at + startup);
        _readyAt.Sort();
    }

    /// <summary>What the metric asks for with this shadow's replicas: load is shared among those that are ready; memory is what each has anyway.</summary>
    private MetricNeed Need(in MeasuredMetric metric, DateTimeOffset at, double tolerance)
    {
        var target = metric.Target * Factor;
        if (metric.IsUnavailable) return default;
        if (metric.Kind is MetricKind.Total) return MetricEstimator.OfTotal(metric.Total, target, Wanted, tolerance);
        var ready = Ready(at);
        var value = metric.Name == MetricNames.Memory ? metric.Total / metric.Usable : metric.Total / Math.Max(ready, 1);
        var isKnown = metric.Usable > 0 && double.IsFinite(value);

        // Added one by one, as the values of real replicas are.
        var sum = 0.0;
        for (var i = 0; isKnown && i < ready; i++) sum += value;
        return MetricEstimator.OfReplicas(new ReplicaGroups(sum, isKnown ? ready : 0, isKnown ? 0 : ready, Wanted - ready), metric.Kind, target, Wanted, tolerance);
    }
}

/// <summary>An <see cref="HpaShadow"/> at rest.</summary>
internal sealed record ShadowState
{
    public required double Factor { get; init; }

    public IReadOnlyList<DateTimeOffset> ReadyAt { get; init; } = [];

    public IReadOnlyList<Recommendation> Recommendations { get; init; } = [];

    public IReadOnlyList<ScaleChange> Changes { get; init; } = [];

    public DateTimeOffset NextSync { get; init; }
}
