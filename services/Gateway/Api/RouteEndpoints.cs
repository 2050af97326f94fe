using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Gateway.Replicas;
using Platform.Gateway.Routing;
using Platform.Hosting;

namespace Platform.Gateway.Api;

/// <summary>What the gateway routes by, for people who look. Nothing can be changed here: tables come from Deployment.</summary>
internal static class RouteEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var routes = endpoints.MapGroup("/routes").WithTags("Routes").RequireAuthorization(Roles.Viewer);
        routes.MapGet("/", (RouteTables tables, TimeProvider time) => tables.Snapshot.Routes.Select(r => View(r, tables, time)).ToList())
            .WithSummary("Every application's table, with the health and the load of its replicas.");
        routes.MapGet("/{application}", Results<Ok<RouteView>, ProblemResult> (string application, RouteTables tables, TimeProvider time) =>
            tables.Snapshot.Routes.FirstOrDefault(r => r.Application == application) is { } route
                ? TypedResults.Ok(View(route, tables, time))
                : Problem.NotFound("no-such-application", "The gateway has no routes for this application", "GET /routes lists those it has."))
            .WithSummary("One application's table.");
    }

    private static RouteView View(ApplicationRoute route, RouteTables tables, TimeProvider time) => new()
    {
        Application = route.Application,
        Generation = route.Table.Generation,
        Hosts = route.Table.Hosts,
        PathPrefix = route.Table.PathPrefix,
        LoadBalancing = route.Table.LoadBalancing,
        Rules = [.. route.Table.Rules.Select(r => new RuleView { Header = r.Header, Cookie = r.Cookie, Value = r.Value, Revision = r.Revision })],
        Sticky = route.Sticky?.Pool.Revision,
        Held = route.Traffic.Held,
        Revisions =
        [
            .. route.Table.Revisions.Zip(route.Revisions, (told, pool) => new RevisionView
            {
                Revision = pool.Revision,
                Weight = pool.Weight,
                Mirror = told.Mirror,
                MirrorWrites = told.MirrorWrites,
                Replicas = [.. pool.Replicas.Select(p => View(p, time))],
            }),
        ],
        Draining = [.. tables.Replicas.Where(r => r.IsRetired && r.Application == route.Application).Select(r => View(r, time))],
    };

    private static ReplicaView View(Replica replica, TimeProvider time) => new()
    {
        Id = replica.Id,
        Address = replica.Address,
        Ready = !replica.IsRetired && replica.Health.IsReady(time.GetTimestamp()),
        InFlight = replica.Serving,
        Requests = replica.Counters.Requests,
        Errors = replica.Counters.Errors,
        Mirrored = replica.Mirrored.Requests,
        MirroredErrors = replica.Mirrored.Errors,
        Ejections = replica.Health.Ejections,
        EjectedFor = replica.Health.EjectedFor,
        HealthCheck = replica.Health.Seen,
    };
}
