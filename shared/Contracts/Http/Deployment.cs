namespace Platform.Contracts.Http;

/// <summary>Body of <c>POST /api/deployment/deploy</c> (as JSON; the manifest may also be sent alone as <c>application/yaml</c>).</summary>
public sealed record DeployRequest
{
    /// <summary>The manifest, YAML text.</summary>
    public required string Manifest { get; init; }
    /// <summary>Why, for the audit log. Optional.</summary>
    public string? Reason { get; init; }
    /// <summary>Why this rollout is not to be analysed; null: it is.</summary>
    public string? SkipAnalysis { get; init; }
    /// <summary><c>development</c>, <c>staging</c> or <c>production</c>: ships it there, under its name there; null: as the manifest says, under the manifest's name.</summary>
    public string? Environment { get; init; }
    /// <summary>Why it may begin while its environment is frozen, for admins; null: it waits for the freeze's end.</summary>
    public string? OverrideFreeze { get; init; }
}

/// <summary>Answer of a request that started long work: 202 with the place to follow it.</summary>
public sealed record Accepted
{
    /// <summary>The id of the work: a rollout's id for deploy and rollback.</summary>
    public required Guid Id { get; init; }
    /// <summary>Where to follow it.</summary>
    public required string Location { get; init; }
    /// <summary>What will happen, in one sentence.</summary>
    public required string Message { get; init; }
}

/// <summary>Body of <c>POST /api/deployment/deployments/{id}/promote</c>.</summary>
public sealed record PromoteRequest
{
    /// <summary>Why, for the audit log. Optional, unless the analysis is skipped.</summary>
    public string? Reason { get; init; }
    /// <summary>True: not only the present step; straight to the last one, and end its watch too.</summary>
    public bool Fully { get; init; }
    /// <summary>True: the analysis is not listened to any more.</summary>
    public bool SkipAnalysis { get; init; }
}

/// <summary>Body of pause, resume, approve, abort and retry.</summary>
public sealed record ReasonRequest
{
    /// <summary>Why, for the audit log. Optional.</summary>
    public string? Reason { get; init; }
}

/// <summary>Body of <c>POST /api/deployment/rollback</c>.</summary>
public sealed record RollbackRequest
{
    /// <summary>The application.</summary>
    public required string Application { get; init; }
    /// <summary>The revision to return to; null: the one before the present one.</summary>
    public string? Revision { get; init; }
    /// <summary>True: by its own strategy and analysed, also where it served so lately that it could take all traffic at once.</summary>
    public bool Gradually { get; init; }
    /// <summary>Why. Optional.</summary>
    public string? Reason { get; init; }
}

/// <summary>Body of <c>POST /api/deployment/scale</c> and of the autoscaler's <c>POST /scale</c>.</summary>
public sealed record ScaleRequest
{
    /// <summary>The application.</summary>
    public required string Application { get; init; }
    /// <summary>Replicas wanted, 0 to 1,000.</summary>
    public required int Replicas { get; init; }
    /// <summary>Why. Optional.</summary>
    public string? Reason { get; init; }
}

/// <summary>An application as the deployment service sees it.</summary>
public sealed record ApplicationView
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }
    /// <summary>The revision that serves; null before the first rollout has completed.</summary>
    public string? StableRevision { get; init; }
    /// <summary>Replicas wanted of the stable revision.</summary>
    public required int WantedReplicas { get; init; }
    /// <summary>Replicas that are ready, of all revisions.</summary>
    public required int ReadyReplicas { get; init; }
    /// <summary>The rollout under way, if any.</summary>
    public Guid? Rollout { get; init; }
    /// <summary>Weight by revision.</summary>
    public required IReadOnlyDictionary<string, int> Weights { get; init; }
    /// <summary>Its replicas.</summary>
    public required IReadOnlyList<ReplicaView> Replicas { get; init; }
}

/// <summary>A replica.</summary>
public sealed record ReplicaView
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }
    /// <summary>The revision it runs.</summary>
    public required string Revision { get; init; }
    /// <summary><c>starting</c>, <c>ready</c>, <c>unhealthy</c>, <c>draining</c>, <c>stopped</c>, <c>failed</c>.</summary>
    public required string State { get; init; }
    /// <summary>Where it listens.</summary>
    public Uri? Address { get; init; }
    /// <summary>What its runtime knows it by: a process's id and start time, a container's id; null: not started yet.</summary>
    public string? Instance { get; init; }
    /// <summary>Process id, for the process runtime.</summary>
    public int? ProcessId { get; init; }
    /// <summary>When it was started.</summary>
    public DateTimeOffset? StartedAt { get; init; }
    /// <summary>How often it was started again.</summary>
    public int Restarts { get; init; }
}

/// <summary>A rollout and its history.</summary>
public sealed record RolloutView
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }
    /// <summary>The application.</summary>
    public required string Application { get; init; }
    /// <summary>The revision being shipped.</summary>
    public required string Revision { get; init; }
    /// <summary>The revision that served before.</summary>
    public string? StableRevision { get; init; }
    /// <summary>The strategy.</summary>
    public required string Strategy { get; init; }
    /// <summary>The state: <c>queued</c>, <c>preparing</c>, <c>starting</c>, <c>shifting</c>, <c>watching</c>, <c>retiring</c>, <c>rollingBack</c>, or an end: <c>completed</c>, <c>failed</c>, <c>rolledBack</c>.</summary>
    public required string State { get; init; }
    /// <summary>What it does or waits for now, in one sentence.</summary>
    public required string Message { get; init; }
    /// <summary>Who asked.</summary>
    public required string RequestedBy { get; init; }
    /// <summary>Why.</summary>
    public required string Reason { get; init; }
    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }
    /// <summary>Who approved it; null: nobody has.</summary>
    public ApprovalView? Approval { get; init; }
    /// <summary>The steps so far.</summary>
    public IReadOnlyList<RolloutStepView> Steps { get; init; } = [];
    /// <summary>The plan's steps, the present one, and what the judge says; null: not planned yet.</summary>
    public Deployments.RolloutCourse? Course { get; init; }
}

/// <summary>An approval of a rollout.</summary>
public sealed record ApprovalView
{
    /// <summary>Who gave it.</summary>
    public required string By { get; init; }
    /// <summary>The role it was given with.</summary>
    public required string Role { get; init; }
    /// <summary>Why.</summary>
    public required string Reason { get; init; }
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>Body of <c>POST /api/deployment/environments/{to}/promotions</c>.</summary>
public sealed record PromotionRequest
{
    /// <summary>The application, by the name in its manifest.</summary>
    public required string Application { get; init; }
    /// <summary>The environment whose serving revision is promoted; null: the one before.</summary>
    public string? From { get; init; }
    /// <summary>Why. Optional.</summary>
    public string? Reason { get; init; }
    /// <summary>Why it may begin while the environment is frozen, for admins; null: it waits for the freeze's end.</summary>
    public string? OverrideFreeze { get; init; }
}

/// <summary>What the judge knew at one moment of a rollout.</summary>
public sealed record EvidenceView
{
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>The plan's step, from 1.</summary>
    public required int Step { get; init; }
    /// <summary>The new revision's share of the traffic then.</summary>
    public required int Weight { get; init; }
    /// <summary><c>pass</c>, <c>fail</c> or <c>inconclusive</c>.</summary>
    public required string Outcome { get; init; }
    /// <summary>The finding in words.</summary>
    public required string Sentence { get; init; }
    /// <summary>Requests of the new revision that were judged.</summary>
    public required long Requests { get; init; }
    /// <summary>Its share of failed requests, 0 to 1.</summary>
    public required double ErrorRate { get; init; }
    /// <summary>Its 95th percentile; zero: not known.</summary>
    public required TimeSpan P95 { get; init; }
    /// <summary>Requests still needed for a verdict that holds; null: none, or not known.</summary>
    public long? RequestsNeeded { get; init; }
    /// <summary>When they will have come; null: not known.</summary>
    public DateTimeOffset? ExpectedAt { get; init; }
    /// <summary>What each metric says, most telling first.</summary>
    public required IReadOnlyList<MetricEvidenceView> Metrics { get; init; }
}

/// <summary>What one metric says.</summary>
public sealed record MetricEvidenceView
{
    /// <summary><c>errors</c>, <c>p50</c>, <c>p95</c>, <c>p99</c>, <c>errorLimit</c>, <c>p95Limit</c>, or a name of the judge's own.</summary>
    public required string Metric { get; init; }
    /// <summary>How much is held against the new revision: at 1 it fails.</summary>
    public required double Strength { get; init; }
    /// <summary>Its figure.</summary>
    public double? Canary { get; init; }
    /// <summary>Lower end of where the figure lies.</summary>
    public double? CanaryLow { get; init; }
    /// <summary>Upper end of it.</summary>
    public double? CanaryHigh { get; init; }
    /// <summary>The old revision's figure, or the limit.</summary>
    public double? Baseline { get; init; }
    /// <summary>The finding in words.</summary>
    public string Sentence { get; init; } = "";
    /// <summary>Where the readings of a metric of the manifest come from, as <c>prometheus http://…: sum(…)</c>; null: it is the judge's own.</summary>
    public string? Source { get; init; }
}

/// <summary>A step of a rollout.</summary>
public sealed record RolloutStepView
{
    /// <summary>Its name.</summary>
    public required string Step { get; init; }
    /// <summary>When it ended.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }
    /// <summary>What happened.</summary>
    public required string Message { get; init; }
    /// <summary>True: it did not end as it should have; the rollout is given up.</summary>
    public bool Failed { get; init; }
}

/// <summary>A page of a list.</summary>
/// <typeparam name="T">The item.</typeparam>
public sealed record Page<T>
{
    /// <summary>The items, newest first where they have a time.</summary>
    public required IReadOnlyList<T> Items { get; init; }
    /// <summary>Pass as <c>after</c> to get the next page; null: this was the last.</summary>
    public string? Next { get; init; }
}
