using Dapper;
using Microsoft.Data.Sqlite;
using Platform.Effects;
using Platform.Storage.Engines;
using Platform.Storage.Migrations;
using Platform.Testing;

namespace Platform.Storage.Tests;

public sealed class SqliteDatabaseTests : DatabaseConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File("things.db");

    private protected override IEngine NewEngine() => new SqliteEngine(Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task File_AfterStart_IsInWalMode()
    {
        await Open().MigrateAsync();
        await using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        Assert.Equal("wal", await connection.ExecuteScalarAsync<string>("PRAGMA journal_mode"));
    }

    [Fact]
    public async Task EveryTransaction_Runs_WithSynchronousFull()
    {
        var database = Open();
        for (var i = 0; i < 3; i++)
        {
            await using var transaction = await database.BeginAsync();
            Assert.Equal(2, await transaction.FirstOrDefaultAsync<long>("SELECT synchronous FROM pragma_synchronous"));
        }
    }

    [Fact]
    public async Task Begin_WhileAnotherProcessWrites_WaitsForIt()
    {
        var one = Open();
        var two = Open();
        await one.MigrateAsync();
        await two.MigrateAsync();
        var first = await one.BeginAsync();
        await first.ExecuteAsync("UPDATE counter SET value = value + 1");
        var second = Task.Run(() => two.TransactAsync(t => t.ExecuteAsync("UPDATE counter SET value = value * 10")));
        await first.CommitAsync();
        await second;
        Assert.Equal(10, await one.ReadAsync(r => r.FirstOrDefaultAsync<long>("SELECT value FROM counter")));
    }

    [Fact]
    public async Task Settings_ThatWouldLoseCommits_AreRefused()
    {
        // A database in memory cannot be in WAL mode: the cheapest unfit one there is.
        var database = new Database("things", new SqliteEngine(":memory:"), [new MigrationSet("things", [])], UnhinderedEffects.Instance, TimeProvider.System);
        var error = await Assert.ThrowsAsync<StorageUnfitException>(() => database.MigrateAsync());
        Assert.Contains("journal_mode=memory", error.Message, StringComparison.Ordinal);
    }
}
