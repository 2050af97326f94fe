using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Platform.Autoscaler.Sources;
using Platform.Contracts.Scaling;
using Platform.Effects;
using Platform.Hosting.Measurements;
using Platform.Hosting.Outbound;
using Platform.Workloads.Secrets;

namespace Platform.Autoscaler.Tests.Sources;

public sealed class RabbitMqSourceTests
{
    private static readonly SourceQuestion Question = new("shop", TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(5));

    [Theory]
    [InlineData("queueLength", false, """{"messages":5,"messages_ready":3}""", 5.0, null)]
    [InlineData("queueLength", true, """{"messages":5,"messages_ready":3}""", 3.0, null)]
    [InlineData("queueLength", false, """{"name":"orders"}""", null, "no messages yet")]
    [InlineData("messageRate", false, """{"messages":5,"message_stats":{"publish_details":{"rate":12.5}}}""", 12.5, null)]
    [InlineData("messageRate", false, """{"messages":5}""", 0.0, null)]
    public void Management_AnyAnswer_IsOneNumberOrSaysWhyNot(string mode, bool readyOnly, string answer, double? value, string? problem)
    {
        using var document = JsonDocument.Parse(answer);

        var reading = RabbitMqManagementSource.Read(document.RootElement, Queue("http://mq") with { Mode = mode, ExcludeUnacknowledged = readyOnly });

        Assert.Equal(value, reading.Value);
        if (problem is not null) Assert.Contains(problem, reading.Problem);
    }

    [Fact]
    public async Task Management_IsAskedForTheQueueWithTheSecretsPassword()
    {
        await using var server = new OneAnswer(200, """{"messages":41}""");
        var metric = Queue(server.Address) with { Queue = "a/b", VirtualHost = "/", Username = "app", Password = "secret://mq" };

        var reading = await Management().ReadAsync(metric, Question, CancellationToken.None);

        Assert.Equal(Reading.Of(41), reading);
        Assert.Equal("/api/queues/%2F/a%2Fb", server.Asked!.RawUrl);
        Assert.Equal("Basic " + Convert.ToBase64String("app:hunter2-hunter2"u8), server.Asked.Headers["Authorization"]);
    }

    [Fact]
    public async Task Management_ThatRefuses_IsQuotedWithoutThePassword()
    {
        await using var server = new OneAnswer(401, "not you with hunter2-hunter2");

        var reading = await Management().ReadAsync(Queue(server.Address) with { Username = "app", Password = "secret://mq" }, Question, CancellationToken.None);

        Assert.Equal("it answered 401: not you with ***", reading.Problem);
    }

    [Theory]
    [InlineData("http://127.0.0.1:9")]
    [InlineData("amqp://127.0.0.1:9")]
    public async Task ASecretThatIsMissing_IsSaidAndNothingIsAsked(string host)
    {
        var reading = await Read(Queue(host) with { Username = "app", Password = "secret://other" });

        Assert.Equal("the secret 'other' does not exist; write it down", reading.Problem);
    }

    [Theory]
    [InlineData("http://127.0.0.1:9")]
    [InlineData("amqp://127.0.0.1:9")]
    public async Task APasswordThatIsNoReference_IsNotUsedAndNotTold(string host)
    {
        var reading = await Read(Queue(host) with { Username = "app", Password = "hunter2" });

        Assert.Equal("the secret has to be written as secret://name, not as its value", reading.Problem);
    }

    [Theory]
    [InlineData("http://127.0.0.1:9")]
    [InlineData("amqp://127.0.0.1:9")]
    public async Task AnAddressThatIsNotPublic_IsRefusedUntilAllowed(string host) =>
        Assert.Contains("An admin can allow it with ScalingMetrics:Allow", (await Read(Queue(host), allowed: [])).Problem);

    [Fact]
    public async Task Amqp_ABrokerThatIsNotThere_IsAnAnswer()
    {
        var reading = await Read(Queue("amqp://127.0.0.1:9"));

        Assert.Contains("it cannot be reached: Connection refused", reading.Problem);
    }

    [Fact]
    public async Task Amqp_ABrokerThatSaysNothing_IsGivenUpAfterTheTimeout()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();

        var reading = await Amqp("127.0.0.0/8").ReadAsync(
            Queue($"amqp://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}"), Question with { Timeout = TimeSpan.FromMilliseconds(300) }, CancellationToken.None);

        Assert.Equal("it did not answer within 0.3 s", reading.Problem);
    }

    [Fact]
    public void ALogin_IsNeverPrintedWithItsPassword() => Assert.Equal("app", $"{new BrokerLogin("app", "hunter2")}");

    private static RabbitMqMetric Queue(string host) => new() { Host = host, Queue = "orders" };

    private static Task<Reading> Read(RabbitMqMetric metric, string[]? allowed = null)
    {
        IMetricSource source = metric.IsAmqp ? Amqp(allowed ?? ["127.0.0.0/8"]) : Management(allowed ?? ["127.0.0.0/8"]);
        Assert.True(source.Reads(metric));
        return source.ReadAsync(metric, Question, CancellationToken.None);
    }

    private static RabbitMqManagementSource Management(string[]? allowed = null) => new(
        new MetricHttp(Policy(allowed ?? ["127.0.0.0/8"]), "test", new MetricSecrets(_ => null, _ => ""), UnhinderedEffects.Instance, TimeProvider.System), Secrets);

    private static RabbitMqQueueSource Amqp(params string[] allowed) => new(Policy(allowed), Secrets, UnhinderedEffects.Instance, TimeProvider.System);

    private static AddressPolicy Policy(string[] allowed) => new(AllowedNetworks.Of(allowed), "ScalingMetrics:Allow");

    private static Lazy<ISecrets> Secrets => new(new OneSecret());

    private sealed class OneSecret : ISecrets
    {
        public string? Find(string name) => name == "mq" ? "hunter2-hunter2" : null;

        public string HowToAdd(string name) => "write it down";
    }
}
