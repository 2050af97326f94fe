namespace Platform.Benchmarks.Autoscale.Peers;

/// <summary>
/// The predictive-horizontal-pod-autoscaler's way: what the HPA asks for is kept as a series, a model continues the series to when a replica ordered
/// now would serve, and the larger of the model's and the HPA's number is taken, held for five minutes on the way down.
/// </summary>
internal sealed class PredictiveHorizontalPodAutoscaler(World world, double target, IReplicaSeriesModel model) : IScalingPolicy
{
    private const int HoldMinutes = 5;
    private readonly HorizontalPodAutoscaler _reactive = new(world, target);
    private readonly Queue<int> _recent = new();

    public string Name => model.Name;

    public string Parameter => _reactive.Parameter;

    public int Decide(MinuteEnd end)
    {
        _reactive.Decide(end);
        model.Add(_reactive.Recommended);
        var ahead = model.Ahead(world.Startup + 1);
        var predicted = double.IsFinite(ahead) ? (int)Math.Clamp(Math.Ceiling(ahead - 1e-9), 1, world.Most) : 1;
        _recent.Enqueue(Math.Max(_reactive.Recommended, predicted));
        if (_recent.Count > HoldMinutes) _recent.Dequeue();
        return _recent.Max();
    }
}

/// <summary>Continues a series of replica counts.</summary>
internal interface IReplicaSeriesModel
{
    string Name { get; }

    void Add(int replicas);

    /// <summary>Its value so many minutes after the last; NaN: not known yet.</summary>
    double Ahead(int minutes);
}

/// <summary>A straight line through the last counts (least squares).</summary>
internal sealed class LinearSeries : IReplicaSeriesModel
{
    private const int History = 6;
    private readonly Queue<int> _last = new();

    public string Name => "phpa-linear";

    public void Add(int replicas)
    {
        _last.Enqueue(replicas);
        if (_last.Count > History) _last.Dequeue();
    }

    public double Ahead(int minutes)
    {
        if (_last.Count < 2) return double.NaN;
        var middle = (_last.Count - 1) / 2.0;
        var mean = _last.Average();
        var slope = _last.Select((count, i) => (i - middle) * (count - mean)).Sum() / _last.Select((_, i) => (i - middle) * (i - middle)).Sum();
        return mean + (slope * (_last.Count - 1 - middle + minutes));
    }
}

/// <summary>Additive Holt-Winters with a season of a day; its first day is the first season.</summary>
internal sealed class HoltWintersSeries : IReplicaSeriesModel
{
    private const int Season = 1440;
    private const double Alpha = 0.5, Beta = 0.001, Gamma = 0.3;
    private readonly double[] _season = new double[Season];
    private long _count;
    private double _level, _trend;

    public string Name => "phpa-holt-winters";

    public void Add(int replicas)
    {
        var at = (int)(_count++ % Season);
        if (_count <= Season)
        {
            _season[at] = replicas;
            if (_count == Season)
            {
                _level = _season.Average();
                for (var i = 0; i < Season; i++) _season[i] -= _level;
            }

            return;
        }

        var before = _level;
        _level = (Alpha * (replicas - _season[at])) + ((1 - Alpha) * (_level + _trend));
        _trend = (Beta * (_level - before)) + ((1 - Beta) * _trend);
        _season[at] = (Gamma * (replicas - _level)) + ((1 - Gamma) * _season[at]);
    }

    public double Ahead(int minutes) => _count < Season ? double.NaN : _level + (_trend * minutes) + _season[(int)((_count + minutes - 1) % Season)];
}
