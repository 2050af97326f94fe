using Platform.Deployment;
using Platform.Deployment.Replicas;
using Platform.Effects;
using Platform.Storage;
using Platform.Storage.Engines;
using Platform.Storage.Migrations;
using Platform.Testing;

namespace Platform.Reliability.Upgrades;

/// <summary>What an earlier version recorded is what this one goes on with.</summary>
public sealed class ReplicaUpgradeTests
{
    [Fact]
    public async Task A_process_recorded_before_there_were_other_runtimes_is_still_known()
    {
        using var folder = new TemporaryFolder();
        var ct = TestContext.Current.CancellationToken;
        var before = Open(folder, DeploymentMigrations.All.Take(1));
        await before.MigrateAsync();
        await before.TransactAsync(
            tx => tx.ExecuteAsync(
                """
                INSERT INTO replicas (id, application, revision, generation, state, port, process_id, start_time, address, restarts, created_at, routed, drained)
                VALUES ('shop-v1-1', 'shop', 'v1', 3, 'ready', 20100, 4321, 8765432109, 'http://127.0.0.1:20100', 0, 1, 1, 0),
                       ('shop-v1-2', 'shop', 'v1', 1, 'starting', 20101, NULL, NULL, NULL, 0, 1, 0, 0)
                """),
            ct);

        var now = Open(folder, DeploymentMigrations.All);
        await now.MigrateAsync();

        var rows = await now.ReadAsync(reader => reader.LiveReplicasAsync(), ct);
        Assert.Equal("4321@8765432109", rows.Single(r => r.Id == "shop-v1-1").Handle!.Instance);
        Assert.Null(rows.Single(r => r.Id == "shop-v1-2").Handle);
    }

    private static Database Open(TemporaryFolder folder, IEnumerable<Migration> migrations) => new(
        "deployment", new SqliteEngine(Path.Combine(folder.Path, "deployment.db")), [new MigrationSet("deployment", [.. migrations])], UnhinderedEffects.Instance, TimeProvider.System);
}
