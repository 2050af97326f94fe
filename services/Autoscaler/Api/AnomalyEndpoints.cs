using Platform.Autoscaler.Anomalies.Watching;
using Platform.Hosting;
using Platform.Storage;

namespace Platform.Autoscaler.Api;

/// <summary>What was unusual, and what may have caused it.</summary>
internal static class AnomalyEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapGet("/anomalies", ListAsync).RequireAuthorization(Roles.Viewer)
        .WithSummary("Anomalies, newest first")
        .WithDescription("Per anomaly: metric, value, expected range, score, severity and ranked causes. By application, metric, since (a time) and open=true; pages with limit and after.");

    private static async Task<IResult> ListAsync(
        string? application,
        string? metric,
        DateTimeOffset? since,
        bool? open,
        [AsParameters] PageRequest page,
        [FromKeyedServices(AutoscalerModule.Name)] Database database,
        CancellationToken cancellationToken)
    {
        if (page.Check(out var after) is { } problem) return problem;
        var rows = await database.ReadAsync(
            reader => AnomalyStore.PageAsync(reader, application, metric, since ?? DateTimeOffset.UnixEpoch, open ?? false, after ?? long.MaxValue, page.Take + 1), cancellationToken);
        return Results.Ok(page.Of(rows, anomaly => anomaly.Sequence));
    }
}
