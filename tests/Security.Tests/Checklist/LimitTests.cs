using System.Net;
using System.Net.Http.Headers;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using Platform.Hosting;
using Platform.Security.Tests.Support;

namespace Platform.Security.Tests.Checklist;

/// <summary>What one client may take: bytes, headers, time, connections; and where the ports are open.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task EveryPort_IsOpenOnLoopbackOnly()
    {
        await using var platform = await WholePlatform.StartAsync();
        var ports = WholePlatform.Services.Select(s => platform.Address(s.Name).Port).Append(platform.Traffic.Port).ToHashSet();
        var open = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(l => ports.Contains(l.Port)).ToList();
        Assert.Equal(ports.Count, open.Count);
        Assert.All(open, listener => Assert.True(IPAddress.IsLoopback(listener.Address), listener.ToString()));
    }

    [Theory]
    [InlineData("--Bind=0.0.0.0")]
    [InlineData("--Bind=::")]
    [InlineData("--TrafficBind=0.0.0.0")]
    public void AnAddressBeyondLoopback_WithoutTls_IsRefusedUnlessSaidTwice(string bind)
    {
        string[] args = ["--data", Path.Combine(Path.GetTempPath(), "platform-security-unused"), "--Log:Level=fatal", bind];
        var refused = Assert.Throws<ConfigurationException>(() => ServiceHost.Build(args, WholePlatform.Services));
        Assert.Contains("AllowInsecureBind", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BodiesAndHeaders_BeyondTheirLimits_AreRefused()
    {
        await using var platform = await WholePlatform.StartAsync(args: ["--Limits:ControlBody=10000", "--Limits:TrafficBody=20000", "--Limits:Headers=8192", "--Limits:HeaderCount=40"]);
        using var client = platform.Client("deployment", Roles.Admin);
        foreach (var type in new[] { "application/json", "application/yaml" })
        {
            using var declared = new ByteArrayContent(new byte[10_001]) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await client.PostAsync("/api/deployment/deploy", declared)).StatusCode);
            using var chunked = new HttpRequestMessage(HttpMethod.Post, "/api/deployment/deploy") { Content = new StreamContent(new MemoryStream(Encoding.ASCII.GetBytes("{\"manifest\":\"" + new string('x', 20_000)))) };
            chunked.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
            chunked.Headers.TransferEncodingChunked = true;
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await client.SendAsync(chunked)).StatusCode);
        }

        foreach (var address in new[] { platform.Address("gateway"), platform.Traffic })
        {
            Assert.Equal(431, (await Raw.GetAsync(address, "/health/live", "X: " + new string('x', 9_000))).Status);
            Assert.Equal(431, (await Raw.GetAsync(address, "/health/live", [.. Enumerable.Range(0, 50).Select(i => $"X{i}: x")])).Status);
        }
    }

    [Fact]
    public async Task HeadersThatDripIn_AreCutOff_OnEveryPort()
    {
        await using var platform = await WholePlatform.StartAsync(args: ["--Limits:HeadersTimeout=1s"]);
        foreach (var address in new[] { platform.Address("healthmonitor"), platform.Traffic })
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(address.Host, address.Port);
            await socket.SendAsync("GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Slow: "u8.ToArray());
            Assert.Contains(Raw.Status(await Raw.ReadAsync(socket)), new[] { 0, 408 });
        }
    }

    [Fact]
    public async Task ABodyThatDripsIn_IsCutOff()
    {
        await using var platform = await WholePlatform.StartAsync();
        var address = platform.Address("deployment");
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address.Host, address.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST /api/deployment/scale HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer {platform.Key(Roles.Admin)}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{"));
        Assert.Contains(Raw.Status(await Raw.ReadAsync(socket)), new[] { 0, 408 });
    }

    [Fact]
    public async Task Streams_AreCountedPerKeyAndInAll_AndGivenBack()
    {
        await using var platform = await WholePlatform.StartAsync(args: ["--Limits:Streams=3", "--Limits:StreamsPerKey=2"]);
        var open = new List<HttpResponseMessage>();
        using var viewer = platform.Client("healthmonitor", Roles.Viewer);
        using var admin = platform.Client("healthmonitor", Roles.Admin);
        foreach (var (client, path) in new[] { (viewer, "/events/stream"), (viewer, "/dashboard/stream"), (admin, "/events/stream") })
        {
            open.Add(await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead));
            Assert.Equal(HttpStatusCode.OK, open[^1].StatusCode);
            if (open.Count == 2) Assert.Contains("StreamsPerKey", await RefusedAsync(viewer));
        }

        Assert.Contains("Limits:Streams.", await RefusedAsync(admin));
        foreach (var answer in open) answer.Dispose();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            using var again = await viewer.GetAsync("/events/stream", HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            if (again.StatusCode == HttpStatusCode.OK) break;
            await Task.Delay(50, deadline.Token);
        }
    }

    private static async Task<string> RefusedAsync(HttpClient client)
    {
        using var refused = await client.GetAsync("/events/stream", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        return await refused.Content.ReadAsStringAsync();
    }
}
