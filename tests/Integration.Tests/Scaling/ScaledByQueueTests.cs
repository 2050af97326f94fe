using System.Text;
using Platform.Autoscaler;
using Platform.Autoscaler.Sources;
using Platform.Contracts.Scaling;
using Platform.Effects;
using Platform.Hosting.Measurements;
using Platform.Hosting.Outbound;
using Platform.Testing;
using Platform.Workloads.Secrets;
using RabbitMQ.Client;

namespace Platform.Integration.Tests.Scaling;

/// <summary>A real RabbitMQ, asked for the length of queues, by AMQP and by its management API.</summary>
[Collection(Servers.Name)]
public sealed class ScaledByQueueTests(RabbitMqServer rabbit)
{
    private static readonly SourceQuestion Question = new("shop", TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(10));

    [Fact]
    public async Task A_queue_is_as_long_as_its_ready_messages_and_asking_makes_none()
    {
        var broker = rabbit.TakeVirtualHost();
        await using var connection = await ConnectAsync(broker);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        await PublishAsync(channel, "orders", 5);
        Assert.NotNull(await channel.BasicGetAsync("orders", autoAck: false, TestContext.Current.CancellationToken));

        Assert.Equal(Reading.Of(4), await AskAsync(Queue(broker, "orders")));
        Assert.Equal($"it has no queue 'nobody' in the virtual host '{broker.AbsolutePath[1..]}'", (await AskAsync(Queue(broker, "nobody"))).Problem);
        Assert.Contains("does not let stranger in", (await AskAsync(Queue(broker, "orders") with { Username = "stranger" })).Problem);
        Assert.Equal(Reading.Of(4), await AskAsync(Queue(broker, "orders")));
    }

    [Fact]
    public async Task The_management_api_counts_unacknowledged_messages_too()
    {
        var broker = rabbit.TakeVirtualHost();
        var management = await rabbit.EnableManagementAsync();
        await using var connection = await ConnectAsync(broker);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        await PublishAsync(channel, "orders/eu", 5);
        Assert.NotNull(await channel.BasicGetAsync("orders/eu", autoAck: false, TestContext.Current.CancellationToken));
        var queue = Queue(broker, "orders/eu") with { Host = management.ToString() };

        Reading? last = null;
        await Eventually.HoldsAsync(async () => (last = await AskAsync(queue)).Value == 5 && (await AskAsync(queue with { ExcludeUnacknowledged = true })).Value == 4, "its figures have come", TimeSpan.FromSeconds(30));

        Assert.Equal(Reading.Of(5), last);
        Assert.InRange((await AskAsync(queue with { Mode = RabbitMqModes.MessageRate })).Value!.Value, 0, 1000);
        Assert.Contains("it answered 404", (await AskAsync(queue with { Queue = "nobody" })).Problem);
    }

    [Fact]
    public async Task An_application_gets_a_replica_for_so_many_messages()
    {
        var broker = rabbit.TakeVirtualHost();
        await using var connection = await ConnectAsync(broker);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        await PublishAsync(channel, "orders", 95);
        var owner = new RecordingOwner();
        await using var host = await ModuleHost.StartAsync([AutoscalerModule.Module, owner.Module], ["--ScalingMetrics:Allow:0=127.0.0.0/8"]);

        await ScaledApplication.DeployAsync(host, new MetricTarget { Name = "backlog", Target = 30, Interval = TimeSpan.FromSeconds(1), Timeout = TimeSpan.FromSeconds(1), RabbitMq = Queue(broker, "orders") });

        await ModuleHost.UntilAsync(() => owner.Commands.Any(command => command.Replicas == 4), "95 ÷ 30 replicas are asked for");
        Assert.Contains("backlog is", owner.Commands[^1].Reason);
    }

    private static RabbitMqMetric Queue(Uri broker, string queue) =>
        new() { Host = $"amqp://{broker.Authority}", VirtualHost = broker.AbsolutePath[1..], Queue = queue };

    private static Task<IConnection> ConnectAsync(Uri broker) => new ConnectionFactory { Uri = broker }.CreateConnectionAsync();

    private static async Task PublishAsync(IChannel channel, string queue, int messages)
    {
        await channel.QueueDeclareAsync(queue, durable: false, exclusive: false, autoDelete: true);
        for (var i = 0; i < messages; i++) await channel.BasicPublishAsync("", queue, Encoding.UTF8.GetBytes($"order {i}"));
        await Eventually.HoldsAsync(async () => await channel.MessageCountAsync(queue) == messages, "the messages are in the queue", TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_connection_is_used_again_and_not_after_it_was_lost()
    {
        var broker = rabbit.TakeVirtualHost();
        await using var connection = await ConnectAsync(broker);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        await PublishAsync(channel, "orders", 3);
        var (opened, connections) = (0, new BrokerConnections(TimeProvider.System));
        await using var closing = connections;
        var key = new BrokerKey("amqp://x", "/", new BrokerLogin("guest", "guest"));

        for (var i = 0; i < 3; i++) Assert.Equal(3u, await CountAsync());
        Assert.Equal((1, 1), (opened, connections.Count));

        await connections.UseAsync(key, () => throw new InvalidOperationException("there is one"), async used =>
        {
            await used.CloseAsync();
            return 0;
        });
        Assert.Equal(3u, await CountAsync());
        Assert.Equal((2, 1), (opened, connections.Count));

        await Assert.ThrowsAsync<InvalidDataException>(() => connections.UseAsync<int>(key, OpenAsync, _ => throw new InvalidDataException()));
        Assert.Equal(0, connections.Count);

        Task<uint> CountAsync() => connections.UseAsync(key, OpenAsync, async used =>
        {
            await using var own = await used.CreateChannelAsync();
            return await own.MessageCountAsync("orders");
        });

        Task<IConnection> OpenAsync()
        {
            opened++;
            return ConnectAsync(broker);
        }
    }

    private static async Task<Reading> AskAsync(RabbitMqMetric queue)
    {
        var policy = new AddressPolicy(AllowedNetworks.Of(["127.0.0.0/8"]), "ScalingMetrics:Allow");
        var secrets = new Lazy<ISecrets>(new FolderSecrets("/nowhere"));
        using var http = new MetricHttp(policy, "test", new MetricSecrets(_ => null, _ => ""), UnhinderedEffects.Instance, TimeProvider.System);
        await using var amqp = new RabbitMqQueueSource(policy, secrets, UnhinderedEffects.Instance, TimeProvider.System);
        IMetricSource source = queue.IsAmqp ? amqp : new RabbitMqManagementSource(http, secrets);
        return await source.ReadAsync(queue, Question, TestContext.Current.CancellationToken);
    }
}
