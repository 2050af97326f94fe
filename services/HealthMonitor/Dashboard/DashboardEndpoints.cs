using Platform.Contracts.Metrics;
using Platform.HealthMonitor.Api;
using Platform.HealthMonitor.Events;
using Platform.HealthMonitor.Live;
using Platform.HealthMonitor.Reports;
using Platform.Hosting;
using Platform.Metrics.Windows;
using Platform.Storage;

namespace Platform.HealthMonitor.Dashboard;

/// <summary>Everything the dashboard's page needs.</summary>
internal static class DashboardEndpoints
{
    private const int RecentEvents = 50;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/dashboard/state", StateAsync).RequireAuthorization(Roles.Viewer).WithSummary("The whole page in one answer");
        endpoints.MapGet("/dashboard/stream", StreamAsync).RequireAuthorization(Roles.Viewer)
            .WithSummary("The page, live").WithDescription("Server-sent events: 'state' (the report) once a second, 'event' for each event of the log, resumed after Last-Event-ID.");
        endpoints.MapGet("/dashboard/history", History).RequireAuthorization(Roles.Viewer)
            .WithSummary("Per-second series of an application").WithDescription("The last 15 minutes, or ?window=5m; null where nothing was measured.");
    }

    private static async Task<DashboardState> StateAsync(Reporter reporter, [FromKeyedServices(HealthMonitorModule.Name)] Database database, CancellationToken cancellationToken)
    {
        var events = await database.ReadAsync(reader => EventLog.BeforeAsync(reader, long.MaxValue, RecentEvents), cancellationToken);
        return new DashboardState(await reporter.ReportAsync(cancellationToken), [.. events.Select(EventView.Of)]);
    }

    private static async Task StreamAsync(
        HttpContext context, Reporter reporter, [FromKeyedServices(HealthMonitorModule.Name)] Database database, TimeProvider time, IHostApplicationLifetime lifetime)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        var stream = new ServerSentEvents(context);
        try
        {
            var last = ServerSentEvents.LastEventId(context.Request) ?? await database.ReadAsync(EventLog.HeadAsync, ending.Token);
            await stream.BeginAsync();
            using var timer = new PeriodicTimer(Tick, time);
            do
            {
                foreach (var record in await database.ReadAsync(reader => EventLog.AfterAsync(reader, last, RecentEvents * 4), ending.Token))
                {
                    await stream.SendAsync("event", EventView.Of(record), record.Sequence);
                    last = record.Sequence;
                }

                await stream.SendAsync("state", await reporter.ReportAsync(ending.Token));
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

        var over = metrics.Windows.Over(length);
        var seconds = (int)length.TotalSeconds;
        var first = time.GetUtcNow().ToUnixTimeSeconds() - seconds;
        double?[] Series(Statistic statistic, string metric, double factor = 1)
        {
            var values = new double?[seconds];
            foreach (var point in over.History(statistic, application, metric))
            {
                var at = point.At.ToUnixTimeSeconds() - first;
                if (at >= 0 && at < seconds && point.Value is { } value) values[at] = Math.Round(value * factor, 4);
            }

            return values;
        }

        return Results.Ok(new DashboardHistory
        {
            Application = application,
            From = DateTimeOffset.FromUnixTimeSeconds(first),
            StepSeconds = 1,
            RequestsPerSecond = Series(Statistic.Sum, MetricNames.Requests),
            ErrorsPerSecond = Series(Statistic.Sum, MetricNames.Errors),
            P50Milliseconds = Series(Statistic.P50, MetricNames.Latency, 1000),
            P95Milliseconds = Series(Statistic.P95, MetricNames.Latency, 1000),
            P99Milliseconds = Series(Statistic.P99, MetricNames.Latency, 1000),
            ReadyReplicas = Series(Statistic.Maximum, LiveMetrics.SampledReady),
            WantedReplicas = Series(Statistic.Maximum, LiveMetrics.SampledWanted),
        });
    }
}

/// <summary>The page.</summary>
/// <param name="Report">How everything is.</param>
/// <param name="Events">The newest events, newest first.</param>
internal sealed record DashboardState(HealthReport Report, IReadOnlyList<EventView> Events);

/// <summary>Per-second series; element <c>i</c> is the second <c>From + i</c>; null: nothing was measured.</summary>
internal sealed record DashboardHistory
{
    public required string Application { get; init; }

    public required DateTimeOffset From { get; init; }

    public required int StepSeconds { get; init; }

    public required double?[] RequestsPerSecond { get; init; }

    public required double?[] ErrorsPerSecond { get; init; }

    public required double?[] P50Milliseconds { get; init; }

    public required double?[] P95Milliseconds { get; init; }

    public required double?[] P99Milliseconds { get; init; }

    public required double?[] ReadyReplicas { get; init; }

    public required double?[] WantedReplicas { get; init; }
}
