using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Platform.HealthMonitor.Subscriptions;
using Platform.Testing;

namespace Platform.HealthMonitor.Tests.Subscriptions;

/// <summary>Events to somebody else's server, over real HTTP.</summary>
public sealed class WebhookTests
{
    private static readonly string[] Quick = ["--Webhooks:Allow:0=127.0.0.1/32", "--Webhooks:FirstDelay=20ms", "--Webhooks:MaxAttempts=3"];

    [Fact]
    public async Task Events_ArriveInOrderSignedAndOnlyTheWantedOnes()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module], Quick);
        using var client = host.Admin("healthmonitor");
        var webhook = await CreateAsync(client, receiver.Url, types: ["ApplicationScaled"]);
        var secret = webhook.GetProperty("secret").GetString()!;

        await host.PublishAsync(Facts.Replica("r1"));
        for (var i = 1; i <= 5; i++)
        {
            await host.PublishAsync(Facts.Scaled(i));
            await ModuleHost.UntilAsync(() => receiver.Requests.Count >= i, $"event {i} arrives");
        }

        Assert.Equal([1, 2, 3, 4, 5], receiver.Requests.Select(r => Body(r).GetProperty("data").GetProperty("to").GetInt32()));
        Assert.All(receiver.Requests, request =>
        {
            var at = DateTimeOffset.FromUnixTimeSeconds(long.Parse(request.Headers["webhook-timestamp"]));
            Assert.Equal(Signature.Compute(secret, request.Headers["webhook-id"], at, Encoding.UTF8.GetBytes(request.Body)), request.Headers["webhook-signature"]);
            Assert.StartsWith("application/cloudevents+json", request.Headers["Content-Type"]);
            Assert.Equal("dev.platform.ApplicationScaled", Body(request).GetProperty("type").GetString());
        });
    }

    [Fact]
    public async Task ReceiverFails_IsRetriedThenDeadThenReplayedAndHoldsNothingUp()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Status = n => n <= 3 ? 500 : 200;
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module], Quick);
        using var client = host.Admin("healthmonitor");
        var id = (await CreateAsync(client, receiver.Url, types: ["ApplicationScaled"])).GetProperty("id").GetString();

        await host.PublishAsync(Facts.Scaled(1));
        await ModuleHost.UntilAsync(client, $"/webhooks/{id}/dead-letters", page => page.GetProperty("items").GetArrayLength() == 1);
        await host.PublishAsync(Facts.Scaled(2));
        await ModuleHost.UntilAsync(() => receiver.Requests.Count == 4, "the next event arrives although the one before is dead");
        Assert.Single(receiver.Requests.Take(3).Select(r => r.Headers["webhook-id"]).Distinct());

        using var replay = await client.PostAsync(new Uri($"/webhooks/{id}/dead-letters/replay", UriKind.Relative), null);
        Assert.Equal(202, (int)replay.StatusCode);
        await ModuleHost.UntilAsync(client, $"/webhooks/{id}/dead-letters", page => page.GetProperty("items").GetArrayLength() == 0);
        Assert.Equal(receiver.Requests[0].Headers["webhook-id"], receiver.Requests[4].Headers["webhook-id"]);
        var deliveries = await client.GetFromJsonAsync<JsonElement>($"/webhooks/{id}/deliveries");
        Assert.Equal(["delivered", "delivered", "dead", "retry", "retry"], deliveries.GetProperty("items").EnumerateArray().Select(d => d.GetProperty("outcome").GetString()));
    }

    [Fact]
    public async Task Restarted_GoesOnWhereItStood()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Status = _ => 503;
        var data = Directory.CreateTempSubdirectory("platform-webhooks-").FullName;
        string[] patient = [Quick[0], "--Webhooks:FirstDelay=50ms", "--Webhooks:MaxAttempts=100"];
        await using (var first = await ModuleHost.StartAsync([HealthMonitorModule.Module], patient, data))
        {
            using var client = first.Admin("healthmonitor");
            await CreateAsync(client, receiver.Url, types: ["ApplicationScaled"]);
            await first.PublishAsync(Facts.Scaled(1));
            await ModuleHost.UntilAsync(() => receiver.Requests.Count >= 1, "it was tried");
        }

        var before = receiver.Requests.Count;
        receiver.Status = _ => 200;
        await using (var second = await ModuleHost.StartAsync([HealthMonitorModule.Module], patient, data))
        {
            await ModuleHost.UntilAsync(() => receiver.Requests.Count > before, "it is tried again");
            Assert.Equal(receiver.Requests[0].Headers["webhook-id"], receiver.Requests[^1].Headers["webhook-id"]);
        }

        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task AddressNotPublic_IsNeverReached()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module], ["--Webhooks:MaxAttempts=1"]);
        using var client = host.Admin("healthmonitor");
        foreach (var url in new[] { receiver.Url, $"http://localhost:{receiver.Port}/", $"http://[::ffff:127.0.0.1]:{receiver.Port}/" })
        {
            var id = (await CreateAsync(client, url)).GetProperty("id").GetString();
            using var ping = await client.PostAsync(new Uri($"/webhooks/{id}/ping", UriKind.Relative), null);
            var answer = await ping.Content.ReadFromJsonAsync<JsonElement>();
            Assert.False(answer.GetProperty("arrived").GetBoolean());
            Assert.Contains("not a public address", answer.GetProperty("error").GetString());
        }

        Assert.Empty(receiver.Requests);
    }

    [Fact]
    public async Task Redirect_IsNotFollowed()
    {
        await using var inside = await Receiver.StartAsync();
        await using var receiver = await Receiver.StartAsync();
        receiver.Status = _ => 302;
        receiver.Location = inside.Url;
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module], Quick);
        using var client = host.Admin("healthmonitor");
        var id = (await CreateAsync(client, receiver.Url)).GetProperty("id").GetString();
        using var ping = await client.PostAsync(new Uri($"/webhooks/{id}/ping", UriKind.Relative), null);
        Assert.Contains("redirects are not followed", await ping.Content.ReadAsStringAsync());
        Assert.Empty(inside.Requests);
    }

    [Fact]
    public async Task Secret_IsNeverShownAgainAndDoesNotFollowToAnotherUrl()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module], Quick);
        using var client = host.Admin("healthmonitor");
        const string canary = "canary-secret-0123456789";
        var id = (await CreateAsync(client, "http://127.0.0.1:1/", secret: canary)).GetProperty("id").GetString();
        foreach (var path in new[] { "/webhooks", $"/webhooks/{id}", $"/webhooks/{id}/deliveries", "/audit" })
        {
            Assert.DoesNotContain(canary, await client.GetStringAsync(path));
        }

        using var moved = await client.PutAsJsonAsync($"/webhooks/{id}", new { name = "test", url = receiver.Url });
        var view = await moved.Content.ReadFromJsonAsync<JsonElement>();
        using var ping = await client.PostAsync(new Uri($"/webhooks/{id}/ping", UriKind.Relative), null);
        var request = Assert.Single(receiver.Requests);
        var at = DateTimeOffset.FromUnixTimeSeconds(long.Parse(request.Headers["webhook-timestamp"]));
        Assert.NotEqual(Signature.Compute(canary, request.Headers["webhook-id"], at, Encoding.UTF8.GetBytes(request.Body)), request.Headers["webhook-signature"]);
        Assert.Equal(Signature.Compute(view.GetProperty("secret").GetString()!, request.Headers["webhook-id"], at, Encoding.UTF8.GetBytes(request.Body)), request.Headers["webhook-signature"]);
    }

    [Fact]
    public async Task Request_Wrong_ListsEveryProblem()
    {
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module]);
        using var client = host.Admin("healthmonitor");
        using var answer = await client.PostAsJsonAsync("/webhooks", new { name = "", url = "ftp://x", secret = "short", types = new[] { "" } });
        Assert.Equal(400, (int)answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(["name", "secret", "types[0]", "url"], problem.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("path").GetString()).Order());
    }

    private static async Task<JsonElement> CreateAsync(HttpClient client, string url, string[]? types = null, string? secret = null)
    {
        using var answer = await client.PostAsJsonAsync("/webhooks", new { name = "test", url, types = types ?? [], secret });
        Assert.Equal(201, (int)answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static JsonElement Body(Receiver.Received request) => JsonSerializer.Deserialize<JsonElement>(request.Body);
}
