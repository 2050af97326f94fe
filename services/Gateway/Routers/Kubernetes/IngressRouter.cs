using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Platform.Contracts.Traffic;
using Platform.Effects;
using Platform.Workloads.Runtimes;
using Platform.Workloads.Runtimes.Kubernetes;
using Platform.Workloads.Runtimes.Kubernetes.Api;

namespace Platform.Gateway.Routers.Kubernetes;

/// <summary>
/// Clients come through a cluster's ingress-nginx (<see cref="IngressPlan"/>). In force means that the API server has taken the objects, endpoints
/// before what leads to them; the controller takes them over a moment later, and tells nobody. What earlier tables sent to a replica counts as ended
/// when the drain timeout has passed: nothing tells how many requests are under way there.
/// </summary>
internal sealed class IngressRouter(Cluster cluster, IEffects effects, IOptions<IngressOptions> options, TimeProvider clock) : ITrafficRouter
{
    private readonly ConcurrentDictionary<string, Routed> _routed = new(StringComparer.Ordinal);

    public string Name => "ingress";

    private string Place => options.Value.Namespace ?? cluster.Namespaces[0];

    public Task<string?> ApplyAsync(RouteTable table, CancellationToken cancellationToken) => TryAsync(async () =>
    {
        var present = await cluster.Api.GetAsync($"{Collection("ingresses")}/{IngressPlan.IngressName(table.Application)}", cancellationToken);
        var plan = IngressPlan.Of(table, present.Texts("metadata", "annotations").GetValueOrDefault(IngressPlan.Revision), options.Value.Class!);
        if (plan.Problem is not null) return plan.Problem;
        foreach (var wanted in plan.Objects) await ActAsync($"apply {wanted.Name}", () => cluster.Api.ApplyAsync($"{Collection(wanted.Collection)}/{wanted.Name}", wanted.Object, cancellationToken));
        await ClearAsync(table.Application, plan.Objects.Select(o => o.Name).ToHashSet(StringComparer.Ordinal), cancellationToken);
        Note(table.Application, string.Join(' ', table.Revisions.SelectMany(r => r.Replicas).Select(r => r.Id).Order(StringComparer.Ordinal)));
        return null;
    });

    public Task<string?> RemoveAsync(string application, CancellationToken cancellationToken) => TryAsync(async () =>
    {
        if (await ClearAsync(application, [], cancellationToken)) Note(application, "");
        return null;
    });

    public ValueTask<bool> HasDrainedAsync(RouteTable inForce, CancellationToken cancellationToken)
    {
        // What an earlier run routed is as if it had been changed when this one first heard of it.
        if (!_routed.TryGetValue(inForce.Application, out var routed)) return ValueTask.FromResult(inForce.Router != Name);
        return ValueTask.FromResult(clock.GetElapsedTime(routed.Since) >= inForce.DrainTimeout);
    }

    /// <summary>Removes what is not kept: what leads there before what it leads to.</summary>
    private async Task<bool> ClearAsync(string application, HashSet<string> kept, CancellationToken ct)
    {
        var any = false;
        foreach (var kind in (string[])["ingresses", "services", "endpointslices"])
        {
            var (items, _) = await cluster.Api.ListAsync(Collection(kind), $"{IngressPlan.Ours}={IngressPlan.Us},{IngressPlan.Application}={application}", ct);
            // The canary last among the Ingresses' goings would be alone, which ingress-nginx refuses: it goes first.
            foreach (var item in items.Where(i => !kept.Contains(i.NameOf())).OrderByDescending(i => i.NameOf(), StringComparer.Ordinal))
            {
                any = true;
                await ActAsync($"remove {item.NameOf()}", () => cluster.Api.DeleteAsync($"{Collection(kind)}/{item.NameOf()}", item.UidOf(), null, ct));
            }

            if (kind == "ingresses" && kept.Count == 0 && items.Count == 0) return any;
        }

        return any;
    }

    private void Note(string application, string replicas) =>
        _routed.AddOrUpdate(application, _ => new Routed(replicas, clock.GetTimestamp()), (_, known) => known.Replicas == replicas ? known : new Routed(replicas, clock.GetTimestamp()));

    private string Collection(string kind) => kind switch
    {
        "ingresses" => ResourcePaths.Ingresses(Place),
        "services" => ResourcePaths.Services(Place),
        _ => ResourcePaths.EndpointSlices(Place),
    };

    private Task ActAsync(string what, Func<Task> act) => effects.PerformAsync(EffectKind.HttpSend, $"kubernetes {what}", act);

    private static async Task<string?> TryAsync(Func<Task<string?>> act)
    {
        try
        {
            return await act();
        }
        catch (Exception error) when (error is ApiRefusedException or RuntimeUnavailableException or ClusterAccessException)
        {
            return error.Message;
        }
    }

    /// <summary>The replicas last routed to, and since when these.</summary>
    private sealed record Routed(string Replicas, long Since);
}
