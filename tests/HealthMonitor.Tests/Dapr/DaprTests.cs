using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Platform.Testing;

namespace Platform.HealthMonitor.Tests.Dapr;

/// <summary>Both directions of Dapr's HTTP API, against a server that speaks it.</summary>
public sealed class DaprTests
{
    private const string Token = "sidecar-token-0123456789";

    [Fact]
    public async Task Events_ArePublishedThroughTheSidecarAlsoThoseItMissed()
    {
        await using var sidecar = await Receiver.StartAsync();
        sidecar.Status = n => n == 1 ? 500 : 204;
        await using var host = await ModuleHost.StartAsync(
            [HealthMonitorModule.Module], [$"--Dapr:HttpPort={sidecar.Port}", "--Dapr:ApiToken=ours-to-the-sidecar", "--Webhooks:FirstDelay=20ms"]);
        using var client = host.Admin("healthmonitor");
        await host.PublishAsync(Facts.Scaled(3));
        await ModuleHost.UntilAsync(() => sidecar.Requests.Count >= 2, "it is published again");
        Assert.All(sidecar.Requests, request =>
        {
            Assert.Equal("/v1.0/publish/pubsub/platform.events", request.Path);
            Assert.Equal("application/cloudevents+json", request.Headers["Content-Type"]);
            Assert.Equal("ours-to-the-sidecar", request.Headers["dapr-api-token"]);
        });
        Assert.Equal(sidecar.Requests[0].Body, sidecar.Requests[1].Body);
        Assert.Equal("1.0", JsonSerializer.Deserialize<JsonElement>(sidecar.Requests[1].Body).GetProperty("specversion").GetString());
        Assert.Equal(0, (await client.GetFromJsonAsync<JsonElement>("/webhooks")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Command_FromTheSidecar_IsSentOnceHoweverOftenItComes()
    {
        var owner = new RecordingOwner();
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module, owner.Module], [$"--Dapr:AppApiToken={Token}"]);
        using var sidecar = host.Anonymous("healthmonitor");
        sidecar.DefaultRequestHeaders.Add("dapr-api-token", Token);

        var subscriptions = await sidecar.GetFromJsonAsync<JsonElement>("/dapr/subscribe");
        var route = subscriptions[0].GetProperty("route").GetString()!;
        Assert.Equal("platform.commands", subscriptions[0].GetProperty("topic").GetString());
        for (var i = 0; i < 3; i++) Assert.Equal("SUCCESS", await PostAsync(sidecar, route, """{"specversion":"1.0","id":"c1","source":"crm","type":"ScaleApplication","data":{"application":"shop","replicas":4}}"""));
        await ModuleHost.UntilAsync(() => owner.Commands.Count > 0, "the command arrives");
        Assert.Equal("SUCCESS", await PostAsync(sidecar, route, """{"specversion":"1.0","id":"c2","source":"crm","type":"ScaleApplication","data":{"application":"shop","replicas":5}}"""));
        await ModuleHost.UntilAsync(() => owner.Commands.Count > 1, "the second command arrives");
        Assert.Equal([4, 5], owner.Commands.Select(command => command.Replicas));
        Assert.Equal("DROP", await PostAsync(sidecar, route, "nonsense"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    public async Task WrongToken_Is401AndNothingIsSent(string? token)
    {
        var owner = new RecordingOwner();
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module, owner.Module], [$"--Dapr:AppApiToken={Token}"]);
        using var stranger = host.Anonymous("healthmonitor");
        if (token is not null) stranger.DefaultRequestHeaders.Add("dapr-api-token", token);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync(new Uri("/dapr/subscribe", UriKind.Relative))).StatusCode);
        using var answer = await stranger.PostAsJsonAsync("/dapr/commands", new { id = "1", type = "ScaleApplication", data = new { application = "shop", replicas = 1 } });
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Empty(owner.Commands);
    }

    [Fact]
    public async Task WrongTokens_AreLimitedAsWrongKeysAre_AndTheSidecarThatWorkedGoesOn()
    {
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module], [$"--Dapr:AppApiToken={Token}", "--Auth:MaxFailures=3"]);
        using var sidecar = host.Anonymous("healthmonitor");
        sidecar.DefaultRequestHeaders.Add("dapr-api-token", Token);
        Assert.Equal(HttpStatusCode.OK, await SubscribeAsync(sidecar));

        using var guesser = host.Anonymous("healthmonitor");
        for (var guess = 0; guess < 5; guess++)
        {
            guesser.DefaultRequestHeaders.Remove("dapr-api-token");
            guesser.DefaultRequestHeaders.Add("dapr-api-token", $"guess-{guess}");
            Assert.Equal(guess < 3 ? HttpStatusCode.Unauthorized : HttpStatusCode.TooManyRequests, await SubscribeAsync(guesser));
        }

        using var refused = await guesser.GetAsync(new Uri("/dapr/subscribe", UriKind.Relative));
        Assert.Equal("60", refused.Headers.GetValues("Retry-After").Single());
        Assert.Equal(HttpStatusCode.OK, await SubscribeAsync(sidecar));
    }

    [Fact]
    public async Task TokenGuessedAfterTheLimit_IsNotToldToBeRight()
    {
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module], [$"--Dapr:AppApiToken={Token}", "--Auth:MaxFailures=1"]);
        using var guesser = host.Anonymous("healthmonitor");
        guesser.DefaultRequestHeaders.Add("dapr-api-token", "wrong");
        Assert.Equal(HttpStatusCode.Unauthorized, await SubscribeAsync(guesser));

        guesser.DefaultRequestHeaders.Remove("dapr-api-token");
        guesser.DefaultRequestHeaders.Add("dapr-api-token", Token);

        Assert.Equal(HttpStatusCode.TooManyRequests, await SubscribeAsync(guesser));
    }

    [Fact]
    public async Task NoTokenConfigured_NothingIsTaken()
    {
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module]);
        using var stranger = host.Anonymous("healthmonitor");
        stranger.DefaultRequestHeaders.Add("dapr-api-token", "");
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync(new Uri("/dapr/subscribe", UriKind.Relative))).StatusCode);
    }

    private static async Task<HttpStatusCode> SubscribeAsync(HttpClient client)
    {
        using var answer = await client.GetAsync(new Uri("/dapr/subscribe", UriKind.Relative));
        return answer.StatusCode;
    }

    private static async Task<string?> PostAsync(HttpClient client, string route, string body)
    {
        using var answer = await client.PostAsync(new Uri(route, UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/cloudevents+json"));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("status").GetString();
    }
}
