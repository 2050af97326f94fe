using System.Net;
using System.Net.Sockets;
using Platform.Deployment.Pipeline;
using Platform.Deployment.Pipeline.Checks;
using Platform.Workloads.Manifests;
using Platform.Workloads.Secrets;

namespace Platform.Deployment.Tests.Pipeline;

/// <summary>What each check says of a server that answers as it should, and of one that does not.</summary>
public sealed class CheckTests
{
    private static readonly byte[] ConnectionStart = [1, 0, 0, 0, 0, 1, 0, 0, 10, 0, 10, 0, 9];

    [Fact]
    public async Task Redis_ThatAnswersPong_IsGood()
    {
        await using var server = new OneAnswer("+PONG\r\n"u8.ToArray());

        var result = await AskAsync(new RedisCheck(Secrets()), new CheckSpec { Name = "cache", Redis = server.Endpoint });

        Assert.True(result.IsSuccess, result.Message);
        Assert.Equal("*1\r\n$4\r\nPING\r\n", System.Text.Encoding.ASCII.GetString(await server.Heard));
    }

    [Fact]
    public async Task Redis_ThatWantsALogIn_SaysSo()
    {
        await using var server = new OneAnswer("-NOAUTH Authentication required.\r\n"u8.ToArray());

        var result = await AskAsync(new RedisCheck(Secrets()), new CheckSpec { Name = "cache", Redis = server.Endpoint });

        Assert.False(result.IsSuccess);
        Assert.Contains("NOAUTH Authentication required", result.Message);
    }

    [Fact]
    public async Task Redis_WithASecret_LogsInAndNeverShowsThePassword()
    {
        await using var server = new OneAnswer("-WRONGPASS\r\n"u8.ToArray());

        var result = await AskAsync(new RedisCheck(Secrets($"redis://:hunter2@{server.Endpoint}")), new CheckSpec { Name = "cache", Redis = "secret://cache" });

        Assert.Contains("refused the log-in: -WRONGPASS", result.Message);
        Assert.DoesNotContain("hunter2", result.Message);
        Assert.Contains("AUTH\r\n$7\r\nhunter2", System.Text.Encoding.ASCII.GetString(await server.Heard));
    }

    [Fact]
    public async Task Amqp_ThatBeginsTheHandshake_IsGood()
    {
        await using var server = new OneAnswer(ConnectionStart);

        Assert.True((await AskAsync(new AmqpCheck(), new CheckSpec { Name = "queue", Amqp = server.Endpoint })).IsSuccess);
        Assert.Equal([.. "AMQP"u8, 0, 0, 9, 1], await server.Heard);
    }

    [Fact]
    public async Task Amqp_FromAnotherServer_IsToldWhatItSaid()
    {
        await using var server = new OneAnswer("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());

        Assert.Contains("'HTTP/1.1 40', which is not AMQP", (await AskAsync(new AmqpCheck(), new CheckSpec { Name = "queue", Amqp = server.Endpoint })).Message);
    }

    [Fact]
    public async Task Tcp_WhereNobodyListens_Fails()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var endpoint = listener.LocalEndpoint.ToString()!;
        Assert.True((await AskAsync(new TcpCheck(), new CheckSpec { Name = "x", Tcp = endpoint })).IsSuccess);
        listener.Stop();

        var result = await AskAsync(new TcpCheck(), new CheckSpec { Name = "x", Tcp = endpoint });

        Assert.False(result.IsSuccess);
        Assert.StartsWith(endpoint, result.Message);
    }

    [Fact]
    public async Task Postgres_WithoutItsSecretOrWithAnotherValue_SaysWhatToDoAndNotTheValue()
    {
        var spec = new CheckSpec { Name = "orders", Postgres = "secret://cache" };

        Assert.Contains("'cache' does not exist", (await AskAsync(new PostgresCheck(Secrets()), spec)).Message);
        var wrong = await AskAsync(new PostgresCheck(Secrets("postgres://me:hunter2@db/shop")), spec);
        Assert.Contains("is not a connection string", wrong.Message);
        Assert.DoesNotContain("hunter2", wrong.Message);
    }

    private static Task<JobResult> AskAsync(ICheck check, CheckSpec spec)
    {
        Assert.True(check.Handles(spec));
        return check.AskAsync(spec, null!, TestContext.Current.CancellationToken);
    }

    private static OneSecret Secrets(string? value = null) => new(value);

    private sealed class OneSecret(string? value) : ISecrets
    {
        public string? Find(string name) => value;

        public string HowToAdd(string name) => "add it";
    }

    /// <summary>Takes one connection, hears one message, answers it, and closes.</summary>
    private sealed class OneAnswer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public OneAnswer(byte[] answer)
        {
            _listener.Start();
            Heard = ServeAsync(answer);
        }

        public string Endpoint => _listener.LocalEndpoint.ToString()!;

        public Task<byte[]> Heard { get; }

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await ((Task)Heard).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        private async Task<byte[]> ServeAsync(byte[] answer)
        {
            using var client = await _listener.AcceptTcpClientAsync();
            var heard = new byte[1024];
            var read = await client.GetStream().ReadAsync(heard);
            await client.GetStream().WriteAsync(answer);
            return heard[..read];
        }
    }
}
