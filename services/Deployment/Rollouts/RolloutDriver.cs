using Microsoft.Extensions.Options;
using Platform.Contracts.Deployments;
using Platform.Deployment.Applications;
using Platform.Deployment.Configuration;
using Platform.Deployment.Environments;
using Platform.Deployment.Measurements;
using Platform.Deployment.Pipeline;
using Platform.Deployment.Traffic;
using Platform.Storage;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Rollouts;

/// <summary>Carries out what <see cref="RolloutLogic"/> decides: gathers the facts, and writes targets, routes, history and events.</summary>
internal sealed class RolloutDriver(
    RolloutIntake intake, Manifests manifests, Configurations configurations, RolloutPlanner planner, RolloutFactsReader facts, RolloutTrials trials, RolloutRecorder recorder, Approvals approvals, Routes routes, Facts changes, IOptions<DeploymentOptions> options, TimeProvider time)
{
    /// <summary>More stages than one look can pass through.</summary>
    private const int MostMoves = 16;

    private static readonly TimeSpan QueueTick = TimeSpan.FromSeconds(30);

    /// <summary>The rollout's first breath.</summary>
    public async Task AcceptAsync(Transaction tx, RolloutState saga, DeployApplication command)
    {
        var now = time.GetUtcNow();
        var progress = new RolloutProgress
        {
            Revision = command.Revision,
            Instant = command.Instant,
            FreezeOverride = command.FreezeOverride,
            AnalysisSkipped = command.SkipAnalysis is { } reason ? $"{command.RequestedBy}: {reason}" : null,
            CreatedAt = now,
            StageSince = now,
        };
        saga.Application = command.Application;
        saga.RequestedBy = command.RequestedBy;

        var manifest = ManifestReader.Read(command.Manifest, baseDirectory: null);
        var problem =
            manifest.Manifest is null ? "the manifest is not valid: " + string.Join("; ", manifest.Problems.Take(5))
            : command.Environment is { } environment && Placement.Problem(manifest.Manifest, environment) is { } misplaced ? misplaced
            : Placement.NameOf(manifest.Manifest.Name, command.Environment) is var name && name != command.Application ? $"the manifest is for {name}, not for {command.Application}"
            : manifest.Manifest.Revision != command.Revision ? $"the manifest is of revision {manifest.Manifest.Revision}, not of {command.Revision}"
            : (await intake.AcceptAsync(tx, command, manifest.Manifest)).Refusal;
        var row = await tx.RolloutAsync(command.CorrelationId);
        if (problem is not null)
        {
            saga.Progress = RolloutLogic.Fail(progress, problem, now).Next;
            await recorder.RefusedAsync(tx, saga, command, problem);
        }
        else
        {
            // A repetition that came after the end finds it written, and ends without a word.
            saga.Progress = progress with
            {
                CreatedAt = row!.CreatedAt,
                Stage = row.EndedAt is null ? RolloutStage.Queued : RolloutStage.Failed,
                Message = row.Message,
            };
        }
    }

    /// <summary>Somebody says yes. Whether he may is for the environment to say; a yes that is not taken is told in the history.</summary>
    public async Task ApproveAsync(Transaction tx, RolloutState saga, ApproveRollout command)
    {
        var refusal = await approvals.HearAsync(tx, saga, command);
        var before = saga.Progress;
        saga.Progress = refusal is null ? before.Approve(command.RequestedBy, command.Reason, time.GetUtcNow()) : before;
        if (refusal is not null)
            await recorder.RecordAsync(tx, saga, before, before, [new RolloutStep("approve", $"the approval by {command.RequestedBy} was not taken: {refusal}", TimeSpan.Zero, Failed: true)]);
    }

    /// <summary>Looks at the world and acts, until there is nothing to do but wait.</summary>
    public async Task<RolloutStage> AdvanceAsync(Transaction tx, RolloutState saga)
    {
        var progress = saga.Progress;
        if (progress.Stage.IsEnd()) return progress.Stage;
        for (var i = 0; i < MostMoves; i++)
        {
            var before = progress;
            progress = await ApplyAsync(tx, saga, before, await LookAsync(tx, saga, before));
            var stays = progress.Stage == before.Stage && progress.Step == before.Step && progress.Phase == before.Phase && ReferenceEquals(progress.Plan, before.Plan);
            if (progress.Stage.IsEnd() || stays) break;
        }

        var now = time.GetUtcNow();
        var verdict = trials.Latest(saga.CorrelationId);
        progress = await tx.KeepAsync(saga.CorrelationId, saga.Progress, progress, verdict, now);
        var jobs = progress.Plan is { Pipeline.Count: > 0 } ? (await tx.JobsAsync(saga.CorrelationId)).Select(j => j.View()).ToList() : [];
        var course = RolloutCourses.Of(progress, verdict, trials.ListeningSince, now, jobs);
        progress = await RolloutRecorder.TellAsync(tx, saga, saga.Progress, progress, course, now);
        saga.Progress = progress;
        if (progress.Stage.IsEnd())
        {
            if (progress.JudgedSince is not null) await tx.ForgetTrialAsync(saga.CorrelationId);
            tx.OnCommitted(() => trials.Forget(saga.CorrelationId));
        }
        else if (trials.Notes(saga.CorrelationId) is { } notes)
        {
            await tx.KeepTrialAsync(saga.CorrelationId, notes);
            tx.OnCommitted(() => trials.Kept(saga.CorrelationId));
        }

        await tx.ShowAsync(saga.CorrelationId, progress, course, Measures.Of(saga.Application, progress), now, NextLook(progress, now));
        return progress.Stage;
    }

    /// <summary>
    /// One that waits in the queue is looked at when the one ahead has ended or the configuration has changed, both of which say so, when its freeze
    /// ends, and otherwise from time to time, should all of that have been missed.
    /// </summary>
    private DateTimeOffset NextLook(RolloutProgress progress, DateTimeOffset now)
    {
        if (progress.Stage != RolloutStage.Queued) return now + options.Value.RolloutTick;
        var seldom = now + (options.Value.RolloutTick > QueueTick ? options.Value.RolloutTick : QueueTick);
        return progress.FrozenUntil is { } until && until > now && until < seldom ? until : seldom;
    }

    private async Task<RolloutMove> LookAsync(Transaction tx, RolloutState saga, RolloutProgress progress)
    {
        var now = time.GetUtcNow();
        if (progress.Abort is not null && progress.Stage is RolloutStage.Queued or RolloutStage.Planning)
            return RolloutLogic.Advance(progress, await facts.ReadAsync(tx, saga, progress));

        var application = await tx.ApplicationAsync(saga.Application);
        if (application is not { State: ApplicationStates.Present }) return RolloutLogic.Fail(progress, $"{saga.Application} was removed", now);
        if (progress.Stage == RolloutStage.Queued) return await EnterAsync(tx, saga, progress, now);
        if (application.Rollout != saga.CorrelationId) return RolloutLogic.Fail(progress, $"{saga.Application} was removed and deployed anew", now);
        if (progress.Stage == RolloutStage.Planning)
        {
            if (application.StableRevision == progress.Revision) return RolloutLogic.NothingToDo(progress, now);
            var (plan, problem) = await planner.PlanAsync(tx, application, progress);
            return plan is null ? RolloutLogic.Fail(progress, problem, now) : RolloutLogic.Begin(progress, plan, now);
        }

        return application.Wanted != RolloutScaling.Count(progress) && await planner.RescaledAsync(tx, application, progress) is { } rescaled
            ? RolloutScaling.Rescale(progress, rescaled)
            : RolloutLogic.Advance(progress, await facts.ReadAsync(tx, saga, progress));
    }

    /// <summary>Takes the application, if nobody has it and it is this rollout's turn.</summary>
    private async Task<RolloutMove> EnterAsync(Transaction tx, RolloutState saga, RolloutProgress progress, DateTimeOffset now)
    {
        var ahead = (await tx.OpenRolloutsAsync(saga.Application)).TakeWhile(r => r.Id != saga.CorrelationId).ToList();
        var frozen = await FrozenAsync(tx, saga, progress, now);
        progress = progress with { FrozenUntil = frozen?.Until };
        if (frozen is not null)
        {
            if (progress.FreezeOverride is null) return RolloutMove.Wait(progress, frozen.ToString());
            // What waits for the freeze's end is no reason to wait for what does not.
            ahead.RemoveAll(r => r.State == RolloutStage.Queued.Name());
        }

        var mine = ahead.Count == 0 && await tx.ExecuteAsync(
            "UPDATE applications SET rollout = @id WHERE name = @name AND state = 'present' AND (rollout IS NULL OR rollout = @id)",
            new { id = saga.CorrelationId, name = saga.Application }) == 1;
        if (!mine) return RolloutMove.Wait(progress, $"queued at position {ahead.Count}, behind the rollout of {ahead.LastOrDefault()?.Revision}");

        var application = (await tx.ApplicationAsync(saga.Application))!;
        var next = progress with { Stage = RolloutStage.Planning, Stable = application.StableRevision, BeganAt = now, StageSince = now, Message = "planning" };
        return new RolloutMove(next, []);
    }

    /// <summary>The freeze of its environment; null: there is none.</summary>
    private async Task<Frozen?> FrozenAsync(Transaction tx, RolloutState saga, RolloutProgress progress, DateTimeOffset now) =>
        await manifests.FindAsync(tx, saga.Application, progress.Revision) is { } manifest
            ? Freeze.At((await configurations.CurrentAsync(tx)).Configuration.Environments.Find(manifest.Environment)!.Freezes, now)
            : null;

    private async Task<RolloutProgress> ApplyAsync(Transaction tx, RolloutState saga, RolloutProgress before, RolloutMove move)
    {
        var next = move.Next;
        if (next.Stage == RolloutStage.Shifting && before.Stage == RolloutStage.Starting && next.Stable is not null)
            next = next with { Before = next.Before ?? trials.Before(saga.Application, next.Stable) };

        // What was removed in the meantime is not brought back by the targets of a rollout that ends because of it.
        var holds = next.Plan is not null && (await tx.ApplicationAsync(saga.Application))?.Rollout == saga.CorrelationId;
        if (holds)
        {
            await tx.SetTargetAsync(saga.Application, next.Revision, new Share(next.NewWanted, next.NewWeight, next.Mirror));
            if (next.Stable is not null)
            {
                var kept = next.Decided ? next.Plan!.ScaleDownDelay : TimeSpan.Zero;
                await tx.SetTargetAsync(
                    saga.Application,
                    next.Stable,
                    kept > TimeSpan.Zero ? new Share(next.Plan!.OldReplicas, 0) { Until = next.StageSince + kept } : new Share(next.OldWanted, next.OldWeight));
                await tx.SetTargetAsync(saga.Application, RevisionNames.Baseline(next.Stable), new Share(next.BaselineWanted, next.BaselineWeight));
            }

            var generation = await routes.UpdateAsync(tx, saga.Application, next.Message, saga.CorrelationId);
            if (next.AwaitedGeneration is null) next = next with { AwaitedGeneration = generation };
        }

        await JobBook.FollowAsync(tx, saga.CorrelationId, before, next, changes.Jobs);
        await recorder.RecordAsync(tx, saga, before, next, move.Steps);
        tx.OnCommitted(() => changes.Wake(saga.Application));
        return next;
    }
}
