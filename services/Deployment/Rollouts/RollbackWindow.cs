using Platform.Deployment.Configuration;
using Platform.Storage;

namespace Platform.Deployment.Rollouts;

/// <summary>
/// Which revisions are known to be good: the last few that took all traffic and kept it. A rollback to one of them needs no analysis
/// (Argo Rollouts calls it the rollback window).
/// </summary>
internal sealed class RollbackWindow(Configurations configurations)
{
    /// <summary>Why a rollback begins in a freeze.</summary>
    public const string NeverFrozen = "a rollback is never frozen";

    /// <summary>True: the revision is among the last <see cref="DeploymentConfiguration.RollbackWindow"/> that served before the present one.</summary>
    public async Task<bool> HoldsAsync(Reader reader, string application, string revision)
    {
        var count = (await configurations.CurrentAsync(reader)).Configuration.RollbackWindow + 1;
        var served = await reader.QueryAsync<string>(
            """
            SELECT revision FROM rollouts WHERE application = @application AND state = 'completed'
            GROUP BY revision ORDER BY MAX(ended_at) DESC LIMIT @count
            """,
            new { application, count });
        return served.Contains(revision);
    }
}
