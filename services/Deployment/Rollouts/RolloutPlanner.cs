using Platform.Deployment.Analysis;
using Platform.Deployment.Applications;
using Platform.Deployment.Configuration;
using Platform.Deployment.Measurements;
using Platform.Deployment.Pipeline;
using Platform.Deployment.Rollouts.Strategies;
using Platform.Storage;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes;

namespace Platform.Deployment.Rollouts;

/// <summary>Checks that a revision can be shipped, and how many replicas move at a time.</summary>
internal sealed class RolloutPlanner(Manifests manifests, Configurations configurations, IEnumerable<IReplicaRuntime> runtimes)
{
    /// <summary>The plan, or why there is none.</summary>
    public async Task<(RolloutPlan? Plan, string Problem)> PlanAsync(Reader reader, ApplicationRow application, RolloutProgress progress)
    {
        if (await manifests.FindAsync(reader, application.Name, progress.Revision) is not { } manifest)
            return (null, $"the manifest of {progress.Revision} is not kept, or not valid for this version of the platform");
        if (Unfit(manifest) is { } problem) return (null, problem);
        var environment = (await configurations.CurrentAsync(reader)).Configuration.Environments.Find(manifest.Environment)!;
        return (Plan(manifest, environment.Approval, application.StableRevision, application.Wanted, progress.Instant), "");
    }

    /// <summary>The plan under way, for the number of replicas that the application has now; null: it is the same, or the manifest cannot be read.</summary>
    public async Task<RolloutPlan?> RescaledAsync(Reader reader, ApplicationRow application, RolloutProgress progress)
    {
        if (await manifests.FindAsync(reader, application.Name, progress.Revision) is not { } manifest) return null;
        var plan = Rescaled(progress, manifest, application.Wanted);
        return (plan.Replicas, plan.OldReplicas) == (progress.Plan!.Replicas, progress.Plan.OldReplicas) ? null : plan;
    }

    /// <summary>What the plan under way would be for another number of replicas.</summary>
    public static RolloutPlan Rescaled(RolloutProgress progress, Manifest manifest, int wanted)
    {
        var sets = new ReplicaSets(progress.Revision, Replicas(manifest, wanted), progress.Stable ?? "", wanted);
        return progress.Stable is null ? RolloutStrategyList.First(sets.Revision, sets.Replicas)
            : progress.Instant ? RolloutStrategyList.Instant(sets)
            : progress.Plan!.FromRest ? RolloutStrategyList.FromRest(manifest.Rollout, sets)
            : RolloutStrategyList.Find(manifest.Rollout.Strategy)!.Plan(manifest.Rollout, sets);
    }

    /// <summary>As many as ran before, within the new manifest's limits; at least one, for otherwise nothing would be known of it.</summary>
    public static int Replicas(Manifest manifest, int old) =>
        Math.Clamp(Math.Max(1, old), Math.Max(1, manifest.Scaling.Min), Math.Max(1, manifest.Scaling.Max));

    /// <summary>Why a manifest cannot be run here; null: it can.</summary>
    public string? Unfit(Manifest manifest)
    {
        if (!runtimes.Any(r => r.Name == manifest.Runtime))
            return $"runtime: expected {string.Join(" or ", runtimes.Select(r => r.Name))}, found {manifest.Runtime}";
        if (RolloutStrategyList.Find(manifest.Rollout.Strategy) is null)
            return $"rollout.strategy: expected {string.Join(" or ", RolloutStrategyList.Names)}, found {manifest.Rollout.Strategy}";
        if (manifest.Rollout.Analysis.Judge != JudgeNames.None && Judges.Find(manifest.Rollout.Analysis.Judge) is null)
            return $"rollout.analysis.judge: expected {string.Join(" or ", Judges.All.Select(j => j.Name))}, found {manifest.Rollout.Analysis.Judge}";
        if (manifest is { Runtime: RuntimeNames.Process, Port: not 0 })
            return $"port: expected 0, found {manifest.Port}: two replicas on one machine cannot share a port; let the application listen on the port in PORT";
        if (manifest.Process?.WorkingDirectory is { } folder && !Directory.Exists(folder))
            return $"process.workingDirectory: {folder} is not there";
        return null;
    }

    /// <summary>How it moves.</summary>
    /// <param name="manifest">The new revision's manifest.</param>
    /// <param name="approval">What its environment says of approvals.</param>
    /// <param name="stable">What serves now; null: nothing.</param>
    /// <param name="wanted">Replicas of it.</param>
    /// <param name="instant">True: it is known to be good.</param>
    public static RolloutPlan Plan(Manifest manifest, ApprovalSettings approval, string? stable, int wanted, bool instant = false)
    {
        var old = stable is null ? 0 : wanted;
        var replicas = Replicas(manifest, old);
        var needed = approval.Required || manifest.Rollout.Approval == "required";
        var pipeline = PipelinePlan.Of(manifest);
        if (stable is null) return RolloutStrategyList.First(manifest.Revision, replicas) with { NeedsApproval = needed, ApprovalExpiry = approval.Expiry, Pipeline = pipeline };
        var sets = new ReplicaSets(manifest.Revision, replicas, stable, old);
        if (instant) return RolloutStrategyList.Instant(sets);
        // From rest no step reads metrics of its own: all of them are read all the time.
        var (plan, inline) = old == 0
            ? (RolloutStrategyList.FromRest(manifest.Rollout, sets), [])
            : (RolloutStrategyList.Find(manifest.Rollout.Strategy)!.Plan(manifest.Rollout, sets), Measures.InlineOf(manifest.Rollout));
        return plan with
        {
            NeedsApproval = needed,
            ApprovalExpiry = approval.Expiry,
            Metrics = [.. manifest.Rollout.Analysis.Metrics.Select(m => m.Name).Except(inline)],
            Pipeline = pipeline,
            Analysed = manifest.Rollout.Analysis.Judge != JudgeNames.None,
        };
    }
}
