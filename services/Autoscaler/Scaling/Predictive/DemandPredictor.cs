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
    private const int MinutesPerDay = 1440;
    private readonly DemandHistory _history;
    private readonly DemandSignals _signals;
    private readonly HorizonModel[] _horizons;
    private double _surprise = 0.2;

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
        if (!double.IsNaN(demand)) _surprise += (Math.Abs(_signals.Log(demand) - _horizons[0].Middle) - _surprise) / 4;
        foreach (var horizon in _horizons) horizon.Step(_history.Count, _signals, typical ? demand : double.NaN, _surprise);
    }

    /// <summary>The demand that many minutes after the last one observed, 1 to <see cref="Horizon"/>.</summary>
    public DemandDistribution At(int minutesAhead)
    {
        var model = _horizons[minutesAhead - 1];
        return new DemandDistribution(model.Middle, model.Scale, _signals.Offset, model.Errors);
    }

    /// <summary>A quantile of the demand that many minutes ahead.</summary>
    public double Quantile(int minutesAhead, double level) => At(minutesAhead).Quantile(level);
}
