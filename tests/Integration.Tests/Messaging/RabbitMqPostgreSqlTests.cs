using Platform.Messaging.Tests;
using Platform.Storage;
using Platform.Testing;

namespace Platform.Integration.Tests.Messaging;

[Collection(Servers.Name)]
public sealed class RabbitMqPostgreSqlTests(PostgresServer postgres, RabbitMqServer rabbit) : MessagingConformance, IAsyncLifetime
{
    private IReadOnlyList<KeyValuePair<string, string?>> _settings = [];

    private protected override IEnumerable<KeyValuePair<string, string?>> Settings => _settings;

    public async ValueTask InitializeAsync() => _settings =
    [
        new("Storage:Kind", "postgresql"),
        new("Storage:ConnectionString", await postgres.CreateDatabaseAsync()),
        new("Bus:Transport", "rabbitMq"),
        new("Bus:Uri", rabbit.TakeVirtualHost().ToString()),
    ];

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Database_StoppedAndStarted_LosesNothing()
    {
        await using var host = await StartAsync();
        var ids = Enumerable.Range(0, 10).Select(_ => Guid.NewGuid()).ToList();
        await host.SendAsync([.. ids.Select(id => new DoWork { CorrelationId = id })]);
        await postgres.StopAsync();
        await postgres.StartAsync();
        foreach (var id in ids)
        {
            await Eventually.HoldsAsync(async () => await TimesOrNothingAsync(host, id) == 1, "the work after the outage", TimeSpan.FromSeconds(60));
            Assert.Equal(1, await host.TimesAsync(host.Worker, id, "work"));
        }

        Assert.Equal(0, await host.Worker.ReadAsync(r => r.FirstOrDefaultAsync<long>("SELECT COUNT(*) FROM dead_letter")));
    }

    [Fact]
    public async Task Host_WithoutABroker_StartsAndSaysWhatItWaitsFor()
    {
        var nowhere = ServerProcess.FreePort();
        await using var host = await TestHost.StartAsync([.. _settings.Where(s => s.Key != "Bus:Uri"), new("Bus:Uri", $"amqp://guest:guest@127.0.0.1:{nowhere}/")]);
        await Eventually.HoldsAsync(() => host.Status.WaitingFor.Any(w => w.Contains($"127.0.0.1:{nowhere}", StringComparison.Ordinal)), "the wait said");
    }

    private static async Task<long> TimesOrNothingAsync(TestHost host, Guid id)
    {
        try
        {
            return await host.TimesAsync(host.Watcher, id, "watch");
        }
        catch (Exception error) when (StorageErrors.IsUnavailable(error))
        {
            return 0;
        }
    }
}
