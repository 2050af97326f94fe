using System.Security.Claims;
using Platform.Contracts.Deployments;
using Platform.Contracts.Http;
using Platform.Deployment.Applications;
using Platform.Deployment.Configuration;
using Platform.Deployment.Rollouts;
using Platform.Hosting;
using Platform.Storage;

namespace Platform.Deployment.Environments;

/// <summary>Who wants to approve what.</summary>
/// <param name="Who">The key's name.</param>
/// <param name="Role">Its role.</param>
/// <param name="RequestedBy">Who asked for the rollout.</param>
/// <param name="IsWaitedFor">An approval is, or will be, waited for.</param>
/// <param name="Present">The approval that was given already; null: none.</param>
internal sealed record ApprovalAttempt(string Who, string Role, string RequestedBy, bool IsWaitedFor, ApprovalView? Present);

/// <summary>Whether somebody may approve a rollout. Pure.</summary>
internal static class ApprovalRule
{
    /// <summary>Why not; null: he may.</summary>
    public static ProblemReport? Refusal(ApprovalSettings settings, string environment, ApprovalAttempt attempt)
    {
        if (attempt.Present is { } present)
            return Problem.Report(StatusCodes.Status409Conflict, "already-approved", "The rollout is approved already", $"{present.By} approved it at {present.At:O}: {present.Reason}.");
        if (!attempt.IsWaitedFor)
        {
            return Problem.Report(StatusCodes.Status409Conflict, "approval-not-needed", "The rollout waits for no approval",
                $"Neither its manifest nor {environment} asks for one. To end the present step, promote it.");
        }

        if (settings.Role == Roles.Admin && attempt.Role != Roles.Admin)
            return Problem.Report(StatusCodes.Status403Forbidden, "approver-role", "Your role may not approve this rollout", $"In {environment} only a key with the role {settings.Role} may; yours is {attempt.Role}.");
        if (settings.Approvers.Count > 0 && !settings.Approvers.Contains(attempt.Who))
            return Problem.Report(StatusCodes.Status403Forbidden, "not-an-approver", "You may not approve this rollout", $"In {environment} only {string.Join(", ", settings.Approvers)} may; you are {attempt.Who}.");
        return settings.FourEyes && attempt.Who == attempt.RequestedBy
            ? Problem.Report(StatusCodes.Status403Forbidden, "four-eyes", "Somebody else has to approve this rollout", $"{attempt.Who} asked for it, and {environment} wants a second pair of eyes (fourEyes).")
            : null;
    }
}

/// <summary>Approvals, recorded with who, when, why and by which role.</summary>
internal sealed class Approvals(Manifests manifests, Configurations configurations, TimeProvider time)
{
    /// <summary>Records one that was asked for over HTTP, in the transaction that tells the rollout.</summary>
    /// <returns>Why it was not taken; null: it was.</returns>
    public async Task<ProblemResult?> GiveAsync(Transaction tx, RolloutView rollout, ClaimsPrincipal user, string? reason)
    {
        var waits = rollout.State == RolloutStage.Starting.Name();
        var refusal = await GiveAsync(
            tx, rollout.Id, rollout.Application, rollout.Revision, rollout.RequestedBy, waits,
            (user.Identity?.Name ?? "nobody", user.FindFirstValue(ClaimTypes.Role) ?? "none", reason ?? "not given"));
        return refusal is null ? null : new ProblemResult(refusal);
    }

    /// <summary>Records one that came over the bus, by the same rule: a service that passes it on has not asked what this environment wants.</summary>
    /// <returns>Why it was not taken; null: it was, or HTTP had taken this very one already.</returns>
    public async Task<string?> HearAsync(Transaction tx, RolloutState rollout, ApproveRollout approval)
    {
        if (await tx.ApprovalAsync(rollout.CorrelationId) is { } present && present.By == approval.RequestedBy) return null;
        var waits = rollout.Progress.Plan is { NeedsApproval: true };
        return (await GiveAsync(
            tx, rollout.CorrelationId, rollout.Application, rollout.Progress.Revision, rollout.RequestedBy, waits,
            (approval.RequestedBy, approval.Role ?? "none", approval.Reason)))?.Detail;
    }

    private async Task<ProblemReport?> GiveAsync(
        Transaction tx, Guid rollout, string application, string revision, string requestedBy, bool isWaitedFor, (string Who, string Role, string Reason) by)
    {
        var manifest = await manifests.FindAsync(tx, application, revision);
        var environment = manifest?.Environment ?? Workloads.Manifests.ManifestReader.Environments[^1];
        var settings = (await configurations.CurrentAsync(tx)).Configuration.Environments.Find(environment)!.Approval;
        // One that has its plan goes by it, whatever has been configured since.
        var waits = isWaitedFor || settings.Required || manifest?.Rollout.Approval == "required";
        if (ApprovalRule.Refusal(settings, environment, new ApprovalAttempt(by.Who, by.Role, requestedBy, waits, await tx.ApprovalAsync(rollout))) is { } refusal) return refusal;
        await tx.ExecuteAsync(
            "INSERT INTO rollout_approvals (rollout, who, role, reason, at) VALUES (@rollout, @who, @role, @reason, @at) ON CONFLICT (rollout) DO NOTHING",
            new { rollout, who = by.Who, role = by.Role, reason = by.Reason, at = time.GetUtcNow() });
        return null;
    }
}

/// <summary>Approvals in the module's database.</summary>
internal static class ApprovalStore
{
    /// <summary>A rollout's approval; null: none was given over HTTP.</summary>
    public static Task<ApprovalView?> ApprovalAsync(this Reader reader, Guid rollout) =>
        reader.FirstOrDefaultAsync<ApprovalView>("""SELECT who AS "By", role, reason, at FROM rollout_approvals WHERE rollout = @rollout""", new { rollout });
}
