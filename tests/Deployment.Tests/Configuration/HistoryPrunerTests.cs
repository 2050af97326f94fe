using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Platform.Deployment.Configuration;
using Platform.Deployment.Usage;
using Platform.Testing.DeploymentWorld;

namespace Platform.Deployment.Tests.Configuration;

public sealed class HistoryPrunerTests
{
    [Fact]
    public async Task Prune_ForgetsWhatIsOld_ButNotTheLastCompletedRolloutOfARevision()
    {
        await using var world = new World();
        var life = await world.StartAsync();
        var pruner = life.Host.Services.GetServices<IHostedService>().OfType<HistoryPruner>().Single();
        var now = world.Time.GetUtcNow();
        await life.Database.TransactAsync(async tx =>
        {
            foreach (var (id, revision, state, days) in new[] { ("a", "v1", "completed", 400), ("b", "v1", "completed", 300), ("c", "v2", "failed", 300), ("d", "v2", "failed", 1) })
            {
                await tx.ExecuteAsync(
                    """
                    INSERT INTO rollouts (id, application, revision, strategy, state, message, requested_by, reason, created_at, ended_at)
                    VALUES (@id, 'shop', @revision, 'rolling', @state, '', 'test', '', @at, @at)
                    """,
                    new { id, revision, state, at = now.AddDays(-days) });
                await tx.ExecuteAsync("INSERT INTO rollout_steps (rollout, number, step, at, duration, message) VALUES (@id, 1, 'plan', @at, 0, '')", new { id, at = now.AddDays(-days) });
            }
            foreach (var days in new[] { 400, 1 }) await tx.AddUsageAsync(new UsageHour("shop", UsageHour.HourOf(now.AddDays(-days))) { Requests = 1 });
        });

        Assert.Equal(3, await pruner.PruneAsync(default));
        Assert.Equal(0, await pruner.PruneAsync(default));

        Assert.Equal(["b", "d"], await life.Database.ReadAsync(reader => reader.QueryAsync<string>("SELECT id FROM rollouts ORDER BY id")));
        Assert.Equal(["b", "d"], await life.Database.ReadAsync(reader => reader.QueryAsync<string>("SELECT rollout FROM rollout_steps ORDER BY rollout")));
        Assert.Single(await life.Database.ReadAsync(reader => reader.UsageAsync(DateTimeOffset.UnixEpoch, now, most: 10)));
    }
}
