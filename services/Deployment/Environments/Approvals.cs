using System.Security.Claims;
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
    /// <summary>Records one, in the transaction that tells the rollout.</summary>
    /// <returns>Why it was not taken; null: it was.</returns>
    public async Task<ProblemResult?> GiveAsync(Transaction tx, RolloutView rollout, ClaimsPrincipal user, string? reason)
    {
        var manifest = await manifests.FindAsync(tx, rollout.Application, rollout.Revision);
        var environment = manifest?.Environment ?? Workloads.Manifests.ManifestReader.Environments[^1];
        var settings = (await configurations.CurrentAsync(tx)).Configuration.Environments.Find(environment)!.Approval;
        // One that has its plan goes by it, whatever has been configured since.
        var waits = settings.Required || manifest?.Rollout.Approval == "required" || rollout.State == RolloutStage.Starting.Name();
        var attempt = new ApprovalAttempt(
            user.Identity?.Name ?? "nobody", user.FindFirstValue(ClaimTypes.Role) ?? "none", rollout.RequestedBy, waits, await tx.ApprovalAsync(rollout.Id));
        if (ApprovalRule.Refusal(settings, environment, attempt) is { } refusal) return new ProblemResult(refusal);
        await tx.ExecuteAsync(
            "INSERT INTO rollout_approvals (rollout, who, role, reason, at) VALUES (@rollout, @who, @role, @reason, @at) ON CONFLICT (rollout) DO NOTHING",
            new { rollout = rollout.Id, who = attempt.Who, role = attempt.Role, reason = reason ?? "not given", at = time.GetUtcNow() });
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
