namespace Platform.Autoscaler.Scaling.Predictive;

/// <summary>
/// What the policy would have done lately at each of a row of prices: for every price an imagined application goes through the same demand
/// with the same forecasts, and its replicas and the requests beyond them are counted. So the price that keeps a service level is read off what
/// happened, forecast errors included, not off what the forecast believes of itself. The least cost for a share of requests lost over a long time has one
/// price at all times (Lagrange's multiplier), and no price prevents what nobody foresees: so it moves slowly, by a record of months against
/// an assumption worth a week, and is not driven up by each flash crowd and down by each quiet week.
/// </summary>
internal sealed class PriceReplay
{
    /// <summary>Minutes at the start that are not judged: nothing was learned yet.</summary>
    public const int Unjudged = 1440;

    /// <summary>Before anything was seen a price p is taken to lose 1/(3p) of the requests. When prices are chosen the assumption counts a week, which keeps them steady,</summary>
    private const double PriorMinutes = 10_000;

    /// <summary>when they are compared with other plans half a day.</summary>
    private const double ComparedPriorMinutes = 720;
    private const double LowestPrice = 1.02;
    private const double Ratio = 1.4;
    private const int Prices = 39;
    private readonly Line[] _lines;
    private readonly double _keep;
    private long _steps;

    /// <param name="keep">Share of the record that is kept per minute.</param>
    public PriceReplay(double keep)
    {
        _keep = keep;
        _lines = [.. Enumerable.Range(0, Prices).Select(i => new Line(LowestPrice * Math.Pow(Ratio, i)))];
    }

    /// <summary>Counts the minute that ended, and imagines each price's decision at its end.</summary>
    /// <param name="demand">Its demand; NaN: not known.</param>
    /// <param name="use">Expected use from now on.</param>
    /// <param name="world">Capacity, start-up and limits.</param>
    public void Step(double demand, ExpectedUse use, in ReplayWorld world)
    {
        if (++_steps < Unjudged) demand = double.NaN;
        foreach (var line in _lines) line.Step(demand, use, world, _keep);
    }

    /// <summary>What a price lost, as a share, and the replicas it had on average (NaN: nothing is on record).</summary>
    public (double LostShare, double Cost) At(double price)
    {
        var at = Math.Clamp(Math.Log(price / LowestPrice) / Math.Log(Ratio), 0, Prices - 1);
        var index = Math.Min(Prices - 2, (int)at);
        var (left, right, share) = (_lines[index], _lines[index + 1], at - index);
        var lost = ((1 - share) * Math.Log(left.LostShare(ComparedPriorMinutes))) + (share * Math.Log(right.LostShare(ComparedPriorMinutes)));
        return (Math.Exp(lost), ((1 - share) * left.Cost) + (share * right.Cost));
    }

    /// <summary>The price at which the share of requests within capacity would have been <paramref name="serviceLevel"/>.</summary>
    public double PriceFor(double serviceLevel)
    {
        var allowed = Math.Max(1e-9, 1 - serviceLevel);
        var index = 0;
        while (index < Prices - 1 && _lines[index].LostShare(PriorMinutes) > allowed) index++;
        if (index == 0 || _lines[index].LostShare(PriorMinutes) > allowed) return _lines[index].Price;

        var (above, below) = (Math.Log(_lines[index - 1].LostShare(PriorMinutes)), Math.Log(_lines[index].LostShare(PriorMinutes)));
        var share = above - below < 1e-9 ? 1 : Math.Clamp((above - Math.Log(allowed)) / (above - below), 0, 1);
        return _lines[index - 1].Price * Math.Pow(Ratio, share);
    }

    private sealed class Line(double price)
    {
        private readonly List<int> _starting = [];
        private int _ready = 1;
        private double _requests;
        private double _lost;
        private double _minutes;
        private double _served;

        public double Price => price;

        /// <summary>Replicas on average.</summary>
        public double Cost => _minutes > 0 ? _served / _minutes : double.NaN;

        public double LostShare(double prior)
        {
            var mean = _minutes > 0 ? _requests / _minutes : 1;
            return (_lost + (prior * mean / (3 * price))) / (_requests + (prior * mean) + 1e-300);
        }

        public void Step(double demand, ExpectedUse use, in ReplayWorld world, double keep)
        {
            if (!double.IsNaN(demand))
            {
                var ready = Math.Min(_ready, world.Most);
                _requests = (_requests * keep) + demand;
                _lost = (_lost * keep) + Math.Max(0, demand - (ready * world.Capacity));
                _minutes = (_minutes * keep) + 1;
                _served = (_served * keep) + ready;
            }

            var wanted = ReplicaValue.Wanted(use, price, world.Startup, new ReplicaSupply(_ready, _starting), world.Least, world.Most);
            var total = _ready + _starting.Count;
            for (; total < wanted; total++) _starting.Add(world.Startup + 1);
            for (; total > wanted && _starting.Count > 0; total--) _starting.RemoveAt(_starting.Count - 1);
            _ready = Math.Min(_ready, wanted);
            for (var i = 0; i < _starting.Count; i++) _starting[i]--;
            while (_starting.Count > 0 && _starting[0] <= 0)
            {
                _starting.RemoveAt(0);
                _ready++;
            }
        }
    }
}
