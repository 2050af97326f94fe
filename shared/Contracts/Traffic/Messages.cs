namespace Platform.Contracts.Traffic;

/// <summary>
/// The whole routing table of one application, sent by Deployment to its owner, the Gateway. Idempotent: the gateway
/// takes it only if its <see cref="RouteTable.Generation"/> is newer than what it has, and answers with <see cref="TrafficShifted"/> either way.
/// A replica that is no longer in the table gets no new request; when its last request has ended (or its grace period has)
/// the gateway publishes <see cref="ReplicaDrained"/>.
/// </summary>
public sealed record ShiftTraffic : ICommand
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <inheritdoc/>
    public required Guid CorrelationId { get; init; }
    /// <inheritdoc/>
    public required string RequestedBy { get; init; }
    /// <inheritdoc/>
    public required string Reason { get; init; }
    /// <summary>The table.</summary>
    public required RouteTable Table { get; init; }
    /// <summary>
    /// Replicas whose <see cref="ReplicaDrained"/> the sender still waits for. The gateway answers at once for each that it neither routes to nor
    /// has a request under way for, whether or not it ever knew it; so re-sending the table is enough after either side was restarted.
    /// Null: the sender does not say, and the gateway repeats itself for every replica that left the table lately.
    /// </summary>
    public IReadOnlyList<string>? Awaiting { get; init; }
}

/// <summary>Where the requests of one application go.</summary>
public sealed record RouteTable
{
    /// <summary>The application.</summary>
    public required string Application { get; init; }
    /// <summary>Grows by one with each change; a table that is not newer is not applied.</summary>
    public required long Generation { get; init; }
    /// <summary>True: the application was removed; the gateway forgets it.</summary>
    public bool Removed { get; init; }
    /// <summary>
    /// Through what the application's clients come: <c>gateway</c> (default), the platform's own, or a data plane that the gateway service
    /// writes the table to as well.
    /// </summary>
    public string Router { get; init; } = "gateway";
    /// <summary>Host names that select the application; empty: any host.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];
    /// <summary>Path prefix that selects the application, <c>/</c> for all. The prefix is kept when forwarding.</summary>
    public string PathPrefix { get; init; } = "/";
    /// <summary>The revisions that take part.</summary>
    public required IReadOnlyList<RevisionRoute> Revisions { get; init; }
    /// <summary>How a replica is chosen: <c>leastRequests</c> (default), <c>powerOfTwoChoices</c>, <c>roundRobin</c>.</summary>
    public string LoadBalancing { get; init; } = "leastRequests";
    /// <summary>How long streams and WebSockets of a replica that leaves may go on. Default 30 s.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);
    /// <summary>The path of the active health checks; null: none.</summary>
    public string? HealthPath { get; init; }
    /// <summary>Requests that go to a named revision whatever the weights; the first that fits holds, before anything else but the client's own choice of a revision.</summary>
    public IReadOnlyList<RouteRule> Rules { get; init; } = [];
    /// <summary>The revision that clients keep meeting once they have met it, by a cookie of the gateway's; null: none. It holds while that revision has replicas and a weight.</summary>
    public string? Sticky { get; init; }
}

/// <summary>Requests with this header, or this cookie, of this value go to this revision.</summary>
public sealed record RouteRule
{
    /// <summary>The header's name; null: it is a cookie.</summary>
    public string? Header { get; init; }
    /// <summary>The cookie's name; null: it is a header.</summary>
    public string? Cookie { get; init; }
    /// <summary>The value, compared exactly.</summary>
    public required string Value { get; init; }
    /// <summary>Where they go; if it has no replica, the rule does not hold.</summary>
    public required string Revision { get; init; }
}

/// <summary>One revision's share.</summary>
public sealed record RevisionRoute
{
    /// <summary>The revision.</summary>
    public required string Revision { get; init; }
    /// <summary>Share of the requests, relative to the sum of all weights; 0: only by header or cookie.</summary>
    public required int Weight { get; init; }
    /// <summary>Share in percent, 0 to 100, of the other revisions' requests of which it gets a copy. The answer is thrown away; the client never waits for it.</summary>
    public int Mirror { get; init; }
    /// <summary>True: requests that may change something (POST, PUT, PATCH, DELETE) are copied too.</summary>
    public bool MirrorWrites { get; init; }
    /// <summary>Its replicas that may be sent requests.</summary>
    public required IReadOnlyList<ReplicaAddress> Replicas { get; init; }
}

/// <summary>A replica's address.</summary>
public sealed record ReplicaAddress
{
    /// <summary>The replica's id.</summary>
    public required string Id { get; init; }
    /// <summary>Its base address, for example <c>http://127.0.0.1:40123</c>.</summary>
    public required Uri Address { get; init; }
}

/// <summary>The gateway routes by this table now (or already did).</summary>
public sealed record TrafficShifted : IEvent
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <inheritdoc/>
    public required Guid CorrelationId { get; init; }
    /// <summary>The generation in force.</summary>
    public required long Generation { get; init; }
    /// <summary>Weight by revision.</summary>
    public required IReadOnlyDictionary<string, int> Weights { get; init; }
}

/// <summary>
/// The table was not put in force: the router it names is not there, or refused it. What was in force stays. Said again each time the table is
/// sent, until it is in force or a newer one has taken its place.
/// </summary>
public sealed record TrafficNotShifted : IEvent
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <inheritdoc/>
    public required Guid CorrelationId { get; init; }
    /// <summary>The generation that is not in force.</summary>
    public required long Generation { get; init; }
    /// <summary>The router.</summary>
    public required string Router { get; init; }
    /// <summary>What is wrong, for people: the router's own words where it has some.</summary>
    public required string Reason { get; init; }
}

/// <summary>No request is under way to this replica any more, and none will be sent: it may be stopped.</summary>
public sealed record ReplicaDrained : IEvent
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <inheritdoc/>
    public required Guid CorrelationId { get; init; }
    /// <summary>The replica.</summary>
    public required string Replica { get; init; }
    /// <summary>The generation of the table in force when it was drained. A later table may have taken the replica back: then this is out of date.</summary>
    public long Generation { get; init; }
    /// <summary>Requests cut because the drain timeout ended.</summary>
    public int Cut { get; init; }
}
