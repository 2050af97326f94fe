using Platform.Deployment.Applications;
using Platform.Storage;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes;

namespace Platform.Deployment.Rollouts;

/// <summary>Checks that a revision can be shipped, and how many replicas move at a time.</summary>
internal sealed class RolloutPlanner(Manifests manifests, IEnumerable<IReplicaRuntime> runtimes)
{
    /// <summary>The plan, or why there is none.</summary>
    public async Task<(RolloutPlan? Plan, string Problem)> PlanAsync(Reader reader, ApplicationRow application, string revision)
    {
        if (await manifests.FindAsync(reader, application.Name, revision) is not { } manifest)
            return (null, $"the manifest of {revision} is not kept, or not valid for this version of the platform");
        if (Unfit(manifest) is { } problem) return (null, problem);

        var old = application.StableRevision is null ? 0 : application.Wanted;
        return (Shape(manifest, Replicas(manifest, old), old), "");
    }

    /// <summary>As many as ran before, within the new manifest's limits; at least one, for otherwise nothing would be known of it.</summary>
    public static int Replicas(Manifest manifest, int old) =>
        Math.Clamp(Math.Max(1, old), Math.Max(1, manifest.Scaling.Min), Math.Max(1, manifest.Scaling.Max));

    /// <summary>Why a manifest cannot be run here; null: it can.</summary>
    public string? Unfit(Manifest manifest)
    {
        if (!runtimes.Any(r => r.Name == manifest.Runtime))
            return $"runtime: expected {string.Join(" or ", runtimes.Select(r => r.Name))}, found {manifest.Runtime}";
        if (manifest.Rollout.Strategy is not (RolloutStrategies.BlueGreen or RolloutStrategies.Rolling))
            return $"rollout.strategy: expected blueGreen or rolling, found {manifest.Rollout.Strategy}";
        if (manifest is { Runtime: RuntimeNames.Process, Port: not 0 })
            return $"port: expected 0, found {manifest.Port}: two replicas on one machine cannot share a port; let the application listen on the port in PORT";
        if (manifest.Process?.WorkingDirectory is { } folder && !Directory.Exists(folder))
            return $"process.workingDirectory: {folder} is not there";
        return null;
    }

    /// <summary>How it moves.</summary>
    public static RolloutPlan Shape(Manifest manifest, int replicas, int old)
    {
        var rollout = manifest.Rollout;
        var plan = rollout.Strategy == RolloutStrategies.Rolling
            ? RolloutPlan.Rolling(replicas, old, rollout.MaxSurge.RoundedUp(replicas), rollout.MaxUnavailable.RoundedDown(replicas), rollout.Watch)
            : RolloutPlan.BlueGreen(replicas, old, rollout.Watch);
        return plan with { NeedsApproval = rollout.Approval == "required" };
    }
}
