using Platform.Contracts.Http;
using Platform.Contracts.Units;
using Platform.Deployment.Analysis;
using Platform.Deployment.Applications;
using Platform.Deployment.Replicas;
using Platform.Hosting;
using Platform.Storage;

namespace Platform.Deployment.Api;

/// <summary>How applications are at the moment: <c>GET /health</c>, <c>GET /metrics</c>; and <c>GET /audit</c>, as it is at the port's root too.</summary>
internal static class FigureEndpoints
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>Maps them.</summary>
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/health", HealthAsync).WithTags("Figures").WithSummary("Whether each application's replicas are as many as wanted, and what is wrong with those that are not healthy.")
            .Produces<HealthView>().RequireAuthorization(Roles.Viewer);
        api.MapGet("/metrics", MetricsAsync).WithTags("Figures").WithSummary("Requests, errors and latencies of each revision over the last ?window (1 minute; at most 10), and its replicas. For Prometheus: /metrics at the port's root.")
            .Produces<MetricsView>().RequireAuthorization(Roles.Viewer);
        api.MapGet("/audit", AuditAsync).WithTags("Audit").WithSummary("Who changed what in this service, and why; newest first.")
            .Produces<Page<AuditEntry>>().RequireAuthorization(Roles.Operator);
    }

    private static async Task<IResult> HealthAsync(HttpContext http, [FromKeyedServices(DeploymentModule.Name)] Database database, TimeProvider time, string? application = null)
    {
        var seen = await SeenAsync(http, database, application);
        if (seen is null) return ApplicationEndpoints.NoApplication(application!);
        ApplicationHealth[] items = [.. seen.Select(Health)];
        return TypedResults.Ok(new HealthView
        {
            At = time.GetUtcNow(),
            Status = items.Select(i => i.Status).Append(ApplicationHealth.Healthy).MaxBy(ApplicationHealth.Severity)!,
            Items = items,
        });
    }

    private static async Task<IResult> MetricsAsync(
        HttpContext http, [FromKeyedServices(DeploymentModule.Name)] Database database, RevisionMetrics metrics, TimeProvider time, string? application = null, string? window = null)
    {
        var span = TimeSpan.FromMinutes(1);
        if (window is not null && (!Duration.TryParse(window, out span) || span <= TimeSpan.Zero || span > Longest))
            return Problem.BadRequest("invalid-window", "The figures cannot be given", [new FieldProblem("window", "a duration such as 30s or 5m, at most 10m", window)]);
        var seen = await SeenAsync(http, database, application);
        if (seen is null) return ApplicationEndpoints.NoApplication(application!);
        var now = time.GetUtcNow();
        return TypedResults.Ok(new MetricsView
        {
            At = now,
            Window = span,
            Since = metrics.Since > now - span ? metrics.Since : null,
            Items = [.. seen.SelectMany(a => Revisions(a).Select(revision => Figures(a, revision, metrics.Sum(a.Row.Name, revision, now - span), span)))],
        });
    }

    private static async Task<IResult> AuditAsync(HttpContext http, [FromKeyedServices(DeploymentModule.Name)] IAuditLog log, [AsParameters] PageRequest page)
    {
        if (page.Check(out var before) is { } problem) return problem;
        return TypedResults.Ok(page.Of(await log.ReadAsync(page.Take + 1, before, http.RequestAborted), e => e.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    /// <summary>The applications asked for; null: there is no such one.</summary>
    private static Task<IReadOnlyList<Seen>?> SeenAsync(HttpContext http, Database database, string? application) => database.ReadAsync<IReadOnlyList<Seen>?>(
        async reader =>
        {
            var rows = (await reader.ApplicationsAsync()).Where(a => application is null || a.Name == application).ToList();
            if (rows.Count == 0 && application is not null) return null;
            var seen = new List<Seen>();
            foreach (var row in rows) seen.Add(new Seen(row, await reader.TargetsAsync(row.Name), await reader.LiveReplicasAsync(row.Name)));
            return seen;
        },
        http.RequestAborted);

    private static IEnumerable<string> Revisions(Seen seen) => seen.Targets.Select(t => t.Revision).Union(seen.Replicas.Select(r => r.Revision)).Order(StringComparer.Ordinal);

    private static ApplicationHealth Health(Seen seen)
    {
        var (wanted, ready) = (seen.Targets.Sum(t => t.Wanted), Count(seen, ReplicaState.Ready));
        var sick = seen.Replicas.Where(r => r.Phase == ReplicaState.Unhealthy).ToList();
        return new ApplicationHealth
        {
            Application = seen.Row.Name,
            Status = ready == 0 && wanted > 0 ? ApplicationHealth.Down : ready < wanted || sick.Count > 0 ? ApplicationHealth.Degraded : ApplicationHealth.Healthy,
            StableRevision = seen.Row.StableRevision,
            Wanted = wanted,
            Ready = ready,
            Starting = Count(seen, ReplicaState.Starting),
            Unhealthy = sick.Count,
            Draining = Count(seen, ReplicaState.Draining),
            Rollout = seen.Row.Rollout,
            Finding = sick.FirstOrDefault() is { } first ? $"{first.Id}: {first.Note ?? "unhealthy"}" : null,
        };
    }

    private static RevisionFigures Figures(Seen seen, string revision, AnalysisInterval? interval, TimeSpan window)
    {
        var counts = interval?.Baseline;
        var target = seen.Targets.FirstOrDefault(t => t.Revision == revision);
        return new RevisionFigures
        {
            Application = seen.Row.Name,
            Revision = revision,
            Weight = target?.Weight ?? 0,
            Wanted = target?.Wanted ?? 0,
            Ready = seen.Replicas.Count(r => r.Revision == revision && r.Phase == ReplicaState.Ready),
            RequestsPerSecond = Math.Round((counts?.Requests ?? 0) / window.TotalSeconds, 3),
            ErrorRate = counts is { Requests: > 0 } ? (double)counts.Errors / counts.Requests : null,
            P50 = Quantile(0.5),
            P95 = Quantile(0.95),
            P99 = Quantile(0.99),
        };

        TimeSpan? Quantile(double q) => counts?.Latencies is { Count: > 0 } latencies ? TimeSpan.FromSeconds(latencies.Quantile(q)) : null;
    }

    private static int Count(Seen seen, ReplicaState state) => seen.Replicas.Count(r => r.Phase == state);

    private sealed record Seen(ApplicationRow Row, IReadOnlyList<TargetRow> Targets, IReadOnlyList<ReplicaRow> Replicas);
}

/// <summary>How all applications are.</summary>
internal sealed record HealthView
{
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>The worst of them.</summary>
    public required string Status { get; init; }
    /// <summary>By name.</summary>
    public required IReadOnlyList<ApplicationHealth> Items { get; init; }
}

/// <summary>How an application is.</summary>
internal sealed record ApplicationHealth
{
    public const string Healthy = "healthy", Degraded = "degraded", Down = "down";

    /// <summary>Its name.</summary>
    public required string Application { get; init; }
    /// <summary><c>healthy</c>; <c>degraded</c>: fewer ready than wanted, or one is sick; <c>down</c>: none is ready.</summary>
    public required string Status { get; init; }
    /// <summary>The revision that serves.</summary>
    public string? StableRevision { get; init; }
    /// <summary>Replicas wanted, of all revisions.</summary>
    public required int Wanted { get; init; }
    /// <summary>Those that are ready.</summary>
    public required int Ready { get; init; }
    /// <summary>Those that start.</summary>
    public required int Starting { get; init; }
    /// <summary>Those whose checks fail.</summary>
    public required int Unhealthy { get; init; }
    /// <summary>Those that leave.</summary>
    public required int Draining { get; init; }
    /// <summary>The rollout under way.</summary>
    public Guid? Rollout { get; init; }
    /// <summary>What a sick one's check saw.</summary>
    public string? Finding { get; init; }

    /// <summary>The worse, the higher.</summary>
    public static int Severity(string status) => status switch { Healthy => 0, Degraded => 1, _ => 2 };
}

/// <summary>What revisions' requests were like.</summary>
internal sealed record MetricsView
{
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>Over how long.</summary>
    public required TimeSpan Window { get; init; }
    /// <summary>Since when there are figures at all, where that is not the whole window: the service was started then.</summary>
    public DateTimeOffset? Since { get; init; }
    /// <summary>By application and revision.</summary>
    public required IReadOnlyList<RevisionFigures> Items { get; init; }
}

/// <summary>A revision's figures.</summary>
internal sealed record RevisionFigures
{
    /// <summary>The application.</summary>
    public required string Application { get; init; }
    /// <summary>The revision.</summary>
    public required string Revision { get; init; }
    /// <summary>Its share of the traffic, relative to the sum.</summary>
    public required int Weight { get; init; }
    /// <summary>Replicas wanted.</summary>
    public required int Wanted { get; init; }
    /// <summary>Replicas ready.</summary>
    public required int Ready { get; init; }
    /// <summary>Requests a second, copies among them.</summary>
    public required double RequestsPerSecond { get; init; }
    /// <summary>Share of them that failed; null: there were none.</summary>
    public double? ErrorRate { get; init; }
    /// <summary>Half were answered within.</summary>
    public TimeSpan? P50 { get; init; }
    /// <summary>95 % were answered within.</summary>
    public TimeSpan? P95 { get; init; }
    /// <summary>99 % were answered within.</summary>
    public TimeSpan? P99 { get; init; }
}
