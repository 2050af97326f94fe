using Microsoft.Extensions.Options;
using Platform.Storage;

namespace Platform.Deployment.Rollouts;

/// <summary>
/// Which revisions are known to be good: the last few that took all traffic and kept it. A rollback to one of them needs no analysis
/// (Argo Rollouts calls it the rollback window).
/// </summary>
internal sealed class RollbackWindow(IOptions<DeploymentOptions> options)
{
    /// <summary>True: the revision is among the last <see cref="DeploymentOptions.RollbackWindow"/> that served before the present one.</summary>
    public async Task<bool> HoldsAsync(Reader reader, string application, string revision)
    {
        var served = await reader.QueryAsync<string>(
            """
            SELECT revision FROM rollouts WHERE application = @application AND state = 'completed'
            GROUP BY revision ORDER BY MAX(ended_at) DESC LIMIT @count
            """,
            new { application, count = options.Value.RollbackWindow + 1 });
        return served.Contains(revision);
    }
}
