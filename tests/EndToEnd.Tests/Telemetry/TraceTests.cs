using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Platform.EndToEnd.Tests.Telemetry;

/// <summary>Traces as a collector sees them.</summary>
[Collection("whole machine")]
public sealed class TraceTests
{
    [Fact]
    public async Task Trace_FollowsARolloutToTheReplicasStart_AndARequestThroughTheGateway()
    {
        using var playground = new Playground();
        await using var collector = await TraceCollector.StartAsync();
        await using var up = PlatformProcess.Start(
            "up", "--ports-from", "0", "--data", playground.Data, "--set", $"Otlp:Endpoint={collector.Address}", "--set", "Otlp:Protocol=http", "--set", "Otlp:MetricInterval=1s");
        await up.WaitForAsync("dashboard", TimeSpan.FromSeconds(60));
        var addresses = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(playground.Data, "run/addresses.json"))).RootElement;

        var rollout = ActivityTraceId.CreateRandom().ToHexString();
        await DeployAsync(addresses, playground.Data, rollout);
        await PlatformProcess.RunAsync(0, "status", "storefront", "--data", playground.Data);
        await Eventually.TrueAsync(() => collector.Of(rollout).Any(s => s.Name == "start replica"), TimeSpan.FromSeconds(40), () => $"no replica's start in {Names(collector, rollout)}");
        foreach (var step in new[] { "Microsoft.AspNetCore.Hosting.HttpRequestIn", "outbox deliver", "deployment-rollout-state process" })
            Assert.True(collector.Of(rollout).Any(s => s.Name == step), $"no {step} in {Names(collector, rollout)}");

        var request = ActivityTraceId.CreateRandom().ToHexString();
        using var http = new HttpClient();
        using var call = Traced(HttpMethod.Get, new Uri(addresses.GetProperty("traffic").GetString()!), request);
        await Eventually.TrueAsync(() => playground.Replicas().Count > 0, TimeSpan.FromSeconds(30), () => "no replica");
        using var answer = await http.SendAsync(call);
        Assert.True(answer.IsSuccessStatusCode);
        await Eventually.TrueAsync(() => collector.Of(request).Count > 0, TimeSpan.FromSeconds(30), () => "the request left no span");
        Assert.True(collector.MetricExports > 0);
    }

    private static async Task DeployAsync(JsonElement addresses, string data, string trace)
    {
        using var http = new HttpClient();
        var folder = Path.Combine(PlatformProcess.Root, "samples/Storefront/bin/Release/net10.0");
        var manifest = (await File.ReadAllTextAsync(Path.Combine(PlatformProcess.Root, "samples/storefront-v1.yaml")))
            .Replace("Storefront/bin/Release/net10.0", folder, StringComparison.Ordinal);
        using var deploy = Traced(HttpMethod.Post, new Uri(new Uri(addresses.GetProperty("deployment").GetString()!), "/api/deployment/deploy"), trace);
        deploy.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(Path.Combine(data, "admin.key"))).Trim());
        deploy.Content = new StringContent(manifest, new MediaTypeHeaderValue("application/yaml"));
        using var answer = await http.SendAsync(deploy);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static HttpRequestMessage Traced(HttpMethod method, Uri address, string trace) =>
        new(method, address) { Headers = { { "traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom().ToHexString()}-01" } } };

    private static string Names(TraceCollector collector, string trace) => string.Join(", ", collector.Of(trace).Select(s => s.Name).Distinct());
}
