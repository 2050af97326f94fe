using Platform.Contracts.Http;
using Platform.Deployment.Rollouts;
using Platform.Hosting;
using Platform.Messaging;
using Platform.Storage;

namespace Platform.Deployment.Api;

/// <summary>Sends a person's word to a rollout, with its audit entry, in one commit.</summary>
internal sealed class Interventions(
    [FromKeyedServices(DeploymentModule.Name)] Database database, [FromKeyedServices(DeploymentModule.Name)] IAuditLog audit, TimeProvider time)
{
    /// <summary>Sends it, if the rollout has not ended.</summary>
    public async Task<IResult> SendAsync<T>(
        HttpContext http,
        Guid id,
        string action,
        string? reason,
        string message,
        Func<RolloutView, string, string, DateTimeOffset, T> make,
        Func<Transaction, RolloutView, Task<ProblemResult?>>? admit = null)
        where T : class, Contracts.ICommand
    {
        var ct = http.RequestAborted;
        await using var tx = await database.BeginAsync(ct);
        if (await tx.RolloutAsync(id) is not { } row) return RolloutEndpoints.NoRollout(id);
        if (row.EndedAt is not null)
            return Problem.Conflict("rollout-ended", "The rollout has ended", $"It is {row.State}: {row.Message}. To return to an earlier revision, POST /api/deployment/rollback.");
        if (row.State == RolloutStage.RollingBack.Name())
            return Problem.Conflict("rolling-back", "The rollout is being rolled back", row.Message);
        if (admit is not null && await admit(tx, row) is { } refusal) return refusal;
        await audit.RecordAsync(tx, AuditEntry.For(http, action, row.Application, reason, new { row.State, row.Revision }, new { rollout = id }));
        await tx.SendAsync(make(row, http.User.Identity?.Name ?? "nobody", reason ?? "not given", time.GetUtcNow()), ct);
        await tx.CommitAsync(ct);
        var location = $"/api/deployment/deployments/{id}";
        return TypedResults.Accepted(location, new Accepted { Id = id, Location = location, Message = message });
    }
}
