using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Platform.Security.Tests.Support;

namespace Platform.Security.Tests.Checklist;

/// <summary>Outgoing requests whose URL a user chose: they reach public addresses, and follow nobody anywhere.</summary>
public sealed class OutgoingTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    [Theory]
    [InlineData("http://127.0.0.1:{0}/")]
    [InlineData("http://127.8.9.10:{0}/")]
    [InlineData("http://localhost:{0}/")]
    [InlineData("http://localhost.:{0}/")]
    [InlineData("http://0.0.0.0:{0}/")]
    [InlineData("http://0:{0}/")]
    [InlineData("http://2130706433:{0}/")]
    [InlineData("http://0x7f.1:{0}/")]
    [InlineData("http://0177.0.0.1:{0}/")]
    [InlineData("http://[::1]:{0}/")]
    [InlineData("http://[::]:{0}/")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/")]
    [InlineData("http://[::127.0.0.1]:{0}/")]
    [InlineData("http://[64:ff9b::7f00:1]:{0}/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://[fd00:ec2::254]/latest/meta-data/")]
    [InlineData("http://[fe80::1]:{0}/")]
    [InlineData("http://10.0.0.1:{0}/")]
    [InlineData("http://172.16.0.1:{0}/")]
    [InlineData("http://192.168.0.1:{0}/")]
    [InlineData("http://100.64.0.1:{0}/")]
    public async Task Webhook_ToWhatIsNotPublic_IsNeverSent(string pattern)
    {
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        var url = string.Format(System.Globalization.CultureInfo.InvariantCulture, pattern, ((IPEndPoint)listener.LocalEndpoint).Port);
        var (status, webhook) = await shared.Platform.SendAsync("healthmonitor", HttpMethod.Post, "/webhooks", new { name = "inside", url, enabled = false });
        if (status == HttpStatusCode.BadRequest) return;
        Assert.Equal(HttpStatusCode.Created, status);
        var id = webhook.GetProperty("id").GetString();
        var (_, ping) = await shared.Platform.SendAsync("healthmonitor", HttpMethod.Post, $"/webhooks/{id}/ping");
        await shared.Platform.SendAsync("healthmonitor", HttpMethod.Delete, $"/webhooks/{id}");

        Assert.False(ping.GetProperty("arrived").GetBoolean());
        Assert.Matches("not a public address|not known", ping.GetProperty("error").GetString());
        Assert.False(listener.Pending(), "a connection was made");
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://127.0.0.1:6379/_x")]
    [InlineData("ftp://example.org/")]
    [InlineData("http://user:pass@example.org/")]
    [InlineData("//example.org/")]
    [InlineData("dapr:x")]
    public async Task Webhook_OfAnotherScheme_IsNotTaken(string url)
    {
        var (status, _) = await shared.Platform.SendAsync("healthmonitor", HttpMethod.Post, "/webhooks", new { name = "odd", url });
        Assert.Equal(HttpStatusCode.BadRequest, status);
    }

    /// <summary>The receiver is allow-listed; where it points is not, and is not asked.</summary>
    [Fact]
    public async Task Redirect_IsNotFollowed()
    {
        using var inside = new TcpListener(IPAddress.Parse("127.0.0.2"), 0);
        inside.Start();
        using var outside = new TcpListener(IPAddress.Loopback, 0);
        outside.Start();
        await using var platform = await WholePlatform.StartAsync(args: ["--Webhooks:Allow:0=127.0.0.1/32"]);
        var (_, webhook) = await platform.SendAsync("healthmonitor", HttpMethod.Post, "/webhooks", new { name = "redirecting", url = $"http://127.0.0.1:{((IPEndPoint)outside.LocalEndpoint).Port}/", enabled = false });
        var pinging = platform.SendAsync("healthmonitor", HttpMethod.Post, $"/webhooks/{webhook.GetProperty("id").GetString()}/ping");
        using (var socket = await outside.AcceptSocketAsync())
        {
            await socket.ReceiveAsync(new byte[8192]);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.2:{((IPEndPoint)inside.LocalEndpoint).Port}/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        }

        var (_, ping) = await pinging;
        Assert.Equal((false, 307), (ping.GetProperty("arrived").GetBoolean(), ping.GetProperty("status").GetInt32()));
        Assert.False(inside.Pending(), "the redirect was followed");
    }

    [Fact]
    public async Task AWebhooksSecret_DoesNotFollowItToAnotherTarget()
    {
        var (_, webhook) = await shared.Platform.SendAsync("healthmonitor", HttpMethod.Post, "/webhooks", new { name = "moved", url = "https://example.org/a", secret = "agreed-with-the-first", enabled = false });
        var path = "/webhooks/" + webhook.GetProperty("id").GetString();
        var (_, same) = await shared.Platform.SendAsync("healthmonitor", HttpMethod.Put, path, new { name = "moved", url = "https://example.org/a", enabled = false });
        var (_, moved) = await shared.Platform.SendAsync("healthmonitor", HttpMethod.Put, path, new { name = "moved", url = "https://example.org/b", enabled = false });
        await shared.Platform.SendAsync("healthmonitor", HttpMethod.Delete, path);
        Assert.Equal(JsonValueKind.Null, same.GetProperty("secret").ValueKind);
        Assert.StartsWith("whsec_", moved.GetProperty("secret").GetString());
    }
}
