using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Platform.Messaging;
using Platform.Messaging.Inbox;
using Platform.Messaging.Tests;
using Platform.Storage;
using Platform.Testing;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Platform.Integration.Tests.Messaging;

[Collection(Servers.Name)]
public sealed class RabbitMqPostgreSqlTests(PostgresServer postgres, RabbitMqServer rabbit, ITestOutputHelper output) : MessagingConformance, IAsyncLifetime
{
    /// <summary>How long the broker stays away; <c>PLATFORM_TEST_OUTAGE</c> in seconds makes it longer.</summary>
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(
        double.Parse(Environment.GetEnvironmentVariable("PLATFORM_TEST_OUTAGE") ?? "30", CultureInfo.InvariantCulture));
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
            var health = host.Services.GetRequiredService<MassTransit.IBusControl>().CheckHealth();
            output.WriteLine($"{health.Status}: {string.Join(", ", health.Endpoints.Select(e => $"{e.Key} {e.Value.Status}"))}");
            await Eventually.HoldsAsync(() => host.Status.Away is not null, "nothing is tried any more");
            await Assert.ThrowsAsync<BusAwayException>(() => host.Services.GetRequiredService<ICommandSender>().SendAsync(new DoWork { CorrelationId = Guid.NewGuid() }));
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

    [Fact]
    public async Task Host_StoppedWhileItsConsumersWaitForTheDatabase_EndsInTimeAndLosesNothing()
    {
        var ids = Enumerable.Range(0, 10).Select(_ => Guid.NewGuid()).ToList();
        TimeSpan took;
        var host = await StartAsync();
        try
        {
            await Eventually.HoldsAsync(() => host.Status.WaitingFor.Count == 0, "the bus");
            await postgres.StopAsync();
            foreach (var id in ids) await host.PublishRawAsync(new DoWork { CorrelationId = id }, Guid.NewGuid());
            await Eventually.HoldsAsync(() => host.Status.WaitingFor.Any(w => w.Contains("does not answer since", StringComparison.Ordinal)), "the consumers waiting");
        }
        finally
        {
            var stopping = Stopwatch.GetTimestamp();
            await host.DisposeAsync();
            took = Stopwatch.GetElapsedTime(stopping);
            await postgres.StartAsync();
        }

        output.WriteLine($"Stopped in {took.TotalSeconds:0.0} s.");
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(25));
        await using var next = await StartAsync();
        foreach (var id in ids)
        {
            await Eventually.HoldsAsync(async () => await next.TimesAsync(next.Watcher, id, "watch") == 1, "the work of the stopped host", Recovery);
            Assert.Equal(1, await next.TimesAsync(next.Worker, id, "work"));
        }
    }

    [Fact]
    public async Task Poison_IsMovedToTheErrorQueueOnce()
    {
        await using var host = await StartAsync();
        var poison = Guid.NewGuid();
        await host.SendAsync(new DoWork { CorrelationId = poison, Behaviour = "poison" });
        await host.QuietAsync(async () => (await host.Worker.ReadAsync(r => r.DeadLettersAsync())).Count == 1, "the dead letter");

        var factory = new ConnectionFactory { Uri = new Uri(_settings.Single(s => s.Key == "Bus:Uri").Value!) };
        await using var connection = await factory.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        BasicGetResult? moved = null;
        await Eventually.HoldsAsync(async () => (moved = await TakeAsync(connection, "worker-work_error")) is not null, "the error queue's message");
        using var envelope = JsonDocument.Parse(moved!.Body);
        Assert.Equal(poison, envelope.RootElement.GetProperty("message").GetProperty("correlationId").GetGuid());
        Assert.Contains("cannot be handled", Encoding.UTF8.GetString((byte[])moved.BasicProperties.Headers!["MT-Fault-Message"]!), StringComparison.Ordinal);
        Assert.True(moved.BasicProperties.Persistent);
        Assert.Null(await TakeAsync(connection, "worker-work_error"));
        // Declared differently, this would be refused: it is a replicated log on disk like the queue itself.
        await channel.QueueDeclareAsync("worker-work_error", durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(0u, await channel.MessageCountAsync("worker-work", TestContext.Current.CancellationToken));
    }

    /// <summary>A channel of its own: asking for a queue that is not there yet closes it.</summary>
    private static async Task<BasicGetResult?> TakeAsync(IConnection connection, string queue)
    {
        await using var channel = await connection.CreateChannelAsync();
        try
        {
            return await channel.BasicGetAsync(queue, autoAck: true);
        }
        catch (OperationInterruptedException)
        {
            return null;
        }
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
