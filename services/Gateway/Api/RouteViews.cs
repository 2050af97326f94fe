namespace Platform.Gateway.Api;

/// <summary>One application's routes as they are in force.</summary>
internal sealed record RouteView
{
    /// <summary>The application.</summary>
    public required string Application { get; init; }
    /// <summary>The table's generation.</summary>
    public required long Generation { get; init; }
    /// <summary>Its host names; empty: any.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }
    /// <summary>Its path prefix.</summary>
    public required string PathPrefix { get; init; }
    /// <summary>How a replica is chosen.</summary>
    public required string LoadBalancing { get; init; }
    /// <summary>Headers and cookies that lead to a revision, in the order they are looked at.</summary>
    public required IReadOnlyList<RuleView> Rules { get; init; }
    /// <summary>The revision that clients keep meeting; null: none, or it has no weight or no replica.</summary>
    public string? Sticky { get; init; }
    /// <summary>Requests that wait for a ready replica.</summary>
    public required int Held { get; init; }
    /// <summary>Its revisions.</summary>
    public required IReadOnlyList<RevisionView> Revisions { get; init; }
    /// <summary>Replicas that left the table and still have requests under way.</summary>
    public required IReadOnlyList<ReplicaView> Draining { get; init; }
}

/// <summary>Requests with this header, or this cookie, of this value go to this revision.</summary>
internal sealed record RuleView
{
    /// <summary>The header's name; null: it is a cookie.</summary>
    public string? Header { get; init; }
    /// <summary>The cookie's name; null: it is a header.</summary>
    public string? Cookie { get; init; }
    /// <summary>The value.</summary>
    public required string Value { get; init; }
    /// <summary>Where they go, if it has a replica.</summary>
    public required string Revision { get; init; }
}

/// <summary>One revision's share.</summary>
internal sealed record RevisionView
{
    /// <summary>The revision.</summary>
    public required string Revision { get; init; }
    /// <summary>Its weight, relative to the sum of all.</summary>
    public required int Weight { get; init; }
    /// <summary>Share of the other revisions' requests of which it gets a copy, in percent.</summary>
    public required int Mirror { get; init; }
    /// <summary>True: requests that may change something are copied too.</summary>
    public required bool MirrorWrites { get; init; }
    /// <summary>Its replicas.</summary>
    public required IReadOnlyList<ReplicaView> Replicas { get; init; }
}

/// <summary>One replica as the gateway sees it.</summary>
internal sealed record ReplicaView
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }
    /// <summary>Where it listens.</summary>
    public required Uri Address { get; init; }
    /// <summary>False: it is avoided while another one can take requests.</summary>
    public required bool Ready { get; init; }
    /// <summary>Requests under way.</summary>
    public required int InFlight { get; init; }
    /// <summary>Requests ended.</summary>
    public required long Requests { get; init; }
    /// <summary>Of them, ended with a 5xx status or without a whole answer.</summary>
    public required long Errors { get; init; }
    /// <summary>Copies of other revisions' requests ended.</summary>
    public required long Mirrored { get; init; }
    /// <summary>Of them, ended with a 5xx status or without a whole answer.</summary>
    public required long MirroredErrors { get; init; }
    /// <summary>Ejections since it last answered.</summary>
    public required int Ejections { get; init; }
    /// <summary>How long the present ejection still lasts.</summary>
    public TimeSpan? EjectedFor { get; init; }
    /// <summary>What the last health check saw, if it failed.</summary>
    public string? HealthCheck { get; init; }
}
