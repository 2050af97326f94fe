using Platform.Testing;
using Platform.Testing.DeploymentWorld;

namespace Platform.Integration.Tests.Prometheus;

/// <summary>What is kept of metrics and trials, on the other database.</summary>
[Collection(Servers.Name)]
public sealed class ReadingsOnPostgreSqlTests(PostgresServer postgres)
{
    [Fact]
    public async Task A_rollout_is_rolled_back_by_readings_from_before_and_after_a_kill()
    {
        Assert.SkipWhen(postgres.Missing is not null, postgres.Missing ?? "");
        await using var world = new World();
        world.Settings["Storage:Kind"] = "postgresql";
        world.Settings["Storage:ConnectionString"] = await postgres.CreateDatabaseAsync();
        await world.StartAsync();
        await world.EndAsync(await world.DeployAsync(Manifests.BlueGreen("v1")));

        var id = await world.DeployAsync(Manifests.Of(
            "v2",
            "strategy: canary, steps: [{ weight: 50, pause: 1m }, 100], analysis: { judge: statistical, minRequests: 0, metrics: ["
            + "{ name: queue, command: [echo, '9'], interval: 1s, timeout: 1s, max: 5, failureLimit: 2 }, { name: gone, command: ['false', '{{revision}}'], interval: 1s, timeout: 1s, compare: {} } ] }"));
        await World.UntilAsync("it was read twice", async () => await CountAsync(world, "analysis_readings") >= 4 && await CountAsync(world, "rollout_trials") == 1, () => "not yet");
        await world.KillAsync();
        await world.StartAsync();
        var row = await world.EndAsync(id);

        Assert.Equal("rolledBack", row.State);
        Assert.Contains("queue 9 is above the limit of 5, as 3 readings were", row.Message);
        Assert.Equal(0, await CountAsync(world, "rollout_trials"));
    }

    private static Task<long> CountAsync(World world, string table) => world.Life!.Database.ReadAsync(reader => reader.FirstOrDefaultAsync<long>($"SELECT COUNT(*) FROM {table}"));
}
