using Platform.Autoscaler.Forecasting;

namespace Platform.Autoscaler.Tests.Forecasting;

/// <summary>Made-up series with known parts.</summary>
internal static class Signals
{
    public static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>An hourly day with a second peak, a calmer weekend, and noise.</summary>
    /// <param name="hours">How many values.</param>
    /// <param name="seed">Of the noise.</param>
    /// <param name="noise">Its standard deviation relative to the level.</param>
    public static double[] Traffic(int hours, int seed = 1, double noise = 0.05)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, hours).Select(t => Expected(t) * Math.Max(0.05, 1 + (noise * Gauss(random))))];
    }

    /// <summary>What <see cref="Traffic"/> is without noise.</summary>
    public static double Expected(int hour)
    {
        var day = 1 + (0.6 * Math.Sin(2 * Math.PI * (hour - 8) / 24)) + (0.2 * Math.Sin(4 * Math.PI * hour / 24));
        return 100 * day * (hour / 24 % 7 >= 5 ? 0.5 : 1);
    }

    public static double Gauss(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    public static TimeSeries Hourly(IEnumerable<double> values) => new(values.ToArray(), Hour, new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero));

    public static double[] Medians(QuantileForecast forecast) => [.. Enumerable.Range(1, forecast.Horizon).Select(forecast.Median)];

    public static double MeanError(IEnumerable<double> left, IEnumerable<double> right) => left.Zip(right, (a, b) => Math.Abs(a - b)).Average();
}
