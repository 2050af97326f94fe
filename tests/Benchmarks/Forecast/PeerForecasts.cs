namespace Platform.Benchmarks.Forecast;

/// <summary>
/// The competition's benchmarks, as its organisers define them: the seasonal ones deseasonalise by classical multiplicative
/// decomposition where the autocorrelation at the season passes a 90 % test. Point forecasts only. Gaps are filled with the value before.
/// </summary>
internal static class PeerForecasts
{
    public static IReadOnlyList<(string Name, Func<double[], int, int, double[]> Forecast)> All { get; } =
    [
        ("naive2", Naive2),
        ("seasonal naive", SeasonalNaive),
        ("theta", Theta),
        ("holt-winters", HoltWinters),
    ];

    public static double[] SeasonalNaive(double[] history, int season, int horizon)
    {
        var period = history.Length >= season ? season : 1;
        return [.. Enumerable.Range(0, horizon).Select(h => history[history.Length - period + (h % period)])];
    }

    public static double[] Naive2(double[] history, int season, int horizon)
    {
        var (adjusted, indices) = Adjust(history, season, horizon);
        return [.. indices.Select(index => adjusted[^1] * index)];
    }

    /// <summary>
    /// Assimakopoulos and Nikolopoulos (2000): the mean of the line through the adjusted series and of simple exponential smoothing of
    /// the series bent twice as far away from that line.
    /// </summary>
    public static double[] Theta(double[] history, int season, int horizon)
    {
        var (adjusted, indices) = Adjust(history, season, horizon);
        var n = adjusted.Length;
        var mean = adjusted.Average();
        var slope = n > 1 ? adjusted.Select((y, t) => (t - ((n - 1) / 2.0)) * (y - mean)).Sum() / (n * ((n * (double)n) - 1) / 12) : 0;
        double Line(int t) => mean + (slope * (t - ((n - 1) / 2.0)));
        var level = Smoothed([.. adjusted.Select((y, t) => (2 * y) - Line(t))]);
        return [.. indices.Select((index, h) => (Line(n + h) + level) / 2 * index)];
    }

    /// <summary>Additive Holt-Winters with a damped trend (0.98), its three constants chosen on a coarse grid by squared one-step errors.</summary>
    public static double[] HoltWinters(double[] history, int season, int horizon)
    {
        if (history.Length < 3 * season) return Naive2(history, season, horizon);
        var (best, forecast) = (double.PositiveInfinity, Array.Empty<double>());
        foreach (var alpha in (double[])[0.02, 0.1, 0.3, 0.6, 0.9])
        {
            foreach (var beta in (double[])[0, 0.01, 0.1])
            {
                foreach (var gamma in (double[])[0.02, 0.1, 0.3, 0.6])
                {
                    var (error, path) = HoltWinters(history, season, horizon, alpha, beta, gamma);
                    if (error < best) (best, forecast) = (error, path);
                }
            }
        }

        return forecast;
    }

    private static (double Error, double[] Forecast) HoltWinters(double[] y, int season, int horizon, double alpha, double beta, double gamma)
    {
        const double Damping = 0.98;
        var level = y[..season].Average();
        var trend = (y[season..(2 * season)].Average() - level) / season;
        var seasonal = y[..season].Select(v => v - level).ToArray();
        var error = 0.0;
        for (var t = season; t < y.Length; t++)
        {
            var expected = level + (Damping * trend);
            var miss = y[t] - expected - seasonal[t % season];
            error += miss * miss;
            level = expected + (alpha * miss);
            trend = (Damping * trend) + (alpha * beta * miss);
            seasonal[t % season] += gamma * (1 - alpha) * miss;
        }

        var forecast = new double[horizon];
        var (sum, power) = (0.0, 1.0);
        for (var h = 0; h < horizon; h++)
        {
            sum += power *= Damping;
            forecast[h] = level + (sum * trend) + seasonal[(y.Length + h) % season];
        }

        return (error, forecast);
    }

    /// <summary>The last level of simple exponential smoothing whose constant minimises the squared one-step errors (golden section).</summary>
    private static double Smoothed(double[] y)
    {
        (double Error, double Level) Run(double alpha)
        {
            var (error, level) = (0.0, y[0]);
            foreach (var value in y.AsSpan(1))
            {
                error += (value - level) * (value - level);
                level += alpha * (value - level);
            }

            return (error, level);
        }

        var ratio = (Math.Sqrt(5) - 1) / 2;
        var (low, high) = (0.0001, 0.9999);
        for (var i = 0; i < 30; i++)
        {
            var (left, right) = (high - (ratio * (high - low)), low + (ratio * (high - low)));
            if (Run(left).Error < Run(right).Error) high = right;
            else low = left;
        }

        return Run((low + high) / 2).Level;
    }

    /// <summary>The seasonally adjusted history and the indices of the steps ahead; all ones where there is no season.</summary>
    private static (double[] Adjusted, double[] Ahead) Adjust(double[] history, int season, int horizon)
    {
        var indices = IsSeasonal(history, season) ? Indices(history, season) : [1.0];
        return ([.. history.Select((y, t) => y / indices[t % indices.Length])], [.. Enumerable.Range(0, horizon).Select(h => indices[(history.Length + h) % indices.Length])]);
    }

    /// <summary>Is the autocorrelation at the season further from zero than 1.645 of Bartlett's standard errors?</summary>
    public static bool IsSeasonal(double[] y, int season)
    {
        if (season < 2 || y.Length < 3 * season) return false;
        var mean = y.Average();
        var variance = y.Sum(v => (v - mean) * (v - mean));
        if (variance <= 0) return false;
        double Autocorrelation(int lag)
        {
            var sum = 0.0;
            for (var t = lag; t < y.Length; t++) sum += (y[t] - mean) * (y[t - lag] - mean);
            return sum / variance;
        }

        var squares = Enumerable.Range(1, season - 1).Sum(lag => Math.Pow(Autocorrelation(lag), 2));
        return Math.Abs(Autocorrelation(season)) > 1.645 / Math.Sqrt(y.Length) * Math.Sqrt(1 + (2 * squares));
    }

    /// <summary>Classical decomposition: the mean ratio to a centred moving average per phase, made to average 1.</summary>
    private static double[] Indices(double[] y, int season)
    {
        var (sums, counts) = (new double[season], new int[season]);
        var half = season / 2;
        for (var t = half; t < y.Length - half; t++)
        {
            var trend = 0.0;
            for (var k = -half; k <= half; k++) trend += y[t + k] * (season % 2 == 0 && Math.Abs(k) == half ? 0.5 : 1);
            var ratio = y[t] / (trend / season);
            if (!double.IsFinite(ratio)) continue;
            sums[t % season] += ratio;
            counts[t % season]++;
        }

        var indices = sums.Select((sum, i) => counts[i] > 0 ? sum / counts[i] : 1).ToArray();
        var mean = indices.Average();
        // A phase that is always zero would divide by zero; the organisers' code has no such series.
        return [.. indices.Select(index => Math.Abs(index / mean) > 1e-9 ? index / mean : 1e-9)];
    }
}
