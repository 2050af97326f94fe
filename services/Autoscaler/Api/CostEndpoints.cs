using Platform.Autoscaler.Applications;
using Platform.Autoscaler.Cost;
using Platform.Contracts.Http;
using Platform.Hosting;
using Platform.Storage;

namespace Platform.Autoscaler.Api;

/// <summary>What applications cost.</summary>
internal static class CostEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/cost-analysis", ListAsync).RequireAuthorization(Roles.Viewer).Produces<Page<CostReport>>()
            .WithSummary("What applications cost, and what would cost less")
            .WithDescription("Per application: spent and to be spent, what ran for nothing, what a size, schedule or commitment would save, and a HorizontalPodAutoscaler's cost on the same demand. Pages with limit and after.");

    private static async Task<IResult> ListAsync(
        string? application, [AsParameters] PageRequest page, CostDesk desk, [FromKeyedServices(AutoscalerModule.Name)] Database database, CancellationToken cancellationToken)
    {
        if (page.Check() is { } problem) return problem;
        var names = (await database.ReadAsync(ApplicationStore.ListAsync, cancellationToken)).Select(known => known.Name).ToList();
        if (application is not null && !names.Contains(application)) return RecommendationEndpoints.UnknownApplication(application, names);
        var chosen = names.Where(name => (application is null || name == application) && (page.After is null || string.CompareOrdinal(name, page.After) > 0)).Order(StringComparer.Ordinal).Take(page.Take + 1).ToList();
        List<CostReport> reports = [];
        foreach (var name in chosen.Take(page.Take)) reports.Add(await desk.ReportAsync(name, cancellationToken));
        return Results.Ok(new Page<CostReport> { Items = reports, Next = chosen.Count > page.Take ? reports[^1].Application : null });
    }
}
