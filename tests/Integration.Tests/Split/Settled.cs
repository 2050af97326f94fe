using Platform.Contracts.Http;
using Platform.Gateway.Api;
using Platform.Testing;

namespace Platform.Integration.Tests.Split;

/// <summary>What must hold when everything is quiet again, asked of the outside: the kernel, the database's tables, the gateway's routes, the event log.</summary>
internal static class Settled
{
    private static readonly string[] Modules = ["deployment", "autoscaler", "healthmonitor"];

    /// <summary>The application serves <paramref name="revision"/>; nothing is lost, doubled, orphaned or left waiting.</summary>
    /// <param name="platform">The services.</param>
    /// <param name="revision">What is to serve.</param>
    /// <param name="mayHaveDoubled">A service that was frozen may have started, when it woke, what another had started for it; it takes it away again.</param>
    public static async Task CheckAsync(SplitPlatform platform, string revision, bool mayHaveDoubled = false)
    {
        await platform.WaitUntilReadyAsync();
        var application = await platform.ApplicationAsync(
            a => a.StableRevision == revision && a.Rollout is null && a.ReadyReplicas == a.WantedReplicas && a.Replicas.Count == a.WantedReplicas,
            $"serves {revision} with what it wants");
        await AreExactlyThoseOwnedAsync(platform, application);
        if (!mayHaveDoubled) Assert.Empty(platform.Replicas.Doubled);
        await platform.UntilAsync<List<RouteView>>("gateway", "/routes",
            routes => routes is [var route] && route.Draining.Count == 0
                && Same(route.Revisions.Where(r => r.Weight > 0).SelectMany(r => r.Replicas).Select(r => r.Id), application.Replicas.Select(r => r.Id)),
            "the gateway routes to exactly the owned replicas");
        foreach (var module in Modules)
        {
            await Eventually.HoldsAsync(async () => await platform.CountAsync($"SELECT COUNT(*) FROM {module}.outbox_message") == 0, $"the outbox of {module} is empty");
            Assert.Equal(0, await platform.CountAsync($"SELECT COUNT(*) FROM {module}.dead_letter"));
        }
    }

    /// <summary>Every event of a rollout once, with its end; every replica started and stopped at most once.</summary>
    /// <returns>The rollout's events, oldest first.</returns>
    public static async Task<IReadOnlyList<LoggedEvent>> EventsOnceAsync(SplitPlatform platform, RolloutView rollout, string? except = null)
    {
        var end = rollout.State switch { "completed" => "DeploymentCompleted", "rolledBack" => "DeploymentRolledBack", _ => "DeploymentFailed" };
        var page = await platform.UntilAsync<EventPage>("healthmonitor", $"/events?application={Revisions.Application}&limit=200",
            p => p.Items.Any(e => e.Type == end && e.CorrelationId == rollout.Id), $"the log has the {end} of {rollout.Revision}");
        var own = page.Items.Where(e => e.CorrelationId == rollout.Id).OrderBy(e => e.Sequence).ToList();
        Assert.Single(own, e => e.Type == "RolloutStarted");
        Assert.Single(own, e => e.Type == end);
        foreach (var kind in new[] { "ReplicaStarted", "ReplicaStopped", "ReplicaDrained" })
        {
            var twice = page.Items.Where(e => e.Type == kind && (except is null || e.Replica != except)).GroupBy(e => e.Replica).Where(g => g.Count() > 1).Select(g => $"{kind} {g.Key} × {g.Count()}");
            Assert.Empty(twice);
        }

        return own;
    }

    private static async Task AreExactlyThoseOwnedAsync(SplitPlatform platform, ApplicationView application)
    {
        var owned = application.Replicas.Select(r => $"{r.ProcessId} {r.Id}").ToList();
        var live = new List<string>();
        try
        {
            await Eventually.HoldsAsync(() => Same(live = [.. platform.Replicas.Now().Select(r => $"{r.Process} {r.Replica}")], owned), "");
        }
        catch (TimeoutException)
        {
            Assert.Equal(owned.Order(), live.Order());
        }
    }

    private static bool Same(IEnumerable<string> left, IEnumerable<string> right) => left.Order().SequenceEqual(right.Order());
}
