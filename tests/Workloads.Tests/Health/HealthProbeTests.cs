using System.Net;
using System.Net.Sockets;
using System.Text;
using Platform.Testing;
using Platform.Workloads.Health;

namespace Workloads.Tests.Health;

public sealed class HealthProbeTests : IDisposable
{
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);
    private readonly HealthProbe _probe = new(TimeProvider.System);

    public void Dispose() => _probe.Dispose();

    [Fact]
    public async Task CheckAsync_AnAnswerOf200_IsHealthy()
    {
        using var server = new OneAnswer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

        var result = await _probe.CheckAsync(server.Address, "/health?deep=1", Ample, default);

        Assert.True(result.IsHealthy);
        Assert.StartsWith("GET /health?deep=1 HTTP/1.1", await server.Request);
    }

    [Fact]
    public async Task CheckAsync_AnAnswerOf503_GivesStatusAndTheBodysHead()
    {
        using var server = new OneAnswer($"HTTP/1.1 503 Busy\r\nContent-Length: 5000\r\n\r\nwarming up{new string('x', 4990)}");

        var result = await _probe.CheckAsync(server.Address, "/", Ample, default);

        Assert.False(result.IsHealthy);
        Assert.Equal(503, result.Status);
        Assert.StartsWith("answered 503: warming up", result.ToString());
        Assert.Equal(HealthProbe.LongestBody + 1, result.Body!.Length);
    }

    [Fact]
    public async Task CheckAsync_ARedirect_IsNotFollowed()
    {
        using var server = new OneAnswer("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");

        var result = await _probe.CheckAsync(server.Address, "/", Ample, default);

        Assert.Equal((false, 302, null), (result.IsHealthy, result.Status, result.Error));
    }

    [Fact]
    public async Task CheckAsync_NobodyListening_SaysSo()
    {
        int port;
        using (var closed = new OneAnswer("")) port = closed.Address.Port;

        var result = await _probe.CheckAsync(new Uri($"http://127.0.0.1:{port}"), "/", Ample, default);

        Assert.Equal($"nothing listens on 127.0.0.1:{port}", result.Error);
    }

    [Fact]
    public async Task CheckAsync_SomethingThatIsNotHttp_IsUnhealthyAndDoesNotThrow()
    {
        using var server = new OneAnswer("SSH-2.0-OpenSSH\r\n");

        Assert.NotNull((await _probe.CheckAsync(server.Address, "/", Ample, default)).Error);
    }

    [Fact]
    public async Task CheckAsync_NoAnswerInTime_IsUnhealthy()
    {
        var clock = new ManualTimeProvider();
        using var probe = new HealthProbe(clock);
        using var server = new OneAnswer(answer: null);
        var check = probe.CheckAsync(server.Address, "/", TimeSpan.FromSeconds(1), default);
        await server.Request;

        clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal("no answer within 1000 ms", (await check).Error);
    }

    [Fact]
    public async Task CheckAsync_Cancelled_Throws()
    {
        using var server = new OneAnswer(answer: null);
        using var cancel = new CancellationTokenSource();
        var check = _probe.CheckAsync(server.Address, "/", Ample, cancel.Token);
        await server.Request;

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => check);
    }

    /// <summary>Takes one connection and sends one answer, or none.</summary>
    private sealed class OneAnswer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly TaskCompletionSource _end = new();

        public OneAnswer(string? answer)
        {
            _listener.Start();
            Request = ServeAsync(answer);
        }

        public Uri Address => new($"http://{_listener.LocalEndpoint}");

        public Task<string> Request { get; }

        public void Dispose()
        {
            _end.TrySetResult();
            _listener.Dispose();
        }

        private async Task<string> ServeAsync(string? answer)
        {
            var client = await _listener.AcceptTcpClientAsync();
            var bytes = new byte[4096];
            var length = await client.GetStream().ReadAsync(bytes);
            if (answer is not null)
            {
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer));
                client.Client.Shutdown(SocketShutdown.Send);
            }
            else
            {
                _ = _end.Task.ContinueWith(_ => client.Dispose(), TaskScheduler.Default);
            }

            return Encoding.ASCII.GetString(bytes, 0, length);
        }
    }
}
