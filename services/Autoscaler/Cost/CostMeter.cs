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

    private readonly HpaShadow[] _shadows;
    private readonly List<HourFigures> _over = [];
    private HourMeter _open;

    public CostMeter() : this([.. Factors.Select(factor => new HpaShadow(factor))], new()) { }

    private CostMeter(HpaShadow[] shadows, HourFigures open) => (_shadows, _open) = (shadows, new HourMeter(open));

    /// <summary>The shadows' targets ÷ the manifest's. Several, so that there is one of the same service level to compare with.</summary>
    public static IReadOnlyList<double> Factors { get; } = [0.6, 0.8, 1, 1.2, 1.4];

    /// <summary>The last second taken in; null: none.</summary>
    public DateTimeOffset? Last { get; private set; }

    /// <summary>The hour under way.</summary>
    public HourFigures Open => _open.Figures;

    /// <summary>The shadow with the manifest's own targets.</summary>
    public HpaShadow Shadow => _shadows[Array.FindIndex(_shadows, shadow => shadow.Factor == 1)];

    /// <summary>Takes in a second. One that is not later than the last changes nothing.</summary>
    /// <param name="second">The second.</param>
    /// <param name="settings">The scaling settings in force.</param>
    /// <param name="capacity">What a replica can take.</param>
    /// <param name="startup">How long replicas take to become ready.</param>
    /// <param name="metrics">The metrics of the settings as they were last read by then; null: nothing was read by then, so the shadows decide later.</param>
    public void Add(in LoadSecond second, ScalingSettings settings, CapacityBasis capacity, TimeSpan startup, MeasuredMetric[]? metrics)
    {
        if (Last is { } last && second.At <= last) return;
        var hour = new DateTimeOffset(second.At.UtcTicks - (second.At.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);
        if (_open.Hour != hour)
        {
            if (_open.Seconds > 0) _over.Add(Open);
            if (_over.Count > MostWaiting) _over.RemoveAt(0);
            _open = new HourMeter(new HourFigures { Hour = hour });
        }

        var isCompared = settings.Metrics.Count > 0 && capacity.IsKnown;
        if (isCompared) Step(second, settings, startup, metrics);
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
        return new CostMeter([.. Factors.Select(factor => known.TryGetValue(factor, out var saved) ? HpaShadow.Of(saved) : new HpaShadow(factor))], open ?? new()) { Last = state.Last };
    }

    private void Step(in LoadSecond second, ScalingSettings settings, TimeSpan startup, MeasuredMetric[]? metrics)
    {
        var isNew = Last is not { } last || second.At - last > LongestGap;
        foreach (var shadow in _shadows)
        {
            if (isNew || shadow.Wanted == 0) shadow.Begin(Math.Max(second.Wanted, 1), second.At);
            if (metrics is not null && shadow.IsDue(second.At)) shadow.Decide(second.At, settings, metrics, startup);
        }
    }

    private void Count(in LoadSecond second, ScalingSettings settings, CapacityBasis capacity, bool isCompared)
    {
        // A rollout's second set is ready too, but is no capacity that scaling decided on.
        var over = capacity.Over(second, Math.Min(second.Ready, Math.Max(second.Wanted, 0)));
        _open.Add(second, capacity.Demand(second), over, settings.Min);
        if (!isCompared) return;
        _open.Compare(second, over);
        for (var i = 0; i < _shadows.Length; i++) _open.Compare(i, _shadows[i].Wanted, capacity.Over(second, _shadows[i].Ready(second.At)));
    }
}

/// <summary>A <see cref="CostMeter"/> at rest; the open hour lies with the hours.</summary>
internal sealed record MeterState
{
    public DateTimeOffset? Last { get; init; }

    public IReadOnlyList<ShadowState> Shadows { get; init; } = [];
}
