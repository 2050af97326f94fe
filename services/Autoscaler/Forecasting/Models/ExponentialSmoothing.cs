namespace Platform.Autoscaler.Forecasting.Models;

/// <summary>
/// Additive exponential smoothing in error-correction form: level, optional damped trend, up to two seasonal profiles, and a first-order
/// autoregression of the one-step errors (Taylor 2003, "Short-term electricity demand forecasting using double seasonal exponential
/// smoothing", J. Operational Research Society 54; Hyndman et al. 2008). The constants minimise the absolute or squared one-step errors.
/// O(n) per evaluation, about a hundred evaluations.
/// <code>
/// expected  = level + damping·trend + short[t] + long[t]
/// u         = y − expected                     the error minimised is u − ar·(u before)
/// trend     = damping·trend + beta·u
/// level     = level + damping·(trend before) + alpha·u
/// short[t] += gamma·u,   long[t] += omega·u
/// </code>
/// </summary>
internal sealed class ExponentialSmoothing : IModel
{
    private const int Evaluations = 100;

    private readonly bool _short;
    private readonly bool _long;
    private readonly bool _trend;
    private readonly bool _absolute;

    /// <param name="name">For explanations.</param>
    /// <param name="withShort">With a profile of the shorter season.</param>
    /// <param name="withLong">With a profile of the longer season.</param>
    /// <param name="trend">With a damped trend.</param>
    /// <param name="absolute">Fitted by absolute errors, which outliers move less, instead of squared ones.</param>
    public ExponentialSmoothing(string name, bool withShort, bool withLong, bool trend, bool absolute) =>
        (Name, _short, _long, _trend, _absolute) = (name, withShort, withLong, trend, absolute);

    public string Name { get; }

    public int Needs(PreparedSeries history) => Math.Max(2, 2 * Math.Max(_short ? history.Seasons.Short : 0, _long ? history.Seasons.Long : 0));

    public void Forecast(PreparedSeries history, ReadOnlySpan<int> origins, double[][] paths)
    {
        var state = new SmoothingState(history, _short ? history.Seasons.Short : 0, _long ? history.Seasons.Long : 0, _absolute);
        List<double> start = [-2];
        if (_short) start.Add(-2);
        if (_long) start.Add(-1.5);
        start.Add(1);
        if (_trend) start.AddRange([-3, 0]);
        var best = NelderMead.Minimise(
            point => Math.Log(state.Errors(Constants(point)) + 1e-9) + point.Sum(x => Math.Max(0, Math.Abs(x) - 7)),
            [.. start],
            size: 1.5,
            Evaluations,
            tolerance: 1e-5);
        state.Run(Constants(best), origins, paths);
    }

    /// <summary>The search is over unbounded numbers; a logistic curve brings each into its range.</summary>
    private SmoothingConstants Constants(double[] point)
    {
        var next = 0;
        return new SmoothingConstants
        {
            Alpha = Logistic(point[next++]),
            Gamma = _short ? Logistic(point[next++]) : 0,
            Omega = _long ? Logistic(point[next++]) : 0,
            Autoregression = 0.999 * Logistic(point[next++]),
            Beta = _trend ? 0.3 * Logistic(point[next++]) : 0,
            Damping = _trend ? 0.8 + (0.19 * Logistic(point[next])) : 0,
        };
    }

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));
}

/// <summary>The constants of exponential smoothing; 0 switches a part off.</summary>
internal readonly record struct SmoothingConstants
{
    public double Alpha { get; init; }

    public double Beta { get; init; }

    public double Damping { get; init; }

    public double Gamma { get; init; }

    public double Omega { get; init; }

    public double Autoregression { get; init; }
}
