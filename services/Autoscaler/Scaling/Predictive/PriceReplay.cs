namespace Platform.Autoscaler.Scaling.Predictive;

/// <summary>
/// What the policy would have done lately at each of a row of prices: for every price an imagined application goes through the same demand
/// with the same forecasts, and its replicas and the requests beyond them are counted. So the price that keeps a service level is read off what
/// happened, forecast errors included, not off what the forecast believes of itself.
/// </summary>
internal sealed class PriceReplay
{
    /// <summary>A share of requests lost that is assumed of half a day before anything was seen, for the highest price; it grows as prices fall.</summary>
    private const double PriorMinutes = 720;
    private const double LowestPrice = 1.02;
    private const double Ratio = 1.4;
    private const int Prices = 39;
    private readonly Line[] _lines;
    private readonly double _fade;

    /// <param name="memory">Minutes after which one counts 1/e.</param>
    public PriceReplay(double memory)
    {
        _fade = 1 - (1 / memory);
        _lines = [.. Enumerable.Range(0, Prices).Select(i => new Line(LowestPrice * Math.Pow(Ratio, i)))];
    }

    /// <summary>Counts the minute that ended, and imagines each price's decision at its end.</summary>
    /// <param name="demand">Its demand; NaN: not known.</param>
    /// <param name="capacity">Demand that a replica serves.</param>
    /// <param name="use">Expected use from now on.</param>
    /// <param name="startup">Minutes after the next before an ordered replica serves.</param>
    /// <param name="least">Fewest replicas.</param>
    /// <param name="most">Most replicas.</param>
    public void Step(double demand, double capacity, ExpectedUse use, int startup, int least, int most)
    {
        foreach (var line in _lines) line.Step(demand, capacity, use, startup, least, most, _fade);
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

        public double Price => price;

        /// <summary>Before anything is known, a price p is taken to lose a share of 1/(3p).</summary>
        public double LostShare(double prior)
        {
            var mean = _minutes > 0 ? _requests / _minutes : 1;
            return (_lost + (prior * mean / (3 * price))) / (_requests + (prior * mean) + 1e-300);
        }

        public void Step(double demand, double capacity, ExpectedUse use, int startup, int least, int most, double fade)
        {
            if (!double.IsNaN(demand))
            {
                _requests = (_requests * fade) + demand;
                _lost = (_lost * fade) + Math.Max(0, demand - (Math.Min(_ready, most) * capacity));
                _minutes = (_minutes * fade) + 1;
            }

            var wanted = ReplicaValue.Wanted(use, price, startup, new ReplicaSupply(_ready, _starting), least, most);
            var total = _ready + _starting.Count;
            for (; total < wanted; total++) _starting.Add(startup + 1);
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
