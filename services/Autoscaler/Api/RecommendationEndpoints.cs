using System.Text.Json;
using Microsoft.Extensions.Options;
using Platform.Autoscaler.Applications;
using Platform.Autoscaler.Cost;
using Platform.Autoscaler.Decisions;
using Platform.Autoscaler.Scaling;
using Platform.Autoscaler.Scaling.Schedules;
using Platform.Hosting;
using Platform.Hosting.Json;
using Platform.Storage;

namespace Platform.Autoscaler.Api;

/// <summary>What the autoscaler thinks now, and what it decided before.</summary>
internal static class RecommendationEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/recommendations", ListAsync).RequireAuthorization(Roles.Viewer)
            .WithSummary("What the autoscaler recommends now").WithDescription("Per application: current and desired replicas, each metric against its target, why, and what holds it. With ?application= also the size of a replica, a schedule and a commitment.");
        endpoints.MapGet("/decisions", DecisionsAsync).RequireAuthorization(Roles.Viewer)
            .WithSummary("Past decisions, newest first").WithDescription("Decisions that changed something, or differed from the one before. Pages with limit and after.");
    }

    private static async Task<IResult> ListAsync(
        string? application,
        [FromKeyedServices(AutoscalerModule.Name)] Database database,
        MetricIntake metrics,
        DecisionLoop decisions,
        Fleet fleet,
        IOptions<AutoscalerOptions> options,
        CostDesk desk,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var all = await database.ReadAsync(ApplicationStore.ListAsync, cancellationToken);
        var chosen = all.Where(a => application is null || a.Name == application).ToList();
        if (application is not null && chosen.Count == 0) return UnknownApplication(application, all.Select(a => a.Name));
        List<RecommendationView> views = [];
        foreach (var known in chosen)
        {
            var view = View(known, fleet.Find(known.Name), decisions.Latest(known.Name), metrics.LastHeard(known.Name), time.GetUtcNow(), options.Value);

            // Sizes and schedules are told from weeks of hours: of one application, not of all at once.
            views.Add(application is null ? view : view with { Others = await desk.OthersAsync(known.Name, cancellationToken) });
        }

        return Results.Ok(new Contracts.Http.Page<RecommendationView> { Items = views });
    }

    private static async Task<IResult> DecisionsAsync(
        string? application, string? service, [AsParameters] PageRequest page, [FromKeyedServices(AutoscalerModule.Name)] Database database, CancellationToken cancellationToken)
    {
        if (page.Check(out var after) is { } problem) return problem;
        var rows = await database.ReadAsync(reader => DecisionStore.PageAsync(reader, application ?? service, after ?? long.MaxValue, page.Take + 1), cancellationToken);
        var decisions = rows.Select(row => new DecisionView
        {
            Sequence = row.Sequence,
            Application = row.Application,
            Decision = JsonSerializer.Deserialize<ScalingDecision>(row.Decision, PlatformJson.Options)!,
        });
        return Results.Ok(page.Of([.. decisions], decision => decision.Sequence));
    }

    internal static RecommendationView View(
        ScaledApplication application, TrackedApplication? tracked, (ScalingDecision? Last, DateTimeOffset Next)? latest, DateTimeOffset? lastHeard, DateTimeOffset now, AutoscalerOptions options)
    {
        var (settings, schedule) = Schedule.Apply(tracked?.Settings ?? application.SettingsInForce(), now);
        var last = latest?.Last ?? application.ReadLast();
        var held = Situation.HeldBecause(application, settings, lastHeard, now, options);
        return new RecommendationView
        {
            Application = application.Name,
            Current = application.Wanted,
            Desired = application.PendingTo ?? (held is null ? last?.Desired : null) ?? application.Wanted,
            Min = settings.Min,
            Max = settings.Max,
            Outcome = held is not null ? ScalingOutcome.Held : last?.Outcome ?? ScalingOutcome.Held,
            Reason = held ?? last?.Reason ?? "The first decision is still to come.",
            HeldBecause = held ?? (last?.Outcome is ScalingOutcome.Held or ScalingOutcome.Disabled ? last.Reason : null),
            HeldUntil = application.HoldUntil > now ? application.HoldUntil : null,
            DecidedAt = last?.At,
            NextDecision = latest?.Next ?? now + settings.Behavior.SyncPeriod,
            Mode = settings.Mode,
            Policy = tracked?.Policy,
            Schedule = schedule,
            Recommended = last?.Recommended,
            Forecast = last?.Forecast,
            LimitedBy = last?.LimitedBy ?? [],
            Metrics = last?.Metrics ?? [],
        };
    }

    internal static ProblemResult UnknownApplication(string application, IEnumerable<string> known) => Problem.NotFound(
        "application-unknown", "There is no such application",
        $"The autoscaler knows no application '{(application.Length > 100 ? application[..100] : application)}'; it knows: {string.Join(", ", known.DefaultIfEmpty("none yet"))}.");
}
