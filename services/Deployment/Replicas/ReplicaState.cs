namespace Platform.Deployment.Replicas;

/// <summary>
/// A replica's life:
/// <code>
/// starting → ready ⇄ unhealthy → draining → stopped
///     └────────┴─────────┴─→ failed (its process died, or never became healthy)
/// </code>
/// Nothing leads back from draining: a replica that has left the routing table never returns to it.
/// </summary>
internal enum ReplicaState
{
    /// <summary>Intended; its process may or may not exist yet, and is not healthy yet.</summary>
    Starting,
    /// <summary>Healthy.</summary>
    Ready,
    /// <summary>Fails its checks. Stays routed (the gateway looks for itself) until its replacement is ready.</summary>
    Unhealthy,
    /// <summary>To be stopped as soon as nobody sends it requests.</summary>
    Draining,
    /// <summary>End: stopped by the platform.</summary>
    Stopped,
    /// <summary>End: died, or never became healthy.</summary>
    Failed,
}

/// <summary>Names as stored and shown.</summary>
internal static class ReplicaStates
{
    /// <summary>The state in lower case.</summary>
    public static string Name(this ReplicaState state) => state.ToString().ToLowerInvariant();

    /// <summary>True: no process is left, nor will one be started.</summary>
    public static bool IsEnd(this ReplicaState state) => state >= ReplicaState.Stopped;

    /// <summary>True: it has a place in the routing table.</summary>
    public static bool IsRouted(this ReplicaState state) => state is ReplicaState.Ready or ReplicaState.Unhealthy;

    /// <summary>The state of a name.</summary>
    public static ReplicaState Parse(string name) => Enum.Parse<ReplicaState>(name, ignoreCase: true);
}
