namespace Platform.Benchmarks.Autoscale;

/// <summary>
/// Seeded requests per minute of several kinds, for tests and for choosing what must not be chosen on a recorded trace. A day's wave, noise beyond
/// Poisson's with a memory, and what the kind adds.
/// </summary>
internal sealed class SyntheticDemand(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>What there is.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["daily", "weekly", "flash", "launches", "matches", "bursts", "walk", "steady", "outage"];

    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="days">Length.</param>
    public DemandTrace Make(string kind, int days)
    {
        var minutes = days * 1440;
        var rate = new double[minutes];
        var level = kind is "daily" or "weekly" or "bursts" or "outage" ? 60.0 : 3000.0;
        var depth = kind == "steady" ? 0.1 : 0.6;
        var (wander, slow) = (0.0, 0.0);
        for (var t = 0; t < minutes; t++)
        {
            var day = t % 1440 / 1440.0;
            var wave = 1 + (depth * Math.Sin((2 * Math.PI * day) - 1.2)) + (0.2 * depth * Math.Sin(4 * Math.PI * day));
            if (kind == "weekly" && t / 1440 % 7 >= 5) wave = 0.5 + (0.3 * wave);
            wander = (0.97 * wander) + (0.02 * Normal());
            slow = kind == "walk" ? slow + (0.012 * Normal()) - (0.001 * slow) : 0;
            rate[t] = level * wave * Math.Exp(wander + slow);
        }

        Add(kind, rate, level);
        return new DemandTrace([.. rate.Select(Count)]);
    }

    private void Add(string kind, double[] rate, double level)
    {
        switch (kind)
        {
            case "flash": Events(rate, every: 2000, rise: (1, 4), hold: (5, 40), fall: 30, height: (2, 8), level); break;
            case "launches": Events(rate, every: 3000, rise: (5, 25), hold: (20, 120), fall: 90, height: (2, 6), level); break;
            case "matches": Events(rate, every: 900, rise: (20, 60), hold: (60, 110), fall: 25, height: (1, 5), level); break;
            case "bursts": Events(rate, every: 300, rise: (0, 1), hold: (1, 4), fall: 2, height: (0.5, 3), level); break;
            case "outage":
                for (var t = 3000; t < Math.Min(rate.Length, 3600); t++) rate[t] = 0;
                break;
        }
    }

    private void Events(double[] rate, int every, (int From, int To) rise, (int From, int To) hold, int fall, (double From, double To) height, double level)
    {
        for (var start = _random.Next(every); start < rate.Length; start += 1 + (int)(-every * Math.Log(1 - _random.NextDouble())))
        {
            var up = _random.Next(rise.From, rise.To + 1);
            var stay = _random.Next(hold.From, hold.To + 1);
            var peak = level * (height.From + ((height.To - height.From) * Math.Pow(_random.NextDouble(), 2)));
            for (var t = start; t < Math.Min(rate.Length, start + up + stay + (6 * fall)); t++)
            {
                var since = t - start;
                rate[t] += peak * (since < up ? (since + 1.0) / (up + 1) : since < up + stay ? 1 : Math.Exp(-(since - up - stay) / (double)fall));
            }
        }
    }

    /// <summary>Negative binomial in effect: a rate that varies by itself, then counts.</summary>
    private double Count(double rate) => Math.Max(0, Math.Round(rate + (Math.Sqrt(rate + (0.0025 * rate * rate)) * 1.5 * Normal())));

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
