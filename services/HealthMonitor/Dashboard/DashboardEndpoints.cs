using Platform.Contracts.Http;
using Platform.Contracts.Scaling;
using Platform.HealthMonitor.Api;
using Platform.HealthMonitor.Events;
using Platform.HealthMonitor.Live;
using Platform.HealthMonitor.ReadModel;
using Platform.HealthMonitor.Reports;
using Platform.Hosting;
using Platform.Storage;

namespace Platform.HealthMonitor.Dashboard;

/// <summary>Everything the dashboard's page needs.</summary>
internal static class DashboardEndpoints
{
    private const int RecentEvents = 50;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>Samples of a second may come in late: the last seconds are told again each time.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/dashboard/state", StateAsync).RequireAuthorization(Roles.Viewer).WithSummary("The whole page in one answer");
        endpoints.MapGet("/dashboard/stream", StreamAsync).RequireAuthorization(Roles.Viewer)
            .WithSummary("The page, live").WithDescription("Server-sent events: 'state' (the report) and 'samples' (the last seconds of each application) once a second, 'scaling' for each application whose forecast, need and cost are told anew, 'event' for each event of the log, resumed after Last-Event-ID.");
        endpoints.MapGet("/dashboard/history", History).RequireAuthorization(Roles.Viewer)
            .WithSummary("Per-second series of an application").WithDescription("The last 15 minutes, or ?window=5m; null where nothing was measured.");
        endpoints.MapGet("/dashboard/scaling", ScalingAsync).RequireAuthorization(Roles.Viewer).Produces<IReadOnlyList<ScalingProgressed>>()
            .WithSummary("Forecast, need, shadow and cost of applications, as last told").WithDescription("Of all applications, or ?application=.");
        endpoints.MapGet("/dashboard/rollouts/{id:guid}/evidence", EvidenceAsync).RequireAuthorization(Roles.Viewer).Produces<IReadOnlyList<EvidenceView>>()
            .WithSummary("What the judge knew of a rollout at which time, oldest first").WithDescription("Kept of each application's newest rollout. The state has the latest point.");
    }

    private static async Task<IResult> ScalingAsync(string? application, [FromKeyedServices(HealthMonitorModule.Name)] Database database, CancellationToken cancellationToken) =>
        TypedResults.Ok(await database.ReadAsync(reader => ScalingPictures.AfterAsync(reader, DateTimeOffset.UnixEpoch, application), cancellationToken));

    private static async Task<IResult> EvidenceAsync(Guid id, [FromKeyedServices(HealthMonitorModule.Name)] Database database, CancellationToken cancellationToken) =>
        await database.ReadAsync(reader => RolloutPictures.EvidenceAsync(reader, id), cancellationToken) is { } evidence
            ? TypedResults.Ok(evidence)
            : Problem.NotFound("no-such-rollout", "There is no such rollout", "GET /health/report shows each application's newest one.");

    private static async Task<DashboardState> StateAsync(Reporter reporter, [FromKeyedServices(HealthMonitorModule.Name)] Database database, CancellationToken cancellationToken)
    {
        var events = await database.ReadAsync(reader => EventLog.BeforeAsync(reader, long.MaxValue, RecentEvents), cancellationToken);
        return new DashboardState(await reporter.ReportAsync(cancellationToken), [.. events.Select(EventView.Of)]);
    }

    private static async Task StreamAsync(
        HttpContext context, Reporter reporter, LiveMetrics metrics, [FromKeyedServices(HealthMonitorModule.Name)] Database database, TimeProvider time, IHostApplicationLifetime lifetime)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        var stream = new ServerSentEvents(context);
        try
        {
            var last = ServerSentEvents.LastEventId(context.Request) ?? await database.ReadAsync(EventLog.HeadAsync, ending.Token);
            await stream.BeginAsync();
            var drawn = DateTimeOffset.UnixEpoch;
            using var timer = new PeriodicTimer(Tick, time);
            do
            {
                foreach (var record in await database.ReadAsync(reader => EventLog.AfterAsync(reader, last, RecentEvents * 4), ending.Token))
                {
                    await stream.SendAsync("event", EventView.Of(record), record.Sequence);
                    last = record.Sequence;
                }

                var report = await reporter.ReportAsync(ending.Token);
                await stream.SendAsync("state", report);
                var pictures = await database.ReadAsync(reader => ScalingPictures.AfterAsync(reader, drawn), ending.Token);
                if (pictures.Count > 0)
                {
                    await stream.SendAsync("scaling", pictures);
                    drawn = pictures[^1].At;
                }

                await stream.SendAsync("samples", report.Applications.Select(application => DashboardHistory.Of(metrics, application.Name, Settling, time.GetUtcNow())));
                await stream.FlushAsync();
            }
            while (await timer.WaitForNextTickAsync(ending.Token));
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The page was closed, or the service stops.
        }
    }

    private static IResult History(string application, string? window, LiveMetrics metrics, TimeProvider time)
    {
        var length = Longest;
        if (window is not null && (!Contracts.Units.Duration.TryParse(window, out length) || length < Tick || length > Longest))
        {
            return Problem.BadRequest("bad-window", "The window cannot be shown", [new FieldProblem("window", "1s to 15m", $"'{(window.Length > 40 ? window[..40] : window)}'")]);
        }

        return Results.Ok(DashboardHistory.Of(metrics, application, length, time.GetUtcNow()));
    }
}

/// <summary>The page.</summary>
/// <param name="Report">How everything is.</param>
/// <param name="Events">The newest events, newest first.</param>
internal sealed record DashboardState(HealthReport Report, IReadOnlyList<EventView> Events);
