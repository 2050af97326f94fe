namespace Platform.Benchmarks.Forecast;

/// <summary>
/// The competition's measures of one method, averaged over series: sMAPE in percent, and MASE scaled by the mean absolute error of the
/// seasonal naive forecast within the history. Quantiles are scored by pinball loss on the same scale, doubled so that the median's is the
/// MASE, averaged over the two bounds of an interval.
/// </summary>
internal sealed class ForecastScore(string subject)
{
    /// <summary>The central intervals that are scored.</summary>
    public static readonly double[] Intervals = [0.5, 0.9, 0.95];

    private readonly double[] _covered = new double[Intervals.Length];
    private readonly double[] _pinball = new double[Intervals.Length];
    private double _smape;
    private double _mase;
    private double _steps;
    private int _series;
    private int _scaled;
    private bool _hasQuantiles;

    public string Subject => subject;

    public double Smape => _smape / _series;

    public double Mase => _mase / _scaled;

    /// <summary>Processor seconds spent on forecasting.</summary>
    public double Seconds { get; set; }

    public int Series => _series;

    /// <summary>The mean of both measures' ratios to Naive2's.</summary>
    public double OwaAgainst(ForecastScore naive2) => ((Smape / naive2.Smape) + (Mase / naive2.Mase)) / 2;

    /// <param name="history">What the method saw.</param>
    /// <param name="actual">What followed.</param>
    /// <param name="season">Steps per season.</param>
    /// <param name="forecast">The point forecast.</param>
    /// <param name="quantile">Step (from 1) and level to quantile, for a method that has them.</param>
    public void Add(double[] history, double[] actual, int season, double[] forecast, Func<int, double, double>? quantile)
    {
        var scale = Scale(history, season);
        var (relative, absolute, known) = (0.0, 0.0, 0);
        for (var h = 0; h < actual.Length; h++)
        {
            if (!double.IsFinite(actual[h])) continue;
            known++;
            var error = Math.Abs(actual[h] - forecast[h]);
            absolute += error;
            if (error > 0) relative += 200 * error / (Math.Abs(actual[h]) + Math.Abs(forecast[h]));
            if (quantile is not null) AddIntervals(actual[h], h + 1, quantile, scale);
        }

        if (known == 0) return;
        _series++;
        _smape += relative / known;
        if (!(scale > 0)) return;
        _scaled++;
        _mase += absolute / known / scale;
    }

    public Dictionary<string, object?> Row(ForecastScore naive2)
    {
        var row = new Dictionary<string, object?>
        {
            ["subject"] = Subject,
            ["smapePercent"] = Smape,
            ["mase"] = Mase,
            ["owa"] = OwaAgainst(naive2),
        };
        for (var i = 0; i < Intervals.Length; i++)
        {
            row[$"coverage{Intervals[i] * 100:0}Percent"] = _hasQuantiles ? 100 * _covered[i] / _steps : null;
            row[$"pinball{Intervals[i] * 100:0}"] = _hasQuantiles ? _pinball[i] / _steps : null;
        }

        row["cpuSecondsPer1000"] = Seconds > 0 ? Seconds * 1000 / Series : null;
        return row;
    }

    private void AddIntervals(double actual, int step, Func<int, double, double> quantile, double scale)
    {
        _hasQuantiles = true;
        _steps++;
        for (var i = 0; i < Intervals.Length; i++)
        {
            var (low, high) = ((1 - Intervals[i]) / 2, (1 + Intervals[i]) / 2);
            var (lower, upper) = (quantile(step, low), quantile(step, high));
            if (actual >= lower && actual <= upper) _covered[i]++;
            if (scale > 0) _pinball[i] += (Pinball(actual, lower, low) + Pinball(actual, upper, high)) / scale;
        }
    }

    /// <summary>Half of it, twice: the mean of two bounds, doubled.</summary>
    private static double Pinball(double actual, double quantile, double level) =>
        actual >= quantile ? level * (actual - quantile) : (1 - level) * (quantile - actual);

    private static double Scale(double[] history, int season)
    {
        var (sum, known) = (0.0, 0);
        for (var t = season; t < history.Length; t++)
        {
            var step = Math.Abs(history[t] - history[t - season]);
            if (!double.IsFinite(step)) continue;
            sum += step;
            known++;
        }

        return known > 0 ? sum / known : 0;
    }
}
