namespace Platform.Benchmarks.Autoscale;

/// <summary>What a policy knows at the end of a minute, beside what it remembers.</summary>
/// <param name="Minute">The minute that ended.</param>
/// <param name="Requests">Its requests; NaN: not known.</param>
/// <param name="Ready">Replicas that served in it.</param>
/// <param name="Starting">For each replica that starts, in how many minutes it serves (1: in the next), the first to serve first.</param>
internal readonly record struct MinuteEnd(int Minute, double Requests, int Ready, IReadOnlyList<int> Starting)
{
    public int Wanted => Ready + Starting.Count;
}

/// <summary>Decides at the end of each minute how many replicas to want. It is never shown a later minute.</summary>
internal interface IScalingPolicy
{
    /// <summary>With the parameter it makes the name of its decisions' file.</summary>
    string Name { get; }

    string Parameter { get; }

    int Decide(MinuteEnd end);
}
