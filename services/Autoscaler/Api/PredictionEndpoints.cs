using Platform.Autoscaler.Decisions;
using Platform.Autoscaler.History;
using Platform.Autoscaler.Predictions;
using Platform.Contracts.Metrics;
using Platform.Contracts.Units;
using Platform.Hosting;

namespace Platform.Autoscaler.Api;

/// <summary>What the metrics of an application are forecast to be, as a fan of quantiles after what they were.</summary>
internal static class PredictionEndpoints
{
    private static readonly TimeSpan Nearest = TimeSpan.FromMinutes(1);

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/predictions", ListAsync).RequireAuthorization(Roles.Viewer).Produces<PredictionView>()
            .WithSummary("What is forecast for an application").WithDescription("service (or application) names it, metric is requests unless said otherwise, timeHorizon is 1m to 48h. Quantiles per step, what was measured before, the models that carried the forecast and how right they were lately, and what was left out as untypical.");

    private static async Task<IResult> ListAsync(
        string? service, string? application, string? metric, string? timeHorizon, FleetHistory history, Fleet fleet, Forecasts forecasts, CancellationToken cancellationToken)
    {
        List<FieldProblem> problems = [];
        var name = service ?? application;
        if (string.IsNullOrWhiteSpace(name) || (service is not null && application is not null && service != application)) problems.Add(new("service", "the name of an application", name is null ? "nothing" : "two names"));
        var horizon = TimeSpan.FromHours(1);
        if (timeHorizon is not null && (!Duration.TryParse(timeHorizon, out horizon) || horizon < Nearest || horizon > Forecasts.Farthest))
            problems.Add(new("timeHorizon", "a duration from 1m to 48h", $"'{(timeHorizon.Length > 40 ? timeHorizon[..40] : timeHorizon)}'"));
        if (problems.Count > 0) return Problem.BadRequest("invalid-prediction", "There is no such prediction", problems);
        if (history.Find(name!) is not { } found) return RecommendationEndpoints.UnknownApplication(name!, fleet.Applications.Select(a => a.Name).Order());

        var series = metric ?? MetricNames.Requests;
        if (!found.Metrics.Contains(series))
        {
            return Problem.NotFound("metric-unknown", "There is no history of such a metric",
                $"The history of {name} has: {string.Join(", ", found.Metrics.Order().DefaultIfEmpty("nothing yet; the first minute has to end"))}. Metrics of its own are kept when its scaling settings name them.");
        }

        return Results.Ok(await forecasts.OfAsync(name!, series, horizon, cancellationToken));
    }
}
