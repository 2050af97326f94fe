using Platform.Hosting;
using Platform.Storage;

namespace Platform.Deployment.Configuration;

/// <summary>Changes the configuration for a request: the next version and its audit entry in one commit, or a refusal and nothing.</summary>
internal sealed class ConfigurationChanges(
    [FromKeyedServices(DeploymentModule.Name)] Database database, [FromKeyedServices(DeploymentModule.Name)] IAuditLog audit, Configurations configurations)
{
    /// <summary>Makes a change.</summary>
    /// <param name="http">Who asks.</param>
    /// <param name="action">As the audit log calls it.</param>
    /// <param name="target">What is changed.</param>
    /// <param name="reason">Why.</param>
    /// <param name="ifVersion">The version that it is a change of; null: of whatever is present.</param>
    /// <param name="change">Present configuration → the new one, or a refusal.</param>
    public async Task<IResult> MakeAsync(
        HttpContext http, string action, string target, string? reason, long? ifVersion, Func<Reader, DeploymentConfiguration, Task<(DeploymentConfiguration? Next, ProblemResult? Refusal)>> change)
    {
        var ct = http.RequestAborted;
        await using var tx = await database.BeginAsync(ct);
        var present = await configurations.CurrentAsync(tx);
        if (ifVersion is { } expected && expected != present.Version) return Changed(present);
        var (next, refusal) = await change(tx, present.Configuration);
        if (next is null) return refusal!;
        var differences = ConfigurationDifference.Between(present.Configuration, next);
        if (differences.Count == 0) return TypedResults.Ok(present);
        if (await configurations.SaveAsync(tx, present, next, http.User.Identity?.Name ?? "nobody", reason ?? "not given") is not { } made) return Changed(present);
        await audit.RecordAsync(tx, AuditEntry.For(
            http,
            action,
            target,
            reason,
            new { version = present.Version, members = differences.ToDictionary(d => d.Path, d => d.From) },
            new { version = made.Version, members = differences.ToDictionary(d => d.Path, d => d.To) }));
        await tx.CommitAsync(ct);
        return TypedResults.Ok(made);
    }

    private static ProblemResult Changed(ConfigurationVersion present) => Problem.Conflict(
        "configuration-changed", "Somebody else has changed the configuration", $"It is at version {present.Version}, made by {present.By}: {present.Reason}. Read it again and repeat the change.");
}
