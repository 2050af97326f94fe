using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Http;
using Platform.Deployment.Api;
using Platform.Hosting;
using Platform.Hosting.Json;
using Platform.Testing.DeploymentWorld;

namespace Platform.Deployment.Tests.Api;

public sealed class ApiTests
{
    [Fact]
    public async Task Deploy_Yaml_AnswersWhereToFollow_AndTheRolloutCanBeRead()
    {
        await using var host = await DeploymentHost.StartAsync();

        var answer = await host.DeployAsync(Manifests.BlueGreen("v1"));
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal((await DeploymentHost.ReadAsync<Accepted>(answer)).Location, answer.Headers.Location!.OriginalString);
        var view = await host.DeployToTheEndAsync(Manifests.BlueGreen("v2"));

        Assert.Equal("completed", view.State);
        Assert.Equal(["plan", "start", "shift", "watch", "retire"], view.Steps.Select(s => s.Step));
        var application = await host.GetAsync<ApplicationView>("/api/deployment/applications/shop");
        Assert.Equal(("v2", 2, 2), (application.StableRevision, application.WantedReplicas, application.ReadyReplicas));
        Assert.All(application.Replicas, r => Assert.Equal("ready", r.State));
        var page = await host.GetAsync<Contracts.Http.Page<RolloutView>>("/api/deployment/deployments?application=shop&limit=1");
        Assert.Equal("v2", Assert.Single(page.Items).Revision);
        var next = await host.GetAsync<Contracts.Http.Page<RolloutView>>($"/api/deployment/deployments?limit=1&after={page.Next}");
        Assert.Equal("v1", Assert.Single(next.Items).Revision);
        Assert.Contains("event: end", await host.Client.GetStringAsync($"/api/deployment/deployments/{view.Id}/events"));
        Assert.Contains("] ready", await host.Client.GetStringAsync("/api/deployment/applications/shop/logs?tail=5"));
        Assert.Contains("deploy application", await host.Client.GetStringAsync("/audit"));
    }

    [Fact]
    public async Task Everything_that_the_service_promises_is_mapped()
    {
        await using var host = await DeploymentHost.StartAsync();
        var mapped = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(e => (e.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []).Select(method => $"{method} /{e.RoutePattern.RawText?.Trim('/')}"))
            .ToHashSet(StringComparer.Ordinal);
        string[] promised =
        [
            "GET environments", "POST deploy", "GET deployments", "GET deployments/{id:guid}", "GET deployments/{id:guid}/events",
            .. new[] { "promote", "pause", "resume", "abort", "retry", "approve" }.Select(word => $"POST deployments/{{id:guid}}/{word}"),
            "POST rollback", "POST scale", "GET scaling/history", "GET health", "GET metrics", "GET reports/{name}",
            "GET config", "PUT config", "GET config/versions", "GET config/diff", "POST config/validation", "POST config/rollback",
            "GET secrets", "PUT secrets/{name}", "POST secrets/rotate", "GET audit",
        ];
        Assert.Empty(promised.Select(p => p.Replace(" ", " /api/deployment/", StringComparison.Ordinal)).Except(mapped));
    }

    [Fact]
    public async Task Figures_SayHowAnApplicationIs()
    {
        await using var host = await DeploymentHost.StartAsync();
        await host.DeployToTheEndAsync(Manifests.BlueGreen("v1"));

        var health = await host.GetAsync<HealthView>("/api/deployment/health");
        Assert.Equal(("healthy", "shop", 2, 2), (health.Status, health.Items.Single().Application, health.Items.Single().Wanted, health.Items.Single().Ready));
        var figures = Assert.Single((await host.GetAsync<MetricsView>("/api/deployment/metrics?application=shop&window=30s")).Items);
        Assert.Equal(("v1", 100, 2, 2), (figures.Revision, figures.Weight, figures.Wanted, figures.Ready));
        Assert.Contains("deploy application", await host.Client.GetStringAsync("/api/deployment/audit"));
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Client.GetAsync("/api/deployment/metrics?window=1h")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Client.GetAsync("/api/deployment/health?application=none")).StatusCode);
    }

    [Fact]
    public async Task Events_AreTakenUpWhereTheyWereLeft()
    {
        await using var host = await DeploymentHost.StartAsync();
        var view = await host.DeployToTheEndAsync(Manifests.BlueGreen("v1"));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/deployment/deployments/{view.Id}/events");
        request.Headers.Add("Last-Event-ID", "2");

        var events = await (await host.Client.SendAsync(request)).Content.ReadAsStringAsync();

        Assert.DoesNotContain("id: 2\n", events);
        Assert.Contains("id: 3\n", events);
        Assert.Contains("event: end", events);
    }

    [Fact]
    public async Task Deploy_BadManifest_ListsEveryProblemWithItsPath_AndChangesNothing()
    {
        await using var host = await DeploymentHost.StartAsync();

        var answer = await host.DeployAsync("name: Shop!\nrevision: v1\nport: 99999\n");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = (await answer.Content.ReadFromJsonAsync<ProblemReport>(PlatformJson.Options))!;
        Assert.EndsWith("/invalid-manifest", problem.Type);
        Assert.Contains(problem.Errors!, e => e.Path == "name" && e.Line == 1);
        Assert.Contains(problem.Errors!, e => e.Path == "port" && e.Line == 3);
        Assert.Empty((await host.GetAsync<Contracts.Http.Page<ApplicationView>>("/api/deployment/applications")).Items);
    }

    [Fact]
    public async Task Deploy_DryRun_ShowsThePlan_AndChangesNothing()
    {
        await using var host = await DeploymentHost.StartAsync();

        var plan = await DeploymentHost.ReadAsync<DeployPlan>(await host.DeployAsync(Manifests.Rolling("v1", replicas: 3), "?dryRun=true"));

        Assert.Equal(("shop", "v1", 3), (plan.Application, plan.Revision, plan.Replicas));
        Assert.Empty((await host.GetAsync<Contracts.Http.Page<RolloutView>>("/api/deployment/deployments")).Items);
    }

    [Fact]
    public async Task Deploy_SameRevisionOtherManifest_Conflicts()
    {
        await using var host = await DeploymentHost.StartAsync();
        await host.DeployToTheEndAsync(Manifests.BlueGreen("v1"));

        var answer = await host.DeployAsync(Manifests.BlueGreen("v1", replicas: 4));

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.EndsWith("/revision-taken", (await answer.Content.ReadFromJsonAsync<ProblemReport>(PlatformJson.Options))!.Type);
        Assert.Single((await host.GetAsync<Contracts.Http.Page<RolloutView>>("/api/deployment/deployments")).Items);
    }

    [Theory]
    [InlineData("application/json", "{\"manifest\": 5}", 400)]
    [InlineData("application/json", "{\"manifest\": \"a: b\", \"extra\": 1}", 400)]
    [InlineData("application/json", "null", 400)]
    [InlineData("application/json", "{", 400)]
    [InlineData("application/yaml", "", 400)]
    [InlineData("text/plain", "name: shop", 415)]
    public async Task Deploy_BadBody_IsAProblem(string type, string body, int status)
    {
        await using var host = await DeploymentHost.StartAsync();

        var answer = await host.Client.PostAsync("/api/deployment/deploy", new StringContent(body, null, type));

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Rollback_WithoutARevision_ReturnsToTheOneBefore()
    {
        await using var host = await DeploymentHost.StartAsync();
        await host.DeployToTheEndAsync(Manifests.BlueGreen("v1"));
        await host.DeployToTheEndAsync(Manifests.BlueGreen("v2"));

        var accepted = await DeploymentHost.ReadAsync<Accepted>(await host.Client.PostAsJsonAsync("/api/deployment/rollback", new { application = "shop" }));
        RolloutView? view = null;
        await World.UntilAsync("it has ended", async () => (view = await host.GetAsync<RolloutView>(accepted.Location)).EndedAt is not null, () => view!.Message);

        Assert.Equal(("completed", "v1"), (view!.State, view.Revision));
        Assert.All(host.Machine.Alive, p => Assert.Equal("v1", p.Revision));
    }

    [Fact]
    public async Task Abort_ByHttp_RollsBack_AndAgainConflicts()
    {
        await using var host = await DeploymentHost.StartAsync();
        await host.DeployToTheEndAsync(Manifests.BlueGreen("v1"));
        var accepted = await DeploymentHost.ReadAsync<Accepted>(await host.DeployAsync(Manifests.BlueGreen("v2", watch: "60s")));
        RolloutView? view = null;
        await World.UntilAsync("it watches", async () => (view = await host.GetAsync<RolloutView>(accepted.Location)).State == "watching", () => view!.Message);

        Assert.Equal(HttpStatusCode.Accepted, (await host.Client.PostAsJsonAsync(accepted.Location + "/abort", new { reason = "enough" })).StatusCode);
        await World.UntilAsync("it has ended", async () => (view = await host.GetAsync<RolloutView>(accepted.Location)).EndedAt is not null, () => view!.Message);

        Assert.Equal("rolledBack", view!.State);
        Assert.Equal(HttpStatusCode.Conflict, (await host.Client.PostAsync(accepted.Location + "/abort", null)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Client.PostAsync($"/api/deployment/deployments/{Guid.NewGuid()}/promote", null)).StatusCode);
    }

    [Fact]
    public async Task Scale_WithinTheLimits_IsDone_AndOutsideRefused()
    {
        await using var host = await DeploymentHost.StartAsync();
        await host.DeployToTheEndAsync(Manifests.BlueGreen("v1"));

        Assert.Equal(HttpStatusCode.Accepted, (await host.Client.PostAsJsonAsync("/api/deployment/scale", new { application = "shop", replicas = 3 })).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await host.Client.PostAsJsonAsync("/api/deployment/scale", new { application = "shop", replicas = 11 })).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Client.PostAsJsonAsync("/api/deployment/scale", new { application = "shop", replicas = -1 })).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Client.PostAsJsonAsync("/api/deployment/scale", new { application = "nobody", replicas = 1 })).StatusCode);

        await World.UntilAsync("three run", () => Task.FromResult(host.Machine.Alive.Count == 3), () => $"{host.Machine.Alive.Count} do");
        var history = await host.GetAsync<Contracts.Http.Page<ScalingView>>("/api/deployment/scaling/history");
        Assert.Equal([11, 3], history.Items.Select(h => h.To));
        Assert.NotNull(history.Items[0].Refused);
    }

    [Fact]
    public async Task Delete_RemovesTheApplication()
    {
        await using var host = await DeploymentHost.StartAsync();
        await host.DeployToTheEndAsync(Manifests.BlueGreen("v1"));

        Assert.Equal(HttpStatusCode.Accepted, (await host.Client.DeleteAsync("/api/deployment/applications/shop")).StatusCode);

        await World.UntilAsync("it is gone", async () => (await host.Client.GetAsync("/api/deployment/applications/shop")).StatusCode == HttpStatusCode.NotFound, () => "it is not");
        Assert.Empty(host.Machine.Alive);
    }

    [Theory]
    [InlineData("GET", "/api/deployment/applications")]
    [InlineData("POST", "/api/deployment/deploy")]
    [InlineData("DELETE", "/api/deployment/applications/shop")]
    public async Task WithoutAKey_NothingIsAnswered(string method, string path)
    {
        await using var host = await DeploymentHost.StartAsync();
        using var stranger = new HttpClient { BaseAddress = host.Client.BaseAddress };

        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.SendAsync(new HttpRequestMessage(new HttpMethod(method), path))).StatusCode);
    }
}
