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
    private readonly List<Recommendation> _recommendations = [];
    private readonly List<ScaleChange> _changes = [];
    private DateTimeOffset _nextSync = DateTimeOffset.MinValue;

    /// <param name="factor">Its targets ÷ the manifest's: 1 is the manifest's own autoscaler, below 1 a more generous one.</param>
    public HpaShadow(double factor) => Factor = factor;

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
        var ready = 0;
        while (ready < _readyAt.Count && _readyAt[ready] <= at) ready++;
        return ready;
    }

    /// <summary>Whether a decision is due: then readings are needed.</summary>
    public bool IsDue(DateTimeOffset at) => at >= _nextSync;

    /// <summary>Decides as the HPA would with its own number of replicas.</summary>
    /// <param name="at">The time.</param>
    /// <param name="settings">The manifest's settings.</param>
    /// <param name="readings">What was measured of the real replicas, one reading per metric of the settings.</param>
    /// <param name="startup">How long a replica takes to become ready.</param>
    public void Decide(DateTimeOffset at, ScalingSettings settings, IReadOnlyList<MetricReading> readings, TimeSpan startup)
    {
        _nextSync = at + settings.Behavior.SyncPeriod;
        var input = new ScalingInput
        {
            Now = at,
            Current = Wanted,

            // The HPA does not scale to zero.
            Settings = settings with { Min = Math.Max(settings.Min, 1), Max = Math.Max(settings.Max, 1) },
            Replicas = readings.All(reading => reading.Kind is MetricKind.Total) ? [] : Observe(at, startup),
            Metrics = [.. readings.Select(reading => Mine(reading, at))],
            History = new ScalingHistory(_recommendations, _changes),
            CpuInitializationPeriod = TimeSpan.Zero,
            InitialReadinessDelay = TimeSpan.Zero,
        };
        var decision = HorizontalScaler.Decide(input);
        if (decision.Recommended is { } recommended) _recommendations.Add(new Recommendation(at, recommended));
        if (decision.Changes) Apply(decision.Desired, at, startup);
        var forget = at - Stabilization.Memory(settings.Behavior);
        _recommendations.RemoveAll(earlier => earlier.At <= forget);
        _changes.RemoveAll(earlier => earlier.At <= forget);
    }

    public ShadowState Save() => new() { Factor = Factor, ReadyAt = [.. _readyAt], Recommendations = [.. _recommendations], Changes = [.. _changes], NextSync = _nextSync };

    public static HpaShadow Of(ShadowState state)
    {
        var shadow = new HpaShadow(state.Factor) { _nextSync = state.NextSync };
        shadow._readyAt.AddRange(state.ReadyAt.Order());
        shadow._recommendations.AddRange(state.Recommendations);
        shadow._changes.AddRange(state.Changes);
        return shadow;
    }

    private void Apply(int desired, DateTimeOffset at, TimeSpan startup)
    {
        _changes.Add(new ScaleChange(at, desired - Wanted));

        // Those that are not ready yet go first, as in Kubernetes: they are the last ones. Removal is at once.
        if (desired < Wanted) _readyAt.RemoveRange(desired, Wanted - desired);
        while (Wanted < desired) _readyAt.Add(at + startup);
        _readyAt.Sort();
    }

    /// <summary>What the metric would be with this shadow's replicas: load is shared among them; memory is what each has anyway.</summary>
    private MetricReading Mine(MetricReading reading, DateTimeOffset at)
    {
        var mine = reading with { Target = reading.Target * Factor };
        if (reading.Kind is MetricKind.Total || reading.Unavailable is not null) return mine;
        var usable = reading.Samples.Values.Where(sample => double.IsFinite(sample.Value) && sample.Value >= 0).ToList();
        if (usable.Count == 0) return mine;
        var ready = Math.Max(Ready(at), 1);
        var total = usable.Sum(sample => sample.Value);
        var value = reading.Name == MetricNames.Memory ? total / usable.Count : total / ready;
        return mine with { Samples = Enumerable.Range(0, ready).ToDictionary(i => $"{i}", _ => usable[0] with { Value = value }, StringComparer.Ordinal) };
    }

    private List<ReplicaObservation> Observe(DateTimeOffset at, TimeSpan startup) =>
        [.. _readyAt.Select((ready, i) => new ReplicaObservation($"{i}", ready - startup, ready <= at, ready <= at ? ready : null))];
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
