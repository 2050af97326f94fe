using System.Diagnostics;
using System.Globalization;
using Platform.Messaging.Tests;
using Platform.Storage;
using Platform.Testing;

namespace Platform.Integration.Tests.Messaging;

[Collection(Servers.Name)]
public sealed class RabbitMqPostgreSqlTests(PostgresServer postgres, RabbitMqServer rabbit, ITestOutputHelper output) : MessagingConformance, IAsyncLifetime
{
    /// <summary>How long the broker stays away; <c>PLATFORM_TEST_OUTAGE</c> in seconds makes it longer.</summary>
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(
        double.Parse(Environment.GetEnvironmentVariable("PLATFORM_TEST_OUTAGE") ?? "10", CultureInfo.InvariantCulture));
    /// <summary>MassTransit tries to connect again after 3 s at first, and every 30 s in the end.</summary>
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(60);
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
    public async Task Broker_StoppedAndStarted_LosesNothingAndIsSaidToBeGone()
    {
        await using var host = await StartAsync();
        var (before, during) = (Guid.NewGuid(), Guid.NewGuid());
        await host.SendAsync(new DoWork { CorrelationId = before });
        await host.QuietAsync(async () => await host.TimesAsync(host.Watcher, before, "watch") == 1, "the first");
        await rabbit.StopAsync();
        var stopped = Stopwatch.GetTimestamp();
        try
        {
            await host.SendAsync(new DoWork { CorrelationId = during });
            await Eventually.HoldsAsync(() => host.Status.WaitingFor.Any(w => w.Contains($"RabbitMQ at 127.0.0.1:{rabbit.Port}", StringComparison.Ordinal)), "the outage said");
            await Eventually.HoldsAsync(() => Stopwatch.GetElapsedTime(stopped) > Outage, "the outage", Outage + Outage);
        }
        finally
        {
            await rabbit.StartAsync();
        }

        var started = Stopwatch.GetTimestamp();
        await Eventually.HoldsAsync(async () => await host.TimesAsync(host.Watcher, during, "watch") == 1, "the second", Recovery);
        Assert.Equal(1, await host.TimesAsync(host.Worker, during, "work"));
        await Eventually.HoldsAsync(() => host.Status.WaitingFor.Count == 0, "the outage over", Recovery);
        output.WriteLine($"Recovered {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s after the broker answered again.");
    }

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
