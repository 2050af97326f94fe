namespace Platform.Autoscaler.Scaling.Predictive;

/// <summary>
/// How much of its capacity each replica, the first, the second and so on, is expected to be used at each minute ahead: what one replica more is
/// worth. One matrix per decision, shared by every price that is weighed on it.
/// </summary>
internal sealed class ExpectedUse
{
    private double[] _use = [];
    private int _replicas;

    /// <summary>Minutes ahead that are known.</summary>
    public int Horizon { get; private set; }

    /// <summary>Use of the <paramref name="replica"/>-th replica, from 1, in [0, 1].</summary>
    public double this[int minutesAhead, int replica] => replica > _replicas ? 0 : _use[((minutesAhead - 1) * _replicas) + replica - 1];

    /// <param name="predictor">Its present forecasts.</param>
    /// <param name="capacity">Demand that a replica serves.</param>
    /// <param name="horizon">Minutes ahead.</param>
    /// <param name="replicas">The most replicas there may be.</param>
    public void Fill(DemandPredictor predictor, double capacity, int horizon, int replicas)
    {
        if (_use.Length < horizon * replicas) _use = new double[horizon * replicas];
        (Horizon, _replicas) = (horizon, replicas);
        for (var ahead = 1; ahead <= horizon; ahead++)
        {
            predictor.At(ahead).ExpectedUse(capacity, _use.AsSpan((ahead - 1) * replicas, replicas));
        }
    }
}
