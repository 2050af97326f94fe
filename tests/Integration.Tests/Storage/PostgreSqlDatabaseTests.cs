using Platform.Storage;
using Platform.Storage.Engines;
using Platform.Storage.Tests;
using Platform.Testing;

namespace Platform.Integration.Tests.Storage;

[Collection(Servers.Name)]
public sealed class PostgreSqlDatabaseTests(PostgresServer server) : DatabaseConformance, IAsyncLifetime
{
    private string _connection = "";

    public async ValueTask InitializeAsync() => _connection = await server.CreateDatabaseAsync();

    private protected override IEngine NewEngine() => new PostgreSqlEngine("things", _connection);

    [Fact]
    public async Task Server_WithSynchronousCommitOff_IsRefused()
    {
        var database = new Database("things", new PostgreSqlEngine("things", _connection + ";Options=-c synchronous_commit=off"), [], Effects.UnhinderedEffects.Instance, TimeProvider.System);
        var error = await Assert.ThrowsAsync<StorageUnfitException>(() => database.MigrateAsync());
        Assert.Contains("synchronous_commit=off", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_StoppedAndStarted_IsSaidToBeGoneAndUsedAgain()
    {
        var database = Open();
        await database.TransactAsync(t => t.ExecuteAsync("UPDATE counter SET value = 7"));
        await server.StopAsync();
        try
        {
            await Assert.ThrowsAnyAsync<Exception>(() => database.TransactAsync(t => t.ExecuteAsync("UPDATE counter SET value = 8")));
            Assert.Contains("does not answer since", database.WaitingFor, StringComparison.Ordinal);
        }
        finally
        {
            await server.StartAsync();
        }

        await database.WaitUntilAvailableAsync();
        Assert.Null(database.WaitingFor);
        Assert.Equal(7, await database.ReadAsync(r => r.FirstOrDefaultAsync<long>("SELECT value FROM counter")));
    }

    [Fact]
    public async Task Connections_BrokenWhileIdle_DoNotFailTheNextTransaction()
    {
        var database = Open();
        await database.TransactAsync(t => t.ExecuteAsync("UPDATE counter SET value = 7"));
        await server.StopAsync();
        await server.StartAsync();
        await database.TransactAsync(t => t.ExecuteAsync("UPDATE counter SET value = value + 1"));
        Assert.Equal(8, await database.ReadAsync(r => r.FirstOrDefaultAsync<long>("SELECT value FROM counter")));
    }

    /// <summary>Frozen between two statements, its connection alive: its locks must not outlast its lease for ever.</summary>
    [Fact]
    public async Task Lease_HolderAsleepInATransaction_PassesOn_AndTheSleeperCannotCommit()
    {
        var clock = new ManualTimeProvider();
        await using var asleep = Database("1s", clock);
        await using var heir = Database("1s", clock);
        var held = await Lease.TryAcquireAsync(asleep, "replicas", "first", TimeSpan.FromSeconds(10), clock);
        await using var transaction = await asleep.BeginAsync(TestContext.Current.CancellationToken);
        await held!.AssertHeldAsync(transaction);
        clock.Advance(TimeSpan.FromSeconds(11));

        var passed = await Lease.TryAcquireAsync(heir, "replicas", "second", TimeSpan.FromSeconds(10), clock);
        Assert.Equal(held.Token + 1, passed!.Token);
        var error = await Assert.ThrowsAnyAsync<Exception>(() => transaction.CommitAsync(TestContext.Current.CancellationToken));
        Assert.True(StorageErrors.IsUnavailable(error), error.ToString());
        await Assert.ThrowsAsync<LeaseLostException>(() => asleep.TransactAsync(held.AssertHeldAsync));
    }

    [Fact]
    public async Task Connections_EndTransactionsThatSleep_UnlessToldOtherwise()
    {
        await using var usual = new Database("things", new PostgreSqlEngine("things", _connection), [], Effects.UnhinderedEffects.Instance, TimeProvider.System);
        await using var told = Database("3s", TimeProvider.System);
        foreach (var (database, expected) in new[] { (usual, "15s"), (told, "3s") })
            Assert.Equal(expected, await database.ReadAsync(r => r.FirstOrDefaultAsync<string>("SHOW idle_in_transaction_session_timeout")));
    }

    private Database Database(string sleep, TimeProvider clock) => new(
        "things", new PostgreSqlEngine("things", $"{_connection};Options=-c idle_in_transaction_session_timeout={sleep}"), [Lease.Migrations], Effects.UnhinderedEffects.Instance, clock);
}
