using Platform.Messaging;
using Platform.Contracts.Deployments;
using Microsoft.Extensions.DependencyInjection;
using System.Net;
using System.Net.Http.Json;
using Platform.Contracts.Http;
using Platform.Deployment.Api;
using Platform.Deployment.Configuration;
using Platform.Deployment.Secrets;
using Platform.Hosting;
using Platform.Hosting.Json;
using Platform.Testing.DeploymentWorld;

namespace Platform.Deployment.Tests.Api;

public sealed class EnvironmentTests
{
    private const string Plain = "name: shop\nrevision: v1\nprocess: { command: [\"app\"] }\nhealth: { interval: 100ms }\nrollout: { watch: 0s, analysis: { judge: none } }\n";

    [Theory]
    [InlineData("development", 1, 2)]
    [InlineData("staging", 2, 5)]
    [InlineData("production", 3, 20)]
    public async Task DryRun_AManifestThatSaysNothing_GetsTheEnvironmentsReplicas(string environment, int min, int max)
    {
        await using var host = await DeploymentHost.StartAsync();

        var plan = await DeploymentHost.ReadAsync<DeployPlan>(await host.DeployAsync(Plain + $"environment: {environment}\n", "?dryRun=true"));

        Assert.Equal((environment, min, max, min, false), (plan.Environment, plan.MinReplicas, plan.MaxReplicas, plan.Replicas, plan.NeedsApproval));
    }

    [Fact]
    public async Task AnEnvironmentThatChanged_HoldsForWhatIsDeployedAfterwards_AndNotForWhatIsKept()
    {
        await using var host = await DeploymentHost.StartAsync();
        await host.DeployToTheEndAsync(Plain + "environment: development\n");
        await ChangeAsync(host, "development", new { replicas = new { min = 2, max = 3 } });

        var plan = await DeploymentHost.ReadAsync<DeployPlan>(await host.DeployAsync((Plain + "environment: development\n").Replace("v1", "v2"), "?dryRun=true"));
        Assert.Equal((2, 3), (plan.MinReplicas, plan.MaxReplicas));
        Assert.Equal(HttpStatusCode.Conflict, (await host.Client.PostAsJsonAsync("/api/deployment/scale", new { application = "shop", replicas = 3 })).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await host.Client.PostAsJsonAsync("/api/deployment/scale", new { application = "shop", replicas = 2 })).StatusCode);
    }

    [Fact]
    public async Task Config_EveryChangeIsAVersion_ThatCanBeComparedAndReturnedTo()
    {
        await using var host = await DeploymentHost.StartAsync();
        var made = await ChangeAsync(host, "staging", new { replicas = new { min = 4, max = 8 } });
        Assert.Equal((1, "admin", "test"), (made.Version, made.By, made.Reason));
        var stale = await host.Client.PutAsJsonAsync("/api/deployment/environments/staging", new { settings = new { }, ifVersion = 0 });
        Assert.Equal(HttpStatusCode.Conflict, stale.StatusCode);

        var changes = await host.GetAsync<List<ConfigurationChange>>("/api/deployment/config/diff?from=0");
        Assert.Equal(["environments.staging.replicas.max", "environments.staging.replicas.min"], changes.Select(c => c.Path));
        var back = await DeploymentHost.ReadAsync<ConfigurationVersion>(await host.Client.PostAsJsonAsync("/api/deployment/config/rollback", new { version = 0 }));
        Assert.Equal((2, 2), ((int)back.Version, back.Configuration.Environments.Staging.Replicas.Min));
        var versions = await host.GetAsync<Contracts.Http.Page<ConfigurationVersion>>("/api/deployment/config/versions");
        Assert.Equal([2, 1, 0], versions.Items.Select(v => v.Version));
        Assert.Equal([2, 1, 0], (await host.GetAsync<List<EnvironmentChange>>("/api/deployment/environments/staging/versions")).Select(v => v.Version));
        Assert.Equal([0], (await host.GetAsync<List<EnvironmentChange>>("/api/deployment/environments/production/versions")).Select(v => v.Version));
        Assert.Contains("configure environment", await host.Client.GetStringAsync("/audit"));
    }

    [Fact]
    public async Task Config_WithProblems_IsRefusedWithAllOfThem_AndValidationChangesNothing()
    {
        await using var host = await DeploymentHost.StartAsync();

        var answer = await host.Client.PutAsJsonAsync("/api/deployment/config", new { configuration = new { rollbackWindow = -1, prices = new { currency = "x" } } });
        var verdict = await DeploymentHost.ReadAsync<ConfigurationVerdict>(await host.Client.PostAsJsonAsync("/api/deployment/config/validation", new { rollbackWindow = 5 }));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = (await answer.Content.ReadFromJsonAsync<ProblemReport>(PlatformJson.Options))!;
        Assert.Equal(["configuration.rollbackWindow", "configuration.prices.currency"], problem.Errors!.Select(e => e.Path));
        Assert.True(verdict.Valid);
        Assert.Equal(["rollbackWindow"], verdict.Changes.Select(c => c.Path));
        Assert.Equal(0, (await host.GetAsync<ConfigurationVersion>("/api/deployment/config")).Version);
    }

    [Fact]
    public async Task Approval_WhereTheEnvironmentWantsASecondPairOfEyes_IsAnothersToGive()
    {
        await using var host = await DeploymentHost.StartAsync();
        await ChangeAsync(host, "production", new { replicas = new { min = 1, max = 3 }, approval = new { required = true, fourEyes = true } });
        using var alice = await host.OperatorAsync("alice");
        var accepted = await DeploymentHost.ReadAsync<Accepted>(await host.DeployAsync(Plain));
        RolloutView? view = null;
        await World.UntilAsync("it waits", async () => (view = await host.GetAsync<RolloutView>(accepted.Location)).Message.Contains("approval", StringComparison.Ordinal), () => view!.Message);

        var own = await host.Client.PostAsync(accepted.Location + "/approve", null);
        Assert.Equal(HttpStatusCode.Forbidden, own.StatusCode);
        Assert.EndsWith("/four-eyes", (await own.Content.ReadFromJsonAsync<ProblemReport>(PlatformJson.Options))!.Type);
        Assert.Equal(HttpStatusCode.Accepted, (await alice.PostAsJsonAsync(accepted.Location + "/approve", new { reason = "CHG-7" })).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await alice.PostAsync(accepted.Location + "/approve", null)).StatusCode);
        await World.UntilAsync("it has ended", async () => (view = await host.GetAsync<RolloutView>(accepted.Location)).EndedAt is not null, () => view!.Message);

        Assert.Equal(("completed", "alice", "operator", "CHG-7"), (view!.State, view.Approval!.By, view.Approval.Role, view.Approval.Reason));
    }

    [Fact]
    public async Task Approval_ThatComesOverTheBus_IsTakenByTheSameRule()
    {
        await using var host = await DeploymentHost.StartAsync();
        await ChangeAsync(host, "production", new { replicas = new { min = 1, max = 3 }, approval = new { required = true, fourEyes = true } });
        var accepted = await DeploymentHost.ReadAsync<Accepted>(await host.DeployAsync(Plain));
        RolloutView? view = null;
        await World.UntilAsync("it waits", async () => (view = await host.GetAsync<RolloutView>(accepted.Location)).Message.Contains("approval", StringComparison.Ordinal), () => view!.Message);

        await ApproveAsync(view!.RequestedBy);
        await World.UntilAsync("it is refused", async () => (view = await host.GetAsync<RolloutView>(accepted.Location)).Steps.Any(s => s is { Step: "approve", Failed: true }), () => view!.Message);
        Assert.Null(view.EndedAt);
        await ApproveAsync("bob");
        await World.UntilAsync("it has ended", async () => (view = await host.GetAsync<RolloutView>(accepted.Location)).EndedAt is not null, () => view!.Message);

        Assert.Equal(("completed", "bob", "operator"), (view.State, view.Approval!.By, view.Approval.Role));

        Task ApproveAsync(string who) => host.Services.GetRequiredService<ICommandSender>().SendAsync(
            new ApproveRollout { Application = view!.Application, At = DateTimeOffset.UnixEpoch, CorrelationId = view.Id, RequestedBy = who, Reason = "CHG-8", Role = "operator" }, CancellationToken.None);
    }

    [Fact]
    public async Task Freeze_HoldsRolloutsInTheQueue_ButNoRollback_NorWhatAnAdminOverrides()
    {
        await using var host = await DeploymentHost.StartAsync();
        await host.DeployToTheEndAsync(Manifests.BlueGreen("v1"));
        await host.DeployToTheEndAsync(Manifests.BlueGreen("v2"));
        await ChangeAsync(host, "production", new { freezes = new[] { new { reason = "stocktaking", from = "2020-01-01T00:00:00Z", to = "2999-01-01T00:00:00Z" } } });
        var waiting = await DeploymentHost.ReadAsync<Accepted>(await host.DeployAsync(Manifests.BlueGreen("v3")));
        RolloutView? view = null;
        await World.UntilAsync("it is frozen", async () => (view = await host.GetAsync<RolloutView>(waiting.Location)).Message.StartsWith("frozen until", StringComparison.Ordinal), () => view!.Message);
        Assert.Equal(("queued", "frozen until 2999-01-01 00:00 UTC: stocktaking"), (view!.State, view.Message));

        var back = await DeploymentHost.ReadAsync<Accepted>(await host.Client.PostAsJsonAsync("/api/deployment/rollback", new { application = "shop" }));
        await World.UntilAsync("the rollback has ended", async () => (view = await host.GetAsync<RolloutView>(back.Location)).EndedAt is not null, () => view!.Message);
        Assert.Equal(("completed", "v1"), (view.State, view.Revision));

        using var alice = await host.OperatorAsync("alice");
        var refused = await alice.PostAsJsonAsync("/api/deployment/deploy", new { manifest = Manifests.BlueGreen("v4"), overrideFreeze = "please" });
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        var urgent = await DeploymentHost.ReadAsync<Accepted>(await host.DeployAsync(Manifests.BlueGreen("v4"), "?overrideFreeze=urgent%20fix"));
        await World.UntilAsync("the fix has ended", async () => (view = await host.GetAsync<RolloutView>(urgent.Location)).EndedAt is not null, () => view!.Message);
        Assert.Equal("completed", view.State);
        Assert.Contains("urgent fix", await host.Client.GetStringAsync("/audit"));

        Assert.Equal(HttpStatusCode.Accepted, (await host.Client.PostAsync(waiting.Location + "/abort", null)).StatusCode);
        await World.UntilAsync("the first is given up", async () => (view = await host.GetAsync<RolloutView>(waiting.Location)).EndedAt is not null, () => view!.Message);
    }

    [Fact]
    public async Task Promotion_ShipsTheSameTextIntoTheNextEnvironment_UnderItsNameThere()
    {
        await using var host = await DeploymentHost.StartAsync();
        var nothing = await host.Client.PostAsJsonAsync("/api/deployment/environments/staging/promotions", new { application = "shop" });
        Assert.Equal(HttpStatusCode.Conflict, nothing.StatusCode);
        await EndAsync(host, await host.DeployAsync(Plain, "?environment=development"));

        await EndAsync(host, await host.Client.PostAsJsonAsync("/api/deployment/environments/staging/promotions", new { application = "shop" }));
        await EndAsync(host, await host.Client.PostAsJsonAsync("/api/deployment/environments/production/promotions", new { application = "shop", from = "staging" }));

        Assert.Equal([("shop", "v1", 3), ("shop-development", "v1", 1), ("shop-staging", "v1", 2)],
            (await host.GetAsync<Contracts.Http.Page<ApplicationView>>("/api/deployment/applications")).Items.Select(a => (a.Name, a.StableRevision!, a.WantedReplicas)));
        var texts = new List<string>();
        foreach (var name in new[] { "shop", "shop-staging", "shop-development" })
            texts.Add((await host.GetAsync<List<RevisionView>>($"/api/deployment/applications/{name}/revisions")).Single().Manifest);
        Assert.Single(texts.Distinct());
        Assert.Equal(HttpStatusCode.Conflict, (await host.Client.PostAsJsonAsync("/api/deployment/environments/development/promotions", new { application = "shop" })).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Client.PostAsJsonAsync("/api/deployment/environments/moon/promotions", new { application = "shop" })).StatusCode);
    }

    [Fact]
    public async Task Secrets_AreSetListedRotatedAndDeleted_AndNeverShown()
    {
        await using var host = await DeploymentHost.StartAsync();
        var secrets = (Workloads.Secrets.ISecrets)host.Services.GetService(typeof(Workloads.Secrets.ISecrets))!;

        Assert.Equal(1, (await DeploymentHost.ReadAsync<SecretRow>(await host.Client.PutAsJsonAsync("/api/deployment/secrets/shop-db", new { value = "hunter-two" }))).Version);
        Assert.Equal("hunter-two", secrets.Find("shop-db"));
        Assert.Equal(2, (await DeploymentHost.ReadAsync<SecretRow>(await host.Client.PutAsJsonAsync("/api/deployment/secrets/shop-db", new { value = "hunter-three" }))).Version);
        Assert.Equal(1, (await DeploymentHost.ReadAsync<RotatedSecrets>(await host.Client.PostAsync("/api/deployment/secrets/rotate", null))).Count);
        Assert.Equal("hunter-three", secrets.Find("shop-db"));
        var listed = await host.Client.GetStringAsync("/api/deployment/secrets");
        Assert.Contains("shop-db", listed);
        Assert.DoesNotContain("hunter", listed + await host.Client.GetStringAsync("/audit"));
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Client.PutAsJsonAsync("/api/deployment/secrets/-a", new { value = "x" })).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Client.PutAsJsonAsync("/api/deployment/secrets/a", new { value = "" })).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await host.Client.DeleteAsync("/api/deployment/secrets/shop-db")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Client.DeleteAsync("/api/deployment/secrets/shop-db")).StatusCode);
        Assert.Null(secrets.Find("shop-db"));
    }

    [Fact]
    public async Task ASecretThatAReplicaPrints_IsMaskedInItsLogs()
    {
        await using var host = await DeploymentHost.StartAsync();
        await host.Client.PutAsJsonAsync("/api/deployment/secrets/shop-db", new { value = "hunter-two" });
        host.Machine.Of("v1").Output.Add("connecting with hunter-two to db");
        var manifest = Plain.Replace("[\"app\"]", "[\"app\"], env: { DB_PASSWORD: secret://shop-db }") + "environment: development\n";
        await host.DeployToTheEndAsync(manifest);

        var log = await host.Client.GetStringAsync("/api/deployment/applications/shop/logs");

        Assert.Contains("connecting with *** to db", log);
        Assert.DoesNotContain("hunter", log);
    }

    [Theory]
    [InlineData("summary")]
    [InlineData("scaling")]
    [InlineData("health")]
    [InlineData("performance")]
    [InlineData("cost")]
    public async Task Reports_TellWhatRan_InThreeForms(string name)
    {
        await using var host = await DeploymentHost.StartAsync();
        await host.DeployToTheEndAsync(Manifests.BlueGreen("v1"));

        var report = await host.GetAsync<Report>($"/api/deployment/reports/{name}?period=daily");

        Assert.Equal("shop", Assert.Single(report.Rows)["application"]?.ToString());
        Assert.NotEmpty(report.NotKnown);
        Assert.StartsWith(string.Join(',', report.Columns) + "\r\nshop,", await host.Client.GetStringAsync($"/api/deployment/reports/{name}?format=csv"));
        Assert.Contains("<td>shop</td>", await host.Client.GetStringAsync($"/api/deployment/reports/{name}?format=html"));
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Client.GetAsync($"/api/deployment/reports/{name}?period=hourly")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Client.GetAsync("/api/deployment/reports/nothing")).StatusCode);
    }

    private static async Task<ConfigurationVersion> ChangeAsync(DeploymentHost host, string environment, object settings) =>
        await DeploymentHost.ReadAsync<ConfigurationVersion>(await host.Client.PutAsJsonAsync($"/api/deployment/environments/{environment}", new { settings, reason = "test" }));

    private static async Task EndAsync(DeploymentHost host, HttpResponseMessage answer)
    {
        var accepted = await DeploymentHost.ReadAsync<Accepted>(answer);
        RolloutView? view = null;
        await World.UntilAsync("it has ended", async () => (view = await host.GetAsync<RolloutView>(accepted.Location)).EndedAt is not null, () => view!.Message);
        Assert.True(view!.State == "completed", view.Message);
    }
}
