using System.Text.Json;
using Microsoft.Extensions.Options;
using Platform.Autoscaler.Applications;
using Platform.Autoscaler.Decisions;
using Platform.Autoscaler.History;
using Platform.Autoscaler.Intake;
using Platform.Autoscaler.Outlooks;
using Platform.Autoscaler.Scaling;
using Platform.Hosting;
using Platform.Hosting.Json;
using Platform.Metrics.Streaming;
using Platform.Storage;

namespace Platform.Autoscaler.Api;

/// <summary>How the autoscaler itself does, and everything at a glance.</summary>
internal static class OverviewEndpoints
{
    private const int ShownDecisions = 20;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/health", Health).RequireAuthorization(Roles.Viewer).Produces<AutoscalerHealth>()
            .WithSummary("How the autoscaler does").WithDescription("Whether it decides here, what it waits for, how much history it has, and which measurements were wrong since the start, by fault.");
        endpoints.MapGet("/dashboard", DashboardAsync).RequireAuthorization(Roles.Viewer).Produces<AutoscalerDashboard>()
            .WithSummary("Everything at a glance").WithDescription("Health, what is recommended and forecast for each application, and the newest decisions.");
    }

    private static IResult Health(Fleet fleet, Leadership leadership, FleetHistory history, HistoryKeeper keeper, SampleFaults faults, OutlookFeeder outlooks, IEnumerable<IMetricReading> readings, TimeProvider time) =>
        Results.Ok(Of(fleet, leadership, history, keeper, faults, outlooks, readings, time));

    private static async Task<IResult> DashboardAsync(
        [FromKeyedServices(AutoscalerModule.Name)] Database database, Fleet fleet, Leadership leadership, FleetHistory history, HistoryKeeper keeper, SampleFaults faults,
        OutlookFeeder outlooks, IEnumerable<IMetricReading> readings, MetricIntake metrics, DecisionLoop decisions, IOptions<AutoscalerOptions> options, TimeProvider time, CancellationToken cancellationToken)
    {
        var (applications, newest) = await database.ReadAsync(
            async reader => (await ApplicationStore.ListAsync(reader), await DecisionStore.PageAsync(reader, null, long.MaxValue, ShownDecisions)), cancellationToken);
        var now = time.GetUtcNow();
        return Results.Ok(new AutoscalerDashboard
        {
            Health = Of(fleet, leadership, history, keeper, faults, outlooks, readings, time),
            Applications =
            [
                .. applications.Select(application => RecommendationEndpoints.View(
                    application, fleet.Find(application.Name), decisions.Latest(application.Name), metrics.LastHeard(application.Name), now, options.Value)),
            ],
            Decisions =
            [
                .. newest.Select(row => new DecisionView
                {
                    Sequence = row.Sequence, Application = row.Application, Decision = JsonSerializer.Deserialize<ScalingDecision>(row.Decision, PlatformJson.Options)!,
                }),
            ],
        });
    }

    private static AutoscalerHealth Of(
        Fleet fleet, Leadership leadership, FleetHistory history, HistoryKeeper keeper, SampleFaults faults, OutlookFeeder outlooks, IEnumerable<IMetricReading> readings, TimeProvider time)
    {
        List<string> waiting = [.. readings.Where(reading => reading.Subscriber == AutoscalerModule.Name && reading.WaitingFor is not null).Select(reading => reading.WaitingFor!).Distinct()];
        if (!keeper.Loaded.IsCompleted) waiting.Add("The history is being read.");
        if (keeper.Pending > 2) waiting.Add($"{keeper.Pending} minutes of history could not be written yet.");
        waiting.AddRange(fleet.Applications.Where(application => application.Broken is not null).Select(application => $"{application.Name}: {application.Broken}"));
        return new AutoscalerHealth
        {
            Status = waiting.Count == 0 ? "healthy" : "degraded",
            At = time.GetUtcNow(),
            Decides = leadership.IsHeld,
            Applications = fleet.Count,
            WaitingFor = waiting,
            History = new HistoryHealth
            {
                Loaded = keeper.Loaded.IsCompleted,
                Through = DateTimeOffset.UnixEpoch + TimeSpan.FromMinutes(history.ClosedThrough + 1),
                PendingMinutes = keeper.Pending,
                Bytes = history.Applications.Sum(application => application.Bytes),
            },
            Forecasts = outlooks.Count,
            SampleFaults = faults.ToDictionary(),
        };
    }
}

/// <summary>How the autoscaler does.</summary>
internal sealed record AutoscalerHealth
{
    /// <summary><c>healthy</c>, or <c>degraded</c>: see <see cref="WaitingFor"/>.</summary>
    public required string Status { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>True: this instance decides; false: another one does.</summary>
    public required bool Decides { get; init; }

    /// <summary>Applications it decides for.</summary>
    public required int Applications { get; init; }

    /// <summary>What it waits for; empty: nothing.</summary>
    public required IReadOnlyList<string> WaitingFor { get; init; }

    public required HistoryHealth History { get; init; }

    /// <summary>Applications whose demand is forecast for decisions.</summary>
    public required int Forecasts { get; init; }

    /// <summary>Measurements that were wrong since the start, by fault.</summary>
    public required IReadOnlyDictionary<string, long> SampleFaults { get; init; }
}

/// <summary>How the history does.</summary>
internal sealed record HistoryHealth
{
    /// <summary>True: what came before the start is read.</summary>
    public required bool Loaded { get; init; }

    /// <summary>Up to when it is whole.</summary>
    public required DateTimeOffset Through { get; init; }

    /// <summary>Minutes that are over and not written yet.</summary>
    public required int PendingMinutes { get; init; }

    /// <summary>Memory it takes.</summary>
    public required long Bytes { get; init; }
}

/// <summary>Everything at a glance.</summary>
internal sealed record AutoscalerDashboard
{
    public required AutoscalerHealth Health { get; init; }

    public required IReadOnlyList<RecommendationView> Applications { get; init; }

    /// <summary>The newest decisions.</summary>
    public required IReadOnlyList<DecisionView> Decisions { get; init; }
}
