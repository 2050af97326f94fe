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
}
