namespace Platform.Autoscaler.Scaling.Predictive;

/// <summary>
/// Predicts the distribution of one application's demand some minutes ahead, learning from every minute as it ends and from nothing else.
/// <code>
/// minute ─► history ─► signals (lags, means, earlier days) ─► per horizon: middle, scale, distribution of its own errors
/// </code>
/// The unit of demand is the caller's: the forecasts do not depend on it.
/// </summary>
internal sealed class DemandPredictor
{
    public const int MinutesPerDay = 1440;
    private const int Settling = 10;
    private const int ZerosOfAnOutage = 3;
    private readonly DemandHistory _history;
    private readonly DemandSignals _signals;
    private readonly HorizonModel[] _horizons;
    private double _surprise = 0.2;
    private int _zeros;
    private bool _usuallySome;

    /// <param name="horizon">The furthest minute ahead that is predicted, 1 or more.</param>
    /// <param name="season">Minutes of a day.</param>
    public DemandPredictor(int horizon, int season = MinutesPerDay)
    {
        _history = new DemandHistory((7 * season) + 120);
        _signals = new DemandSignals(_history, season);
        _horizons = [.. Enumerable.Range(1, horizon).Select(ahead => new HorizonModel(ahead))];
    }

    /// <summary>The furthest minute ahead that is predicted.</summary>
    public int Horizon => _horizons.Length;

    /// <summary>Minutes observed, known or not.</summary>
    public long Minutes => _history.Count;

    /// <summary>Takes the demand of the minute that ended.</summary>
    /// <param name="demand">Requests per second (or any other unit, always the same); NaN, negative or infinite: not known.</param>
    /// <param name="typical">False: it is kept out of what is learned (an outage, an experiment, a restart).</param>
    public void Observe(double demand, bool typical = true)
    {
        if (!double.IsFinite(demand) || demand < 0) demand = double.NaN;
        _history.Add(demand);
        _signals.Advance();
        if (!double.IsNaN(demand) && Minutes > 1) Compare(demand);
        var learned = typical && !IsOutage(demand) ? demand : double.NaN;
        foreach (var horizon in _horizons) horizon.Step(_history.Count, _signals, learned, _surprise);
    }

    /// <summary>Demand has left upwards what was predicted of it: the trend of the last minutes leads.</summary>
    public bool IsSurging => _signals.Surge.IsOn;

    /// <summary>The demand that many minutes after the last one observed, 1 to <see cref="Horizon"/>.</summary>
    public DemandDistribution At(int minutesAhead)
    {
        var model = _horizons[minutesAhead - 1];
        var weight = model.TrendWeight;
        return new DemandDistribution(model.Middle, model.Scale, _signals.Offset, model.Errors)
        {
            TrendWeight = weight,
            TrendMiddle = weight > 0 ? _signals.Trend(minutesAhead) : 0,
        };
    }

    /// <summary>What was observed.</summary>
    public DemandHistory History => _history;

    /// <summary>The mean demand of the last day, above 0.</summary>
    public double Mean => _signals.Offset;

    /// <summary>A quantile of the demand that many minutes ahead.</summary>
    public double Quantile(int minutesAhead, double level) => At(minutesAhead).Quantile(level);

    private void Compare(double demand)
    {
        var error = _signals.Log(demand) - _horizons[0].Middle;
        _surprise += (Math.Abs(error) - _surprise) / 4;
        if (Minutes > Settling) _signals.Surge.Add(error / _horizons[0].Scale);
    }

    /// <summary>Several minutes without a single request where there are always some: nothing to learn from.</summary>
    private bool IsOutage(double demand)
    {
        if (demand != 0) (_zeros, _usuallySome) = (0, Minutes > Settling && At(1).Quantile(0.01) > 0);
        else _zeros++;
        return _zeros >= ZerosOfAnOutage && _usuallySome;
    }
}
