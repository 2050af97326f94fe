namespace Platform.Autoscaler.Scaling.Predictive;

/// <summary>
/// What a steady reserve above a point (the last demand, the same minute of yesterday, the forecast …) would have lost and cost, for a row of
/// reserves. What it asks for is held for five minutes. All that is asked for grows with the reserve, so that one row of held points tells what every
/// reserve would have had ready: no replicas need be imagined. O(reserves) per minute.
/// </summary>
/// <param name="multiplied">True: the reserve is a share of the point. False: a share of the mean demand, the same at every hour.</param>
internal sealed class ReserveReplay(bool multiplied)
{
    /// <summary>Minutes that count before it is asked.</summary>
    public const int Enough = 1440;

    private const int Hold = 5;
    private const int LongestStartup = 64;

    /// <summary>Half a day of losses beyond the worst seen, which fall e-fold with each fifth of the worst (the tail of most maxima: Gumbel, 1958).</summary>
    private const double PriorMinutes = 720;
    private const double Steepness = 5;
    private static readonly double[] Reserves =
    [
        0, 0.02, 0.04, 0.07, 0.1, 0.13, 0.17, 0.21, 0.26, 0.32, 0.4, 0.5, 0.6, 0.72, 0.86, 1, 1.2, 1.4, 1.7, 2, 2.4, 2.9, 3.5, 4.2, 5, 6, 8, 10, 14, 20,
    ];

    private readonly double[] _cost = new double[Reserves.Length];
    private readonly double[] _lost = new double[Reserves.Length];
    private readonly double[] _points = new double[Hold];
    private readonly double[] _held = new double[LongestStartup];
    private long _steps;
    private double _unit = 1;
    private double _served = double.NaN;
    private double _requests, _minutes, _worst;

    /// <summary>True: the reserve is a share of the point.</summary>
    public bool IsMultiplied => multiplied;

    /// <summary>What the latest reserve stands above: the highest point of the last five minutes.</summary>
    public double Held => _held[(_steps - 1) % LongestStartup];

    /// <summary>Counts the minute that ended, and takes the next point.</summary>
    /// <param name="demand">Demand of the minute that ended; NaN: not known, or not to be learned from.</param>
    /// <param name="point">The demand expected when what is ordered now serves.</param>
    /// <param name="mean">The mean demand.</param>
    /// <param name="world">Capacity, start-up and limits.</param>
    /// <param name="keep">Share of the record that is kept per minute.</param>
    public void Step(double demand, double point, double mean, in ReplayWorld world, double keep)
    {
        if (!double.IsNaN(demand) && !double.IsNaN(_served) && _steps >= PriceReplay.Unjudged) Count(demand, world, keep);
        _unit = mean;
        _points[_steps % Hold] = double.IsFinite(point) ? Math.Max(0, point) : 0;
        var held = _points.Max();
        _held[_steps % LongestStartup] = held;
        _served = held;
        for (var i = 1; i <= Math.Min(Math.Min(world.Startup, LongestStartup - 1), _steps); i++) _served = Math.Min(_served, _held[(_steps - i) % LongestStartup]);
        _steps++;
    }

    /// <summary>The least reserve that lost no larger a share, and its replicas on average; NaN: not known.</summary>
    public (double Reserve, double Cost) For(double lostShare)
    {
        if (_minutes < Enough) return (0, double.NaN);
        var (low, high) = (0, Reserves.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (LostShare(middle) > lostShare) low = middle + 1;
            else high = middle;
        }

        if (low == Reserves.Length) return (Reserves[^1], double.NaN);
        if (low == 0) return (0, _cost[0] / _minutes);
        var (above, below) = (Math.Log(LostShare(low - 1)), Math.Log(LostShare(low)));
        return Between(low, above - below < 1e-9 ? 1 : Math.Clamp((above - Math.Log(lostShare)) / (above - below), 0, 1));
    }

    /// <summary>The reserve that is so many times what the worst minute on record would have needed, and its replicas on average; NaN: not known.</summary>
    public (double Reserve, double Cost) ForWorst(double times)
    {
        if (_minutes < Enough) return (0, double.NaN);
        var reserve = times * _worst;
        var index = Array.FindIndex(Reserves, other => other > reserve);
        if (index < 0) return (reserve, _cost[^1] / _minutes);
        return (reserve, index == 0 ? _cost[0] / _minutes : Between(index, (reserve - Reserves[index - 1]) / (Reserves[index] - Reserves[index - 1])).Cost);
    }

    /// <summary>The demand that is met with a reserve.</summary>
    public double Planned(double reserve) => Above(Held, reserve);

    private void Count(double demand, in ReplayWorld world, double keep)
    {
        _requests = (_requests * keep) + demand;
        _minutes = (_minutes * keep) + 1;
        _worst = Math.Max(keep * _worst, multiplied ? (demand / Math.Max(1e-3 * _unit, _served)) - 1 : (demand - _served) / _unit);
        for (var i = 0; i < Reserves.Length; i++)
        {
            var ready = ReservePlan.Replicas(Above(_served, Reserves[i]), world.Capacity, world.Least, world.Most);
            _cost[i] = (_cost[i] * keep) + ready;
            _lost[i] = (_lost[i] * keep) + Math.Max(0, demand - (ready * world.Capacity));
        }
    }

    private double Above(double point, double reserve) => multiplied ? point * (1 + reserve) : point + (reserve * _unit);

    private double LostShare(int index)
    {
        var prior = PriorMinutes * _requests / _minutes;
        return (_lost[index] + (prior / 3 * Math.Exp(-Steepness * Reserves[index] / Math.Max(1e-6, _worst)))) / (_requests + prior + 1e-300);
    }

    private (double Reserve, double Cost) Between(int index, double share) => (
        Reserves[index - 1] + (share * (Reserves[index] - Reserves[index - 1])),
        (_cost[index - 1] + (share * (_cost[index] - _cost[index - 1]))) / _minutes);
}

/// <summary>What a replay imagines replicas in.</summary>
/// <param name="Capacity">Demand that a replica serves.</param>
/// <param name="Startup">Minutes after the next before an ordered replica serves.</param>
/// <param name="Least">Fewest replicas.</param>
/// <param name="Most">Most replicas.</param>
internal readonly record struct ReplayWorld(double Capacity, int Startup, int Least, int Most);
