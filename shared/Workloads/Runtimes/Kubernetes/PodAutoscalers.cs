using System.Text.Json.Nodes;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes.Kubernetes.Api;

namespace Platform.Workloads.Runtimes.Kubernetes;

/// <summary>Something outside that decides how many replicas an application has.</summary>
/// <param name="Name">What it is called, for people.</param>
/// <param name="Replicas">How many it wants; null: it has not decided yet.</param>
public sealed record OutsideScale(string Name, int? Replicas);

/// <summary>Finds out whether something outside decides how many replicas an application has.</summary>
public interface IOutsideScaling
{
    /// <summary>What it wants.</summary>
    /// <param name="manifest">The manifest of the application's stable revision.</param>
    /// <param name="replicas">How many it has now.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Null: nothing does.</returns>
    /// <exception cref="RuntimeUnavailableException">Nobody knows at the moment.</exception>
    Task<OutsideScale?> FindAsync(Manifest manifest, int replicas, CancellationToken ct);
}

/// <summary>
/// HorizontalPodAutoscalers whose <c>scaleTargetRef</c> is a Deployment of the application's name. The platform runs a Deployment per replica, so
/// that name is free; for an autoscaler to have something to read and to write, one is kept there that never has a pod of its own: paused from
/// the start, its selector that of all the application's pods, its number of replicas the autoscaler's to set. It belongs to the autoscaler, and
/// goes with it.
/// </summary>
internal sealed class PodAutoscalers(Cluster cluster) : IOutsideScaling
{
    public async Task<OutsideScale?> FindAsync(Manifest manifest, int replicas, CancellationToken ct)
    {
        if (manifest.Runtime != RuntimeNames.Kubernetes) return null;
        try
        {
            var place = manifest.Kubernetes?.Namespace ?? cluster.Namespaces[0];
            var (autoscalers, _) = await cluster.Api.ListAsync(ResourcePaths.Autoscalers(place), null, ct);
            var autoscaler = autoscalers.FirstOrDefault(a => a.Text("spec", "scaleTargetRef", "kind") == "Deployment" && a.Text("spec", "scaleTargetRef", "name") == manifest.Name);
            if (autoscaler is null) return null;
            await KeepTargetAsync(place, manifest.Name, autoscaler, replicas, ct);
            // 0 is what stands there before its first decision.
            return new OutsideScale($"HorizontalPodAutoscaler {place}/{autoscaler.NameOf()}", autoscaler.Number("status", "desiredReplicas") is > 0 and var wanted ? (int)wanted : null);
        }
        catch (ClusterAccessException nowhere)
        {
            throw new RuntimeUnavailableException(nowhere.Message, nowhere);
        }
    }

    private async Task KeepTargetAsync(string place, string application, JsonObject autoscaler, int replicas, CancellationToken ct)
    {
        var path = ResourcePaths.Deployments(place);
        if (await cluster.Api.GetAsync($"{path}/{application}", ct) is not null) return;
        try
        {
            await cluster.Api.CreateAsync(path, Target(application, autoscaler, replicas), ct);
        }
        catch (ApiRefusedException refused) when (!refused.IsAlreadyExists)
        {
            throw cluster.Api.Unanswered(refused);
        }
        catch (ApiRefusedException)
        {
            // Somebody else was faster, which is as good.
            return;
        }
    }

    private static JsonObject Target(string application, JsonObject autoscaler, int replicas)
    {
        var ours = new JsonObject { [DeploymentPlan.ManagedBy] = DeploymentPlan.Us, [DeploymentPlan.ApplicationName] = application };
        return new JsonObject
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = "Deployment",
            ["metadata"] = new JsonObject
            {
                ["name"] = application,
                ["labels"] = ours.DeepClone(),
                ["annotations"] = new JsonObject { ["dev.platform.note"] = "What the autoscaler reads and sets. It is paused and has no pods; the platform runs them, and counts what is set here." },
                ["ownerReferences"] = new JsonArray(new JsonObject { ["apiVersion"] = "autoscaling/v2", ["kind"] = "HorizontalPodAutoscaler", ["name"] = autoscaler.NameOf(), ["uid"] = autoscaler.UidOf() }),
            },
            ["spec"] = new JsonObject
            {
                ["paused"] = true,
                ["replicas"] = Math.Max(1, replicas),
                ["selector"] = new JsonObject { ["matchLabels"] = ours.DeepClone() },
                ["template"] = new JsonObject
                {
                    ["metadata"] = new JsonObject { ["labels"] = ours },
                    ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "none", ["image"] = "registry.k8s.io/pause:3.10" }) },
                },
            },
        };
    }
}
