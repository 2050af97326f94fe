namespace Platform.Autoscaler.Scaling;

/// <summary>What was recommended, as runs: an entry stands for the same number from the entry before it up to its own time, which is all that windows ask.</summary>
internal sealed class RecommendationRuns
{
    private readonly List<Recommendation> _runs = [];

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<Recommendation> All => _runs;

    /// <summary>True: it differs from the last one.</summary>
    public bool Begins(int replicas) => _runs.Count == 0 || _runs[^1].Replicas != replicas;

    public void Add(DateTimeOffset at, int replicas)
    {
        if (Begins(replicas)) _runs.Add(new Recommendation(at, replicas));
        else _runs[^1] = new Recommendation(at, replicas);
    }

    /// <summary>Forgets the runs that ended by then.</summary>
    public void Forget(DateTimeOffset upTo)
    {
        var old = 0;
        while (old < _runs.Count && _runs[old].At <= upTo) old++;
        if (old > 0) _runs.RemoveRange(0, old);
    }

    public void Clear() => _runs.Clear();
}
