using Platform.Autoscaler.Scaling;
using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Cost;

/// <summary>
/// Adds up an application's seconds, and steps its shadows with the same seconds. Pure and bounded: one open hour, five shadows.
/// Whoever owns it takes the hours that are over.
/// </summary>
internal sealed class CostMeter
{
    /// <summary>A shadow that has not seen the demand for longer than this knows nothing of the present any more, and begins again.</summary>
    private static readonly TimeSpan LongestGap = TimeSpan.FromMinutes(5);

    /// <summary>Hours that wait for the database at most.</summary>
    private const int MostWaiting = 48;

    private readonly List<HpaShadow> _shadows;
    private readonly List<HourFigures> _over = [];

    public CostMeter() => _shadows = [.. Factors.Select(factor => new HpaShadow(factor))];

    private CostMeter(IEnumerable<HpaShadow> shadows) => _shadows = [.. shadows];

    /// <summary>The shadows' targets ÷ the manifest's. Several, so that there is one of the same service level to compare with.</summary>
    public static IReadOnlyList<double> Factors { get; } = [0.6, 0.8, 1, 1.2, 1.4];

    /// <summary>The last second taken in; null: none.</summary>
    public DateTimeOffset? Last { get; private set; }

    /// <summary>The hour under way.</summary>
    public HourFigures Open { get; private set; } = new();

    /// <summary>The shadow with the manifest's own targets.</summary>
    public HpaShadow Shadow => _shadows.First(shadow => shadow.Factor == 1);

    /// <summary>Takes in a second. One that is not later than the last changes nothing.</summary>
    /// <param name="second">The second.</param>
    /// <param name="settings">The scaling settings in force.</param>
    /// <param name="capacity">What a replica can take.</param>
    /// <param name="startup">How long replicas take to become ready.</param>
    /// <param name="readings">Reads the metrics of the settings; asked only when a shadow is to decide; null: nothing was read by then, so it decides later.</param>
    public void Add(in LoadSecond second, ScalingSettings settings, CapacityBasis capacity, TimeSpan startup, Func<IReadOnlyList<MetricReading>?> readings)
    {
        if (Last is { } last && second.At <= last) return;
        var hour = new DateTimeOffset(second.At.UtcTicks - (second.At.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);
        if (Open.Hour != hour)
        {
            if (Open.Seconds > 0) _over.Add(Open);
            if (_over.Count > MostWaiting) _over.RemoveAt(0);
            Open = new HourFigures { Hour = hour };
        }

        var isCompared = settings.Metrics.Count > 0 && capacity.IsKnown;
        if (isCompared) Step(second, settings, startup, readings);
        Count(second, settings, capacity, isCompared);
        Last = second.At;
    }

    /// <summary>The hours that have ended and are not known to be written down; of many the newest.</summary>
    public IReadOnlyList<HourFigures> Ended => [.. _over];

    /// <summary>These are written down.</summary>
    public void Written(IReadOnlyCollection<HourFigures> hours) => _over.RemoveAll(hours.Contains);

    public MeterState Save() => new() { Last = Last, Shadows = [.. _shadows.Select(shadow => shadow.Save())] };

    /// <summary>Goes on where it was saved.</summary>
    /// <param name="state">What was saved.</param>
    /// <param name="open">The figures of the hour that was open.</param>
    public static CostMeter Of(MeterState state, HourFigures? open)
    {
        var known = state.Shadows.ToDictionary(shadow => shadow.Factor);
        return new CostMeter(Factors.Select(factor => known.TryGetValue(factor, out var saved) ? HpaShadow.Of(saved) : new HpaShadow(factor))) { Last = state.Last, Open = open ?? new() };
    }

    private void Step(in LoadSecond second, ScalingSettings settings, TimeSpan startup, Func<IReadOnlyList<MetricReading>?> readings)
    {
        IReadOnlyList<MetricReading>? read = null;
        var isNew = Last is not { } last || second.At - last > LongestGap;
        foreach (var shadow in _shadows)
        {
            if (isNew || shadow.Wanted == 0) shadow.Begin(Math.Max(second.Wanted, 1), second.At);
            if (shadow.IsDue(second.At) && (read ??= readings()) is { } known) shadow.Decide(second.At, settings, known, startup);
        }
    }

    private void Count(in LoadSecond second, ScalingSettings settings, CapacityBasis capacity, bool isCompared)
    {
        var demand = capacity.Demand(second);
        var isKnown = double.IsFinite(demand);
        var needed = isKnown ? Math.Max(Math.Ceiling(demand - 1e-9), 1) : 0;

        // A rollout's second set is ready too, but is no capacity that scaling decided on.
        var over = capacity.Over(second, Math.Min(second.Ready, Math.Max(second.Wanted, 0)));
        Open = Open with
        {
            Seconds = Open.Seconds + 1,
            Running = Open.Running + second.Running,
            Wanted = Open.Wanted + second.Wanted,
            Needed = Open.Needed + Math.Min(needed, second.Running),
            NeedKnown = Open.NeedKnown + (isKnown ? 1 : 0),
            RunningThen = Open.RunningThen + (isKnown ? second.Running : 0),
            IdleByMinimum = Open.IdleByMinimum + (isKnown ? Math.Max(Math.Min(settings.Min, second.Running) - needed, 0) : 0),
            MostNeeded = isKnown ? Math.Max(Open.MostNeeded, Math.Ceiling(demand - 1e-9)) : Open.MostNeeded,
            UsedCores = Open.UsedCores + (double.IsFinite(second.Cores) ? second.Cores : 0),
            UsedBytes = Open.UsedBytes + (double.IsFinite(second.Bytes) ? second.Bytes : 0),
            Requests = Open.Requests + second.Requests,
            OverCapacity = Open.OverCapacity + over,
        };
        if (!isCompared) return;
        Open = Open with
        {
            Compared = Open.Compared + new Compared(1, second.Wanted, second.Requests, over),
            Shadows = [.. Shadowed(second, capacity)],
        };
    }

    private List<ShadowFigures> Shadowed(LoadSecond second, CapacityBasis capacity)
    {
        List<ShadowFigures> figures = new(_shadows.Count);
        foreach (var shadow in _shadows)
        {
            var before = Open.Shadows.FirstOrDefault(known => known.Factor == shadow.Factor);
            figures.Add(new ShadowFigures(shadow.Factor, before.Wanted + shadow.Wanted, before.OverCapacity + capacity.Over(second, shadow.Ready(second.At))));
        }

        return figures;
    }
}

/// <summary>A <see cref="CostMeter"/> at rest; the open hour lies with the hours.</summary>
internal sealed record MeterState
{
    public DateTimeOffset? Last { get; init; }

    public IReadOnlyList<ShadowState> Shadows { get; init; } = [];
}
