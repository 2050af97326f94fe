using Platform.Gateway.Balancing;
using Platform.Gateway.Replicas;

namespace Platform.Gateway.Routing;

/// <summary>One revision of one table: its weight and its replicas.</summary>
internal sealed class RevisionPool(string revision, int weight, Replica[] replicas, LoadBalancing loadBalancing)
{
    private int _turn = -1;

    public string Revision { get; } = revision;

    public int Weight { get; } = weight;

    public Replica[] Replicas { get; } = replicas;

    /// <inheritdoc cref="ReplicaChoice.Choose(LoadBalancing, Replica[], List{Replica}, long, uint)"/>
    public Replica? Choose(List<Replica> tried, long now) =>
        ReplicaChoice.Choose(loadBalancing, Replicas, tried, now, (uint)Interlocked.Increment(ref _turn));

    /// <inheritdoc cref="ReplicaChoice.ChooseReady(LoadBalancing, Replica[], List{Replica}, long, uint)"/>
    public Replica? ChooseReady(List<Replica> tried, long now) =>
        ReplicaChoice.ChooseReady(loadBalancing, Replicas, tried, now, (uint)Interlocked.Increment(ref _turn));
}
