using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Platform.Contracts.Experiments;
using Platform.Contracts.Health;
using Platform.Contracts.Metrics;
using Platform.Contracts.Traffic;
using Platform.Metrics;
using Platform.Metrics.Streaming;
using Platform.Testing;

namespace Platform.HealthMonitor.Tests;

/// <summary>The whole module: events and metrics in, reports, alerts and streams out.</summary>
public sealed class HealthMonitorModuleTests
{
    [Fact]
    public async Task Report_AfterARollout_ShowsTheApplicationAndItsLiveFigures()
    {
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module]);
        await Facts.DeployAsync(host);
        var latency = new LatencyHistogram();
        latency.Record(0.2, 100);
        host.Measure(Facts.Shop, 10, new MetricSample(MetricNames.Requests, "v1", "r1", 100), new MetricSample(MetricNames.Latency, "v1", "r1", 100, latency));

        using var client = host.Admin("healthmonitor");
        var report = await ModuleHost.UntilAsync(client, "/health/report", r => r.GetProperty("applications")[0].GetProperty("performance").GetProperty("requestsPerSecond").ValueKind is JsonValueKind.Number);
        var shop = report.GetProperty("applications")[0];
        Assert.Equal(("v1", 1, 1), (shop.GetProperty("stableRevision").GetString(), shop.GetProperty("readyReplicas").GetInt32(), shop.GetProperty("wantedReplicas").GetInt32()));
        Assert.Equal("completed", shop.GetProperty("rollout").GetProperty("state").GetString());
        Assert.InRange(shop.GetProperty("performance").GetProperty("p95Milliseconds").GetDouble(), 198, 202);
        Assert.Equal("healthy", shop.GetProperty("status").GetString());
    }

    /// <summary>A first rollout starts a replica although none is asked for later; one of what rests wants none until that is said.</summary>
    [Fact]
    public async Task WantedReplicas_OfAnApplicationThatMayRest_AreWhatWasSaidLast()
    {
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module]);
        using var client = host.Admin("healthmonitor");
        var started = Facts.Started() with { Scaling = new Contracts.Scaling.ScalingSettings { Min = 0 } };
        await host.PublishAsync(started);
        await ModuleHost.UntilAsync(client, "/health/report", r => Wanted(r) == 1);
        await host.PublishAsync(Facts.Replica("r1"));
        await host.PublishAsync(Facts.Scaled(0));
        await ModuleHost.UntilAsync(client, "/health/report", r => Wanted(r) == 0);
        await host.PublishAsync(started with { CorrelationId = Guid.NewGuid(), Revision = "v2", StableRevision = "v1", At = DateTimeOffset.UtcNow });
        await ModuleHost.UntilAsync(client, "/health/report", r => r.GetProperty("applications")[0].GetProperty("rollout").GetProperty("revision").GetString() == "v2");
        Assert.Equal(0, Wanted(await client.GetFromJsonAsync<JsonElement>("/health/report")));

        static int? Wanted(JsonElement report) => report.GetProperty("applications") is { } all && all.GetArrayLength() == 1 ? all[0].GetProperty("wantedReplicas").GetInt32() : null;
    }

    [Fact]
    public async Task Replica_IsShownAsStartingUntilItIsReady_AlsoIfTheEventsOvertakeEachOther()
    {
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module]);
        await Facts.DeployAsync(host);
        await host.PublishAsync(Facts.Created("r2"));
        await host.PublishAsync(Facts.Created("r1"));

        using var client = host.Admin("healthmonitor");
        var report = await ModuleHost.UntilAsync(client, "/health/report", r => States(r) == "r1 ready, r2 starting");
        Assert.Equal(1, report.GetProperty("applications")[0].GetProperty("readyReplicas").GetInt32());
        await host.PublishAsync(Facts.Replica("r2"));
        await ModuleHost.UntilAsync(client, "/health/report", r => States(r) == "r1 ready, r2 ready");

        static string States(JsonElement report) => string.Join(", ", report.GetProperty("applications")[0].GetProperty("replicas").EnumerateArray()
            .Select(replica => $"{replica.GetProperty("id").GetString()} {replica.GetProperty("state").GetString()}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Rollout_IsDrawnFromItsLatestCourseAndAllItsEvidence_WhichNeitherTheLogNorTheNextRolloutKeeps()
    {
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module]);
        var started = Facts.Started();
        await host.PublishAsync(started);
        using var client = host.Admin("healthmonitor");
        await ModuleHost.UntilAsync(client, "/events?application=shop", page => page.GetProperty("items").GetArrayLength() == 1);
        var at = DateTimeOffset.UtcNow;
        await host.PublishAsync(Facts.Progressed(started.CorrelationId, at, step: 2));
        await host.PublishAsync(Facts.Progressed(started.CorrelationId, at.AddSeconds(-1), step: 1)); // overtaken
        await host.PublishAsync(Facts.Progressed(started.CorrelationId, at, step: 2)); // repeated

        var path = $"/dashboard/rollouts/{started.CorrelationId}/evidence";
        var evidence = await ModuleHost.UntilAsync(client, path, points => points.GetArrayLength() == 2);
        Assert.Equal([1, 2], evidence.EnumerateArray().Select(point => point.GetProperty("step").GetInt32()));
        var rollout = (await client.GetFromJsonAsync<JsonElement>("/health/report")).GetProperty("applications")[0].GetProperty("rollout");
        Assert.Equal(("watching", 2), (rollout.GetProperty("state").GetString(), rollout.GetProperty("course").GetProperty("step").GetInt32()));
        Assert.Equal(1, (await client.GetFromJsonAsync<JsonElement>("/events?application=shop")).GetProperty("items").GetArrayLength());
        using var unknown = await client.GetAsync($"/dashboard/rollouts/{Guid.NewGuid()}/evidence");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);

        await host.PublishAsync(Facts.Started());
        await ModuleHost.UntilAsync(client, path, points => points.GetArrayLength() == 0);
    }

    [Fact]
    public async Task Alert_IsRaisedAndResolvedOnceEach()
    {
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module], ["--HealthMonitor:EvaluationInterval=100ms"]);
        await Facts.DeployAsync(host);
        using var client = host.Admin("healthmonitor");
        using var made = await client.PutAsJsonAsync("/rules/many-errors", new
        {
            name = "many-errors", metric = "errorRate", aggregation = "mean", comparison = "above", threshold = 0.2, window = "5s", @for = "200ms", clearAfter = "200ms", severity = "critical", minimumEvents = 10,
        });
        Assert.Equal(HttpStatusCode.OK, made.StatusCode);
        using var deleted = await client.DeleteAsync(new Uri("/rules/error-rate", UriKind.Relative));

        host.Measure(Facts.Shop, 5, new MetricSample(MetricNames.Requests, "v1", "r1", 100), new MetricSample(MetricNames.Errors, "v1", "r1", 50));
        var raised = await ModuleHost.UntilAsync(client, "/alerts", a => a.GetProperty("active").GetArrayLength() == 1);
        Assert.Equal(0.5, raised.GetProperty("active")[0].GetProperty("value").GetDouble());
        await ModuleHost.UntilAsync(client, "/health/report", r => r.GetProperty("overall").GetString() == "unhealthy");

        host.Measure(Facts.Shop, 5, new MetricSample(MetricNames.Requests, "v1", "r1", 10_000), new MetricSample(MetricNames.Errors, "v1", "r1", 0));
        await ModuleHost.UntilAsync(client, "/alerts", a => a.GetProperty("active").GetArrayLength() == 0 && a.GetProperty("history").GetProperty("items").GetArrayLength() == 1);
        await ModuleHost.UntilAsync(client, "/events?type=AlertResolved", page => page.GetProperty("items").GetArrayLength() == 1);
        var events = await client.GetFromJsonAsync<JsonElement>("/events?type=AlertRaised");
        Assert.Equal(1, events.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task NoReadyReplica_OfAnApplicationThatRestsAtZero_IsNoAlert()
    {
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module], ["--HealthMonitor:EvaluationInterval=100ms"]);
        await Facts.DeployAsync(host);
        using var client = host.Admin("healthmonitor");
        foreach (var (name, metric) in new[] { ("none-ready", MetricNames.ReadyReplicas), ("none-wanted", MetricNames.WantedReplicas) })
        {
            using var made = await client.PutAsJsonAsync($"/rules/{name}", new { name, metric, aggregation = "last", comparison = "below", threshold = 1, window = "1s", @for = "0s", clearAfter = "0s", severity = "critical" });
            Assert.Equal(HttpStatusCode.OK, made.StatusCode);
        }

        await host.PublishAsync(Facts.Scaled(0));
        await host.PublishAsync(Facts.Stopped("r1"));
        var raised = await ModuleHost.UntilAsync(client, "/alerts", a => a.GetProperty("active").GetArrayLength() > 0);
        Assert.Equal("none-wanted", Assert.Single(raised.GetProperty("active").EnumerateArray()).GetProperty("rule").GetString());
        await host.PublishAsync(Facts.Scaled(1));
        await ModuleHost.UntilAsync(client, "/alerts", a => a.GetProperty("active").EnumerateArray().Any(alert => alert.GetProperty("rule").GetString() == "none-ready"));
    }

    [Fact]
    public async Task Experiment_IsAnEventOfTheLog_WhetherTheApplicationIsKnownOrNot()
    {
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module]);
        using var client = host.Admin("healthmonitor");
        var started = new ExperimentStarted
        {
            Application = "nobody", At = DateTimeOffset.UtcNow, CorrelationId = Guid.NewGuid(), Name = "kill-one", Hypothesis = "All is well.", Faults = ["replica_kill on 1 of 4"],
            PlannedDuration = TimeSpan.FromMinutes(10), RequestedBy = "ann",
        };
        await host.PublishAsync(started);
        await host.PublishAsync(new ExperimentEnded
        {
            Application = "nobody", At = started.At, CorrelationId = started.CorrelationId, Name = "kill-one", Outcome = "held", Message = "It was.", Duration = TimeSpan.FromSeconds(90),
        });
        var events = await ModuleHost.UntilAsync(client, "/events?application=nobody", page => page.GetProperty("items").GetArrayLength() == 2);
        Assert.Equal(
            ["success Experiment kill-one on nobody held after 1m30s: It was.", "info ann began experiment kill-one on nobody, of 10m at most (replica_kill on 1 of 4): All is well."],
            events.GetProperty("items").EnumerateArray().Select(e => $"{e.GetProperty("severity").GetString()} {e.GetProperty("summary").GetString()}").OrderByDescending(line => line, StringComparer.Ordinal));
        Assert.Equal(0, (await client.GetFromJsonAsync<JsonElement>("/health/report")).GetProperty("applications").GetArrayLength());
    }

    [Fact]
    public async Task Events_PageAndStream_ResumeWhereTheClientStopped()
    {
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module]);
        using var client = host.Admin("healthmonitor");
        for (var i = 1; i <= 5; i++) await host.PublishAsync(Facts.Scaled(i));
        const string ours = "/events?type=ApplicationScaled&application=shop";
        var all = await ModuleHost.UntilAsync(client, ours, p => p.GetProperty("items").GetArrayLength() == 5);
        var sequences = all.GetProperty("items").EnumerateArray().Select(e => e.GetProperty("sequence").GetInt64()).Reverse().ToList();
        var page = await client.GetFromJsonAsync<JsonElement>(ours + "&limit=2");
        Assert.Equal([sequences[4], sequences[3]], page.GetProperty("items").EnumerateArray().Select(e => e.GetProperty("sequence").GetInt64()));
        Assert.Equal($"{sequences[3]}", page.GetProperty("next").GetString());

        using var request = new HttpRequestMessage(HttpMethod.Get, ours);
        request.Headers.Accept.ParseAdd("text/event-stream");
        request.Headers.Add("Last-Event-ID", $"{sequences[2]}");
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Equal([$"{sequences[3]}", $"{sequences[4]}"], await IdsAsync(reader, 2));
        await host.PublishAsync(Facts.Scaled(6));
        Assert.True(long.Parse(Assert.Single(await IdsAsync(reader, 1))) > sequences[4]);
    }

    [Fact]
    public async Task RepeatedTrafficTable_IsNewsOnce()
    {
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module]);
        using var client = host.Admin("healthmonitor");
        foreach (var generation in new[] { 1, 1, 2, 1, 2 })
        {
            await host.PublishAsync(new TrafficShifted
            {
                Application = Facts.Shop, At = DateTimeOffset.UtcNow, CorrelationId = Guid.NewGuid(), Generation = generation, Weights = new Dictionary<string, int> { ["v1"] = 100 },
            });
        }

        await host.PublishAsync(Facts.Scaled(1));
        var page = await ModuleHost.UntilAsync(client, "/events", p => p.GetProperty("items").EnumerateArray().Any(e => e.GetProperty("type").GetString() == "ApplicationScaled"));
        Assert.InRange(page.GetProperty("items").EnumerateArray().Count(e => e.GetProperty("type").GetString() == "TrafficShifted"), 1, 2);
    }

    [Fact]
    public async Task ServiceThatFellSilent_IsDownAndAnAlert()
    {
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module], ["--HealthMonitor:EvaluationInterval=100ms"]);
        await host.PublishAsync(new ServiceReported
        {
            Application = "platform", At = DateTimeOffset.UtcNow, CorrelationId = Guid.NewGuid(), Service = "silent", Address = new Uri("http://127.0.0.1:1"), Version = "1", Ready = true, Interval = TimeSpan.FromMilliseconds(100),
        });
        using var client = host.Admin("healthmonitor");
        await ModuleHost.UntilAsync(client, "/alerts", a => a.GetProperty("active").EnumerateArray().Any(x => x.GetProperty("rule").GetString() == "service-down-silent"));
        var report = await client.GetFromJsonAsync<JsonElement>("/health/report");
        Assert.Equal("unhealthy", report.GetProperty("overall").GetString());
    }

    [Fact]
    public async Task ServicesOfOneProcess_AreAllReported()
    {
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module]);
        var instance = Guid.NewGuid();
        foreach (var (service, port) in new[] { ("gateway", 1), ("deployment", 2) })
        {
            await host.PublishAsync(new ServiceReported
            {
                Application = "platform", At = DateTimeOffset.UtcNow, CorrelationId = instance, Service = service, Address = new Uri($"http://127.0.0.1:{port}"), Version = "1", Ready = true, Interval = TimeSpan.FromSeconds(5),
            });
        }

        using var client = host.Admin("healthmonitor");
        await ModuleHost.UntilAsync(client, "/health/report", r =>
            new[] { "gateway", "deployment" }.All(name => r.GetProperty("services").EnumerateArray().Any(s => s.GetProperty("service").GetString() == name)));
    }

    [Fact]
    public async Task Dashboard_StateStreamAndHistory_HaveWhatThePageNeeds()
    {
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module]);
        await Facts.DeployAsync(host);
        host.Measure(Facts.Shop, 10, new MetricSample(MetricNames.Requests, "v1", "r1", 100));
        using var client = host.Admin("healthmonitor");
        var state = await client.GetFromJsonAsync<JsonElement>("/dashboard/state");
        Assert.Equal(4, state.GetProperty("events").EnumerateArray().Count(e => e.GetProperty("application").GetString() == Facts.Shop));
        Assert.Equal("shop", state.GetProperty("report").GetProperty("applications")[0].GetProperty("name").GetString());

        var history = await ModuleHost.UntilAsync(client, "/dashboard/history?application=shop&window=1m", h => Measured(h, "readyReplicas") > 0 && Measured(h, "requestsPerSecond") > 5);
        Assert.Equal(60, history.GetProperty("requestsPerSecond").GetArrayLength());

        using var answer = await client.GetAsync(new Uri("/dashboard/stream", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        string? line;
        while ((line = await reader.ReadLineAsync(deadline.Token)) is not null && line != "event: state") { }
        Assert.Contains("\"overall\":", await reader.ReadLineAsync(deadline.Token));
    }

    [Fact]
    public async Task WithoutAKey_EverythingIs401()
    {
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module]);
        using var client = host.Anonymous("healthmonitor");
        foreach (var path in new[] { "/health/report", "/alerts", "/rules", "/events", "/events/stream", "/webhooks", "/dashboard/state", "/dashboard/stream", "/dashboard/history?application=x" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(new Uri(path, UriKind.Relative))).StatusCode);
        }
    }

    private static int Measured(JsonElement history, string series) => history.GetProperty(series).EnumerateArray().Count(value => value.ValueKind is JsonValueKind.Number);

    private static async Task<List<string>> IdsAsync(StreamReader reader, int count)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        List<string> ids = [];
        while (ids.Count < count && await reader.ReadLineAsync(deadline.Token) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal)) ids.Add(line[4..]);
        }

        return ids;
    }
}
