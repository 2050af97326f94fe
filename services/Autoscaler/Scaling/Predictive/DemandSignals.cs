namespace Platform.Autoscaler.Scaling.Predictive;

/// <summary>
/// What the predictor looks at, all as logarithms relative to the level of the last ten minutes: the last values, moving averages, and how
/// the same minutes of earlier days and of the week before went on. Whatever is not known counts as 0: "as lately".
/// </summary>
internal sealed class DemandSignals(DemandHistory history, int season)
{
    /// <summary>Length of <see cref="At"/>'s result.</summary>
    public const int Count = 18;

    private const int SeasonHalf = 5;
    private const int Days = 7;
    private static readonly double[] Spans = [1.5, 3, 10, 30, 120];
    private readonly double[] _means = new double[Spans.Length];
    private readonly double[] _now = new double[9];
    private long _known;
    private double _slow;

    /// <summary>Added before a logarithm is taken, so that there is one at 0: the mean demand of the last day, which makes errors alike at high and low demand.</summary>
    public double Offset { get; private set; } = 1e-9;

    /// <summary>Logarithm of the level of the last ten minutes.</summary>
    public double Base { get; private set; }

    public double Log(double value) => Math.Log(Math.Max(0, value) + Offset);

    /// <summary>How far demand has left upwards what was predicted of it.</summary>
    public Surge Surge { get; } = new();

    /// <summary>After the history took a minute.</summary>
    public void Advance()
    {
        var latest = history.Ago(0);
        if (!double.IsNaN(latest))
        {
            _known++;
            _slow += (latest - _slow) / Math.Min(_known, season);
            Offset = Math.Max(1e-9, _slow);
            for (var i = 0; i < Spans.Length; i++) _means[i] += (latest - _means[i]) / Math.Min(_known, Spans[i]);
        }

        Base = Log(_means[2]);
        _now[0] = Relative(0);
        _now[1] = Relative(1);
        _now[2] = Relative(2);
        for (var i = 0; i < 2; i++) _now[3 + i] = Log(_means[i]) - Base;
        for (var i = 3; i < Spans.Length; i++) _now[2 + i] = Log(_means[i]) - Base;
        _now[7] = Base - Log(_slow);
    }

    /// <summary>What a forecast that many minutes ahead is made from.</summary>
    public void At(int ahead, Span<double> into)
    {
        into[0] = 1;
        _now.AsSpan(0, 8).CopyTo(into[1..]);
        into[9] = Growth(season, ahead);
        into[10] = LevelOf(season, ahead);
        into[11] = Growth(season * 7L, ahead);
        into[12] = LevelOf(season * 7L, ahead);
        var (growth, level, days) = (0.0, 0.0, 0);
        for (var day = 1; day <= Days; day++)
        {
            var then = history.MeanAround((season * (long)day) - ahead, SeasonHalf);
            var before = history.MeanAround((season * (long)day) + SeasonHalf, SeasonHalf);
            if (double.IsNaN(then) || double.IsNaN(before)) continue;
            growth += Log(then) - Log(before);
            level += Log(then) - Base;
            days++;
        }

        into[13] = days > 0 ? growth / days : 0;
        into[14] = days > 0 ? level / days : 0;
        into[15] = Exact(season, ahead);
        into[16] = Exact(season * 7L, ahead);

        // In a surge the last minute above the short mean is a trend; otherwise it is noise, which the signals before answer for.
        into[17] = Surge.IsOn ? into[1] - into[4] : 0;
    }

    /// <summary>Log demand if the rise of the last three minutes goes on for as long again, and from the higher of the last two minutes; never falling.</summary>
    public double Trend(int ahead)
    {
        var level = Math.Max(Known(0), Known(1));
        var slope = Math.Max(0, (Known(0) - Known(3)) / 3);
        return Log(level + (slope * Math.Min(ahead, 3)));

        double Known(int ago) => history.Ago(ago) is var value && double.IsNaN(value) ? _means[0] : value;
    }

    private double Relative(int ago) => history.Ago(ago) is var value && double.IsNaN(value) ? 0 : Log(value) - Base;

    private double Growth(long lag, int ahead)
    {
        var then = history.MeanAround(lag - ahead, SeasonHalf);
        var before = history.MeanAround(lag + SeasonHalf, SeasonHalf);
        return double.IsNaN(then) || double.IsNaN(before) ? 0 : Log(then) - Log(before);
    }

    private double LevelOf(long lag, int ahead) => history.MeanAround(lag - ahead, SeasonHalf) is var then && double.IsNaN(then) ? 0 : Log(then) - Base;

    /// <summary>What was special about exactly that minute (jobs that start on the hour).</summary>
    private double Exact(long lag, int ahead)
    {
        var then = history.Ago(lag - ahead);
        var around = history.MeanAround(lag - ahead, SeasonHalf);
        return double.IsNaN(then) || double.IsNaN(around) ? 0 : Log(then) - Log(around);
    }
}
