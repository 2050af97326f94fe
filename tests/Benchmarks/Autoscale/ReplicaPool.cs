namespace Platform.Benchmarks.Autoscale;

/// <summary>
/// The replicas of a simulated application. What is wanted at the end of minute t and not there yet serves from minute t+1+L; what is not
/// wanted any more is gone from minute t+1, first those that start (the youngest first), then those that serve.
/// </summary>
internal sealed class ReplicaPool(int startup, int ready)
{
    private readonly LinkedList<(int Due, int Count)> _starting = [];

    public int Ready { get; private set; } = ready;

    public int Starting { get; private set; }

    public int Wanted => Ready + Starting;

    /// <summary>For each replica that starts, in how many minutes it serves; the first to serve first.</summary>
    public IEnumerable<int> MinutesToReady(int minute) => _starting.SelectMany(batch => Enumerable.Repeat(batch.Due - minute, batch.Count));

    /// <summary>Carries out the decision at the end of a minute, and begins the next minute.</summary>
    public void Want(int replicas, int minute)
    {
        if (replicas > Wanted)
        {
            _starting.AddLast((minute + 1 + startup, replicas - Wanted));
            Starting += replicas - Wanted;
        }

        while (replicas < Wanted && _starting.Last is { } youngest)
        {
            var cancelled = Math.Min(youngest.Value.Count, Wanted - replicas);
            _starting.RemoveLast();
            if (cancelled < youngest.Value.Count) _starting.AddLast((youngest.Value.Due, youngest.Value.Count - cancelled));
            Starting -= cancelled;
        }

        Ready -= Wanted - Math.Min(Wanted, replicas);
        while (_starting.First is { } oldest && oldest.Value.Due <= minute + 1)
        {
            _starting.RemoveFirst();
            Starting -= oldest.Value.Count;
            Ready += oldest.Value.Count;
        }
    }
}
