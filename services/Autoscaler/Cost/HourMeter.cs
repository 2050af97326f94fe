namespace Platform.Autoscaler.Cost;

/// <summary>The hour under way: adds up seconds in place.</summary>
internal sealed class HourMeter
{
    private readonly double[] _shadowWanted;
    private readonly double[] _shadowOver;
    private HourFigures _figures;
    private Compared _compared;
    private double _seconds, _running, _wanted, _needed, _needKnown, _runningThen, _idleByMinimum, _mostNeeded, _usedCores, _usedBytes, _requests, _overCapacity;
    private bool _isCompared;
    private bool _isStale;

    /// <param name="figures">What is known of the hour already.</param>
    public HourMeter(HourFigures figures)
    {
        _figures = figures;
        _compared = figures.Compared;
        (_seconds, _running, _wanted, _needed, _needKnown, _runningThen) = (figures.Seconds, figures.Running, figures.Wanted, figures.Needed, figures.NeedKnown, figures.RunningThen);
        (_idleByMinimum, _mostNeeded, _usedCores, _usedBytes, _requests, _overCapacity) =
            (figures.IdleByMinimum, figures.MostNeeded, figures.UsedCores, figures.UsedBytes, figures.Requests, figures.OverCapacity);
        _isCompared = figures.Shadows.Count > 0;
        _shadowWanted = [.. CostMeter.Factors.Select(factor => figures.Shadows.FirstOrDefault(known => known.Factor == factor).Wanted)];
        _shadowOver = [.. CostMeter.Factors.Select(factor => figures.Shadows.FirstOrDefault(known => known.Factor == factor).OverCapacity)];
    }

    public DateTimeOffset Hour => _figures.Hour;

    public double Seconds => _seconds;

    /// <summary>What it came to so far.</summary>
    public HourFigures Figures => _isStale ? Read() : _figures;

    /// <summary>Adds a second.</summary>
    /// <param name="second">The second.</param>
    /// <param name="demand">The demand in replicas, not rounded; not a number: not known.</param>
    /// <param name="over">Requests over capacity.</param>
    /// <param name="min">The fewest replicas allowed.</param>
    public void Add(in LoadSecond second, double demand, double over, int min)
    {
        _isStale = true;
        _seconds++;
        _running += second.Running;
        _wanted += second.Wanted;
        _usedCores += double.IsFinite(second.Cores) ? second.Cores : 0;
        _usedBytes += double.IsFinite(second.Bytes) ? second.Bytes : 0;
        _requests += second.Requests;
        _overCapacity += over;
        if (!double.IsFinite(demand)) return;
        var needed = Math.Max(Math.Ceiling(demand - 1e-9), 1);
        _needed += Math.Min(needed, second.Running);
        _needKnown++;
        _runningThen += second.Running;
        _idleByMinimum += Math.Max(Math.Min(min, second.Running) - needed, 0);
        _mostNeeded = Math.Max(_mostNeeded, Math.Ceiling(demand - 1e-9));
    }

    /// <summary>The second counts for the comparison with the shadows.</summary>
    public void Compare(in LoadSecond second, double over)
    {
        _isStale = _isCompared = true;
        _compared += new Compared(1, second.Wanted, second.Requests, over);
    }

    /// <summary>What a shadow came to in a second that counts.</summary>
    public void Compare(int shadow, int wanted, double over)
    {
        _shadowWanted[shadow] += wanted;
        _shadowOver[shadow] += over;
    }

    private HourFigures Read()
    {
        _isStale = false;
        return _figures = new HourFigures
        {
            Hour = Hour,
            Seconds = _seconds,
            Running = _running,
            Wanted = _wanted,
            Needed = _needed,
            NeedKnown = _needKnown,
            RunningThen = _runningThen,
            IdleByMinimum = _idleByMinimum,
            MostNeeded = _mostNeeded,
            UsedCores = _usedCores,
            UsedBytes = _usedBytes,
            Requests = _requests,
            OverCapacity = _overCapacity,
            Compared = _compared,
            Shadows = _isCompared ? [.. CostMeter.Factors.Select((factor, i) => new ShadowFigures(factor, _shadowWanted[i], _shadowOver[i]))] : [],
        };
    }
}
