using Platform.HealthMonitor.Alerts;
using Platform.HealthMonitor.Reports;
using Platform.Hosting;
using Platform.Storage;

namespace Platform.HealthMonitor.Api;

/// <summary>The report, and alerts.</summary>
internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/health/report", (Reporter reporter, CancellationToken cancellationToken) => reporter.ReportAsync(cancellationToken))
            .RequireAuthorization(Roles.Viewer).WithSummary("How the whole platform is").WithDescription("Overall, per service, per application, performance, active alerts, and what to do.");
        endpoints.MapGet("/alerts", AlertsAsync).RequireAuthorization(Roles.Viewer)
            .WithSummary("Active alerts, and past ones by page");
    }

    private static async Task<IResult> AlertsAsync(
        string? application, [AsParameters] PageRequest page, [FromKeyedServices(HealthMonitorModule.Name)] Database database, CancellationToken cancellationToken)
    {
        if (page.Check(out var after) is { } problem) return problem;
        var until = after is not { } before || before > Microseconds(DateTimeOffset.MaxValue) ? DateTimeOffset.MaxValue : DateTimeOffset.UnixEpoch.AddTicks(before * TimeSpan.TicksPerMicrosecond);
        var (active, history) = await database.ReadAsync(
            async reader => (await AlertStore.ActiveAsync(reader), await AlertStore.HistoryAsync(reader, application, until, page.Take + 1)), cancellationToken);
        return Results.Ok(new AlertsView
        {
            Active = [.. active.Where(alert => application is null || alert.Application == application).Select(ReportBuilder.View)],
            History = page.Of([.. history.Select(ReportBuilder.View)], alert => Microseconds(alert.RaisedAt)),
        });
    }

    private static long Microseconds(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}

/// <summary>Alerts.</summary>
internal sealed record AlertsView
{
    /// <summary>Raised and not resolved, newest first.</summary>
    public required IReadOnlyList<AlertView> Active { get; init; }

    /// <summary>Resolved, newest first.</summary>
    public required Contracts.Http.Page<AlertView> History { get; init; }
}
