using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Platform.Autoscaler.Anomalies.Causes;
using Platform.Autoscaler.Anomalies.Watching;
using Platform.Contracts.Deployments;
using Platform.Contracts.Metrics;
using Platform.Contracts.Scaling;
using Platform.Storage;
using Platform.Testing;

namespace Platform.Autoscaler.Tests.Api;

/// <summary>Policies and the overview over HTTP, on the whole module.</summary>
public sealed class PolicyApiTests : IAsyncLifetime
{
    private ModuleHost _host = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ModuleHost.StartAsync([AutoscalerModule.Module, new RecordingOwner().Module]);
        _client = _host.Admin("autoscaler");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Policies_FromTheFirstVersionToTheLast_AreKeptAndTellWhatTheyMean()
    {
        using var made = await PutAsync("""{"policy":{"application":"shop","mode":"hybrid","max":5},"reason":"first"}""");
        Assert.Equal((HttpStatusCode.OK, "\"1\""), (made.StatusCode, made.Headers.ETag!.Tag));
        using var changed = await PutAsync("""{"policy":{"application":"shop","plain":{"cpuUp":60}}}""", ifMatch: "\"1\"");
        Assert.Equal(2, (await Json(changed)).GetProperty("version").GetInt64());
        using var stale = await PutAsync("""{"policy":{"application":"shop"}}""", ifMatch: "\"1\"");
        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.StatusCode);
        using var staleBody = await PutAsync("""{"policy":{"application":"shop"},"ifVersion":1}""");
        Assert.Equal(HttpStatusCode.PreconditionFailed, staleBody.StatusCode);

        using var back = await _client.PostAsJsonAsync("/api/autoscaler/policies/busy/rollback", new { version = 1 });
        Assert.Equal("hybrid", (await Json(back)).GetProperty("policy").GetProperty("mode").GetString());
        var versions = await _client.GetFromJsonAsync<JsonElement>("/api/autoscaler/policies/busy/versions?limit=2");
        Assert.Equal([3, 2], versions.GetProperty("items").EnumerateArray().Select(v => v.GetProperty("version").GetInt64()));
        Assert.Equal("2", versions.GetProperty("next").GetString());

        Assert.Equal(HttpStatusCode.NoContent, (await _client.DeleteAsync(new Uri("/api/autoscaler/policies/busy?reason=done", UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _client.GetAsync(new Uri("/api/autoscaler/policies/busy", UriKind.Relative))).StatusCode);
        Assert.Empty((await _client.GetFromJsonAsync<JsonElement>("/api/autoscaler/policies")).EnumerateArray());
        var audit = await _client.GetStringAsync("/audit");
        Assert.Contains("set policy", audit);
        Assert.Contains("delete policy", audit);
    }

    [Fact]
    public async Task Policies_WrongOnes_AreRefusedWithEveryProblem()
    {
        using var answer = await PutAsync("""{"policy":{"min":5,"max":2,"plain":{"cpuUp":10}}}""");
        var problem = await Json(answer);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(["policy.max", "policy.plain.cpuDown", "policy.plain"], problem.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("path").GetString()));

        using var verdict = await _client.PostAsync(new Uri("/api/autoscaler/policies/validation", UriKind.Relative), Body("""{"plain":{}}"""));
        Assert.True((await Json(verdict)).GetProperty("valid").GetBoolean());

        using var first = await PutAsync("""{"policy":{"application":"shop"}}""");
        using var second = await PutAsync("""{"policy":{"application":"shop"}}""", name: "another");
        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
    }

    [Fact]
    public async Task Policy_ForAnApplication_HoldsAtOnceAndIsTold()
    {
        await DeployAsync();
        using var made = await PutAsync("""{"policy":{"application":"shop","mode":"recommend","min":2,"max":4,"schedules":[{"name":"always","min":3}]}}""");
        var shop = await ModuleHost.UntilAsync(_client, "/recommendations", page => page.GetProperty("items")[0].GetProperty("mode").GetString() == "recommend");
        var item = shop.GetProperty("items")[0];
        Assert.Equal((3, 4, "busy (version 1)", "always"), (item.GetProperty("min").GetInt32(), item.GetProperty("max").GetInt32(), item.GetProperty("policy").GetString(), item.GetProperty("schedule").GetString()));
        _host.Measure("shop", 5, new Platform.Metrics.Streaming.MetricSample(MetricNames.Requests, "v1", "r1", 300));
        var decided = await ModuleHost.UntilAsync(_client, "/decisions?service=shop", page => page.GetProperty("items").EnumerateArray().Any(d => d.GetProperty("decision").GetProperty("outcome").GetString() == "recommended"));
        Assert.Contains("only recommended", decided.ToString());
    }

    [Fact]
    public async Task Policy_SetAndDeleted_IsACauseOfWhatIsOddAfterwards()
    {
        await DeployAsync();
        using var made = await PutAsync("""{"policy":{"mode":"recommend"},"reason":"freeze"}""");
        using var gone = await _client.DeleteAsync(new Uri("/api/autoscaler/policies/busy?reason=thaw", UriKind.Relative));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NoContent), (made.StatusCode, gone.StatusCode));
        var database = _host.App.Services.GetRequiredKeyedService<Database>(AutoscalerModule.Name);
        var changes = await database.ReadAsync(reader => AnomalyStore.ChangesAsync(reader, "shop", DateTimeOffset.MaxValue), default);
        var causes = changes.Where(change => change.Kind == ChangeKind.Configuration).ToList();
        Assert.Equal(2, causes.Select(cause => cause.Id).Distinct().Count());
        Assert.Contains(causes, cause => cause.Description.EndsWith("set the scaling policy busy, version 1: freeze", StringComparison.Ordinal));
        Assert.Contains(causes, cause => cause.Description.EndsWith("deleted the scaling policy busy: thaw", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Overview_TellsHowItDoesAndWhichMeasurementsWereWrong()
    {
        await DeployAsync();
        _host.Measure("shop", 2, new Platform.Metrics.Streaming.MetricSample(MetricNames.Requests, "v1", "r1", double.NaN));
        var health = await ModuleHost.UntilAsync(_client, "/health", h => h.GetProperty("sampleFaults").GetProperty("notANumber").GetInt64() == 2 && h.GetProperty("decides").GetBoolean());
        Assert.Equal("healthy", health.GetProperty("status").GetString());
        var dashboard = await _client.GetFromJsonAsync<JsonElement>("/dashboard");
        Assert.Equal("shop", dashboard.GetProperty("applications")[0].GetProperty("application").GetString());
    }

    [Theory]
    [InlineData("/predictions", HttpStatusCode.BadRequest)]
    [InlineData("/predictions?service=shop&timeHorizon=100d", HttpStatusCode.BadRequest)]
    [InlineData("/predictions?service=nobody", HttpStatusCode.NotFound)]
    public async Task Predictions_OfWhatThereIsNot_AreAProblem(string path, HttpStatusCode status) =>
        Assert.Equal(status, (await _client.GetAsync(new Uri(path, UriKind.Relative))).StatusCode);

    [Fact]
    public async Task Scale_UpByOne_GoesByTheServicesName()
    {
        await DeployAsync();
        using var accepted = await _client.PostAsJsonAsync("/scale", new { service = "shop", action = "up", reason = "more" });
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.Contains("goes from 1 to 2 replicas", await accepted.Content.ReadAsStringAsync());
        using var unknown = await _client.PostAsJsonAsync("/scale", new { service = "shop", action = "sideways" });
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
    }

    private async Task DeployAsync()
    {
        var rollout = Guid.NewGuid();
        var scaling = new ScalingSettings
        {
            Metrics = [new MetricTarget { Name = MetricNames.RequestsPerSecond, Target = 50 }],
            Behavior = new ScalingBehavior { SyncPeriod = TimeSpan.FromMilliseconds(200) },
        };
        await _host.PublishAsync(new RolloutStarted { Application = "shop", At = DateTimeOffset.UtcNow, CorrelationId = rollout, Revision = "v1", Strategy = "rolling", RequestedBy = "test", Scaling = scaling });
        await ModuleHost.UntilAsync(_client, "/recommendations", page => page.GetProperty("items").GetArrayLength() == 1);
        await _host.PublishAsync(new DeploymentCompleted { Application = "shop", At = DateTimeOffset.UtcNow, CorrelationId = rollout, Revision = "v1", Duration = TimeSpan.Zero });
        await ModuleHost.UntilAsync(_client, "/recommendations", page => !page.ToString().Contains("the first, is under way", StringComparison.Ordinal));
    }

    private async Task<HttpResponseMessage> PutAsync(string body, string? ifMatch = null, string name = "busy")
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri("/api/autoscaler/policies/" + name, UriKind.Relative)) { Content = Body(body) };
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return await _client.SendAsync(request);
    }

    private static StringContent Body(string body) => new(body, Encoding.UTF8, "application/json");

    private static async Task<JsonElement> Json(HttpResponseMessage answer) => await answer.Content.ReadFromJsonAsync<JsonElement>();
}
