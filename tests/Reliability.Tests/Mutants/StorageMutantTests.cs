using Dapper;
using Microsoft.Data.Sqlite;
using Platform.Deployment.Rollouts;
using Platform.Effects;
using Platform.Messaging;
using Platform.Messaging.Sagas;
using Platform.Reliability.Simulation;
using Platform.Storage;
using Platform.Storage.Engines;
using Platform.Storage.Migrations;
using Platform.Testing;

namespace Platform.Reliability.Mutants;

/// <summary>Mistakes that no rollout on SQLite can show, because its writers queue up and its disk keeps power: each beside the code that has it not.</summary>
public sealed class StorageMutantTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("", true)]
    [InlineData("no-version-predicate-on-update", false)]
    public async Task A_stale_saga_is_not_written_over_a_newer_one(string mutant, bool turnedAway)
    {
        await using var database = Open(mutant.Length > 0 ? " AND version = @loaded" : null);
        var (mine, theirs) = await LoadTwiceAsync(database);

        Assert.True(await database.TransactAsync(tx => SagaRows.TryUpdateAsync(tx, theirs)));
        var refused = !await database.TransactAsync(tx => SagaRows.TryUpdateAsync(tx, mine));

        Assert.Equal(turnedAway, refused);
        if (!refused) Figures.Caught(mutant, "a stale saga was written");
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("no-version-predicate-on-delete", false)]
    public async Task A_stale_saga_does_not_delete_a_newer_one(string mutant, bool turnedAway)
    {
        await using var database = Open(mutant.Length > 0 ? " AND version = @Version" : null);
        var (mine, theirs) = await LoadTwiceAsync(database);

        Assert.True(await database.TransactAsync(tx => SagaRows.TryUpdateAsync(tx, theirs)));
        var refused = !await database.TransactAsync(tx => SagaRows.TryDeleteAsync(tx, mine));

        Assert.Equal(turnedAway, refused);
        if (!refused) Figures.Caught(mutant, "a stale saga deleted a newer one");
    }

    /// <summary>
    /// The power goes: what was written and not flushed is gone. A commit of a connection whose setting does not flush leaves the
    /// write-ahead log, after the cut, where it was.
    /// </summary>
    [Theory]
    [InlineData("", true)]
    [InlineData("synchronous-off", false)]
    public async Task A_commit_outlasts_a_power_cut(string mutant, bool kept)
    {
        var path = _folder.File("test.db");
        var power = new PowerCut(new SqliteEngine(path), path, off: mutant.Length > 0);
        await using var database = new Database("test", power, Tables, UnhinderedEffects.Instance, TimeProvider.System);
        await database.MigrateAsync();
        power.Flush();
        await database.TransactAsync(tx => SagaRows.TryInsertAsync(tx, new RolloutState { CorrelationId = Guid.NewGuid() }));

        var survivor = power.Cut(_folder.File("after.db"));

        await using var connection = new SqliteConnection($"Data Source={survivor};Pooling=False");
        var rows = await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM saga");
        Assert.Equal(kept, rows == 1);
        if (rows == 0) Figures.Caught(mutant, "a commit was lost with the power");
    }

    public void Dispose() => _folder.Dispose();

    private static IReadOnlyList<MigrationSet> Tables => [new MigrationSet("messaging", MessagingTables.Migrations)];

    private Database Open(string? without)
    {
        var tampering = without is null ? new Tampering() : new Tampering { Rewrite = sql => sql.Replace(without, "", StringComparison.Ordinal) };
        return new Database("test", new TamperedEngine(new SqliteEngine(_folder.File("test.db")), tampering), Tables, UnhinderedEffects.Instance, TimeProvider.System);
    }

    private static async Task<(RolloutState Mine, RolloutState Theirs)> LoadTwiceAsync(Database database)
    {
        var id = Guid.NewGuid();
        await database.TransactAsync(tx => SagaRows.TryInsertAsync(tx, new RolloutState { CorrelationId = id, Version = 1 }));
        var mine = await database.ReadAsync(reader => reader.SagaAsync<RolloutState>(id));
        var theirs = await database.ReadAsync(reader => reader.SagaAsync<RolloutState>(id));
        return (mine!, theirs!);
    }
}
