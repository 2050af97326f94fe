using System.Text.Json;
using Platform.Security.Tests.Support;
using Platform.Workloads.Manifests;

namespace Platform.Security.Tests.Malformed;

/// <summary>An endpoint that takes a body, a right body for it, and how to undo what a right one does.</summary>
/// <param name="Module">The service.</param>
/// <param name="Method">The method.</param>
/// <param name="Path">The path.</param>
/// <param name="Good">A body it would take, or refuse only for what it names.</param>
/// <param name="MediaType">The body's media type.</param>
internal sealed record Target(string Module, HttpMethod Method, string Path, string Good, string MediaType = Target.Json)
{
    public const string Json = "application/json";
    public const string Yaml = "application/yaml";
    public const string Form = "application/x-www-form-urlencoded";

    public const string Manifest =
        """
        name: fuzzed
        revision: v1
        runtime: process
        process:
          command: ["/usr/bin/true", "a"]
          env: { COLOUR: red, TOKEN: secret://none-such }
        port: 0
        health: { path: /health, interval: 1s, timeout: 1s, unhealthyAfter: 3 }
        resources: { cpu: 0.5, memory: 256Mi }
        scaling:
          min: 1
          max: 3
          metrics: [ { name: cpu, target: 70% }, { name: requestsPerSecond, target: 50 } ]
        rollout:
          strategy: blueGreen
          watch: 1s
          analysis: { errorRate: 5%, p95: 1s }
        traffic:
          hosts: [fuzzed.example.org]
          pathPrefix: /a
        environment: development
        """;

    private const string Rule = """{"name":"fuzzed","description":"d","metric":"latency","aggregation":"p95","window":"1m","comparison":"above","threshold":0.5,"for":"5s","severity":"warning","application":"none-such","minimumEvents":3,"enabled":true}""";

    private const string Environment = """{"settings":{"replicas":{"min":2,"max":5},"autoscaling":true,"judge":"statistical","approval":{"required":false,"role":"operator","approvers":["alice"],"fourEyes":true,"expiry":"1d"},"freezes":[{"reason":"weekend","days":["friday"],"begins":"16:00","ends":"24:00","timeZone":"UTC"},{"reason":"year's end","from":"2026-12-23T00:00:00Z","to":"2027-01-02T00:00:00Z"}]},"reason":"why"}""";

    private const string Policy = """{"application":"none-such","enabled":true,"mode":"hybrid","min":1,"max":4,"ruleSet":"custom","rules":[{"metric":"cpu","above":0.7,"for":"2m","change":2,"coolDown":"5m"}],"schedules":[{"name":"office","days":["monday"],"begins":"08:00","ends":"18:00","timeZone":"UTC","min":2}],"serviceLevel":0.99,"predictionWeight":0.3,"latencyTarget":"500ms","zeroAfter":"10m"}""";

    private const string Configuration = """{"configuration":{"rollbackWindow":3,"environments":{"development":{"replicas":{"min":1,"max":2},"autoscaling":false,"judge":"none"}},"retention":{"history":"180d"},"prices":{"currency":"EUR","replicaHour":0.1,"cpuCoreHour":0.03}},"reason":"why"}""";

    private const string Webhook = """{"name":"fuzzed","url":"https://example.org/hook","secret":"0123456789abcdef0123","types":["AlertRaised"],"applications":["none-such"],"enabled":false}""";

    /// <summary>Every endpoint of every service that takes a body.</summary>
    /// <param name="webhook">A webhook that is there.</param>
    public static IReadOnlyList<Target> All(string webhook) =>
    [
        new("deployment", HttpMethod.Post, "/api/deployment/deploy", Manifest, Yaml),
        new("deployment", HttpMethod.Post, "/api/deployment/deploy", JsonSerializer.Serialize(new { manifest = "name: x", reason = "why" })),
        new("deployment", HttpMethod.Post, "/api/deployment/rollback", """{"application":"none-such","revision":"v1","reason":"why"}"""),
        new("deployment", HttpMethod.Post, "/api/deployment/scale", """{"application":"none-such","replicas":3,"reason":"why"}"""),
        new("deployment", HttpMethod.Post, $"/api/deployment/deployments/{Guid.Empty}/promote", """{"reason":"why"}"""),
        new("deployment", HttpMethod.Post, $"/api/deployment/deployments/{Guid.Empty}/abort", """{"reason":"why"}"""),
        new("deployment", HttpMethod.Post, $"/api/deployment/deployments/{Guid.Empty}/pause", """{"reason":"why"}"""),
        new("deployment", HttpMethod.Post, $"/api/deployment/deployments/{Guid.Empty}/resume", """{"reason":"why"}"""),
        new("deployment", HttpMethod.Post, $"/api/deployment/deployments/{Guid.Empty}/approve", """{"reason":"why"}"""),
        new("deployment", HttpMethod.Post, $"/api/deployment/deployments/{Guid.Empty}/retry", """{"reason":"why"}"""),
        new("deployment", HttpMethod.Put, "/api/deployment/config", Configuration),
        new("deployment", HttpMethod.Post, "/api/deployment/config/validation", """{"rollbackWindow":3,"retention":{"history":"30d"},"prices":{"currency":"EUR","replicaHour":0.05}}"""),
        new("deployment", HttpMethod.Post, "/api/deployment/config/rollback", """{"version":0,"reason":"why"}"""),
        new("deployment", HttpMethod.Put, "/api/deployment/environments/staging", Environment),
        new("deployment", HttpMethod.Post, "/api/deployment/environments/production/promotions", """{"application":"none-such","from":"staging","reason":"why","overrideFreeze":"because"}"""),
        new("deployment", HttpMethod.Put, "/api/deployment/secrets/fuzzed", """{"value":"a value","reason":"why"}"""),
        new("autoscaler", HttpMethod.Post, "/scale", """{"application":"none-such","replicas":3,"reason":"why"}"""),
        new("autoscaler", HttpMethod.Post, "/scale", """{"service":"none-such","action":"up","replicas":3,"reason":"why"}"""),
        new("autoscaler", HttpMethod.Put, "/api/autoscaler/policies/fuzzed", $$"""{"policy":{{Policy}},"reason":"why"}"""),
        new("autoscaler", HttpMethod.Post, "/api/autoscaler/policies/validation", Policy),
        new("autoscaler", HttpMethod.Post, "/api/autoscaler/policies/none-such/rollback", """{"version":1,"reason":"why"}"""),
        new("healthmonitor", HttpMethod.Post, "/rules", Rule),
        new("healthmonitor", HttpMethod.Put, "/rules/fuzzed", Rule),
        new("healthmonitor", HttpMethod.Post, "/webhooks", Webhook),
        new("healthmonitor", HttpMethod.Put, "/webhooks/none-such", Webhook),
        new("healthmonitor", HttpMethod.Put, $"/webhooks/{webhook}", Webhook),
        new("healthmonitor", HttpMethod.Post, "/dashboard/actions/scale", """{"application":"none-such","replicas":3,"reason":"why"}"""),
        new("healthmonitor", HttpMethod.Post, "/dashboard/actions/rollback", """{"application":"none-such","revision":"v1","reason":"why"}"""),
        new("healthmonitor", HttpMethod.Post, "/dashboard/actions/promote", """{"application":"none-such","rollout":"00000000-0000-0000-0000-000000000001","reason":"why","fully":true}"""),
        new("healthmonitor", HttpMethod.Post, "/dashboard/actions/pause", """{"application":"none-such","rollout":"00000000-0000-0000-0000-000000000001","reason":"why"}"""),
        new("healthmonitor", HttpMethod.Post, "/dashboard/actions/resume", """{"application":"none-such","rollout":"00000000-0000-0000-0000-000000000001","reason":"why"}"""),
        new("healthmonitor", HttpMethod.Post, "/dashboard/actions/approve", """{"application":"none-such","rollout":"00000000-0000-0000-0000-000000000001","reason":"why"}"""),
        new("healthmonitor", HttpMethod.Post, "/dashboard/actions/abort", """{"application":"none-such","rollout":"00000000-0000-0000-0000-000000000001","reason":"why"}"""),
        new("healthmonitor", HttpMethod.Post, "/dapr/commands", """{"specversion":"1.0","id":"x","type":"PromoteRollout","source":"s","data":{"application":"none-such","reason":"why"}}"""),
        new("gateway", HttpMethod.Post, "/keys", """{"name":"fuzzed","role":"viewer","expiresIn":"1h","reason":"why"}"""),
        new("gateway", HttpMethod.Post, "/login", "key=plk_wrong&next=/", Form),
    ];

    public byte[] Mutate(Random random) => MediaType switch
    {
        Yaml => YamlMutation.Mutate(Good, random),
        Form => JsonMutation.Mutate(Good, random),
        _ => JsonMutation.Mutate(Good, random),
    };

    /// <summary>Whether what a mutation left is a manifest still: it is then only checked (a dry run), for shipping it would be right.</summary>
    public static bool IsManifest(byte[] body) => ManifestReader.Read(System.Text.Encoding.UTF8.GetString(body), baseDirectory: null).Manifest is not null;

    /// <summary>Undoes what a body did that a mutation left right.</summary>
    public async Task UndoAsync(WholePlatform platform, JsonElement answer)
    {
        switch (Method.Method, Path)
        {
            case ("POST", "/rules"):
                await platform.SendAsync(Module, HttpMethod.Delete, "/rules/" + answer.GetProperty("name").GetString());
                break;
            case ("PUT", "/rules/fuzzed"):
                await platform.SendAsync(Module, HttpMethod.Delete, Path);
                break;
            case ("POST", "/webhooks"):
                await platform.SendAsync(Module, HttpMethod.Delete, "/webhooks/" + answer.GetProperty("id").GetString());
                break;
            case ("PUT", "/api/deployment/config" or "/api/deployment/environments/staging"):
                await platform.SendAsync(Module, HttpMethod.Post, "/api/deployment/config/rollback", new { version = 0 });
                break;
            case ("PUT", "/api/deployment/secrets/fuzzed" or "/api/autoscaler/policies/fuzzed"):
                await platform.SendAsync(Module, HttpMethod.Delete, Path);
                break;
            case ("PUT", _):
                await platform.SendAsync(Module, HttpMethod.Put, Path, JsonSerializer.Deserialize<JsonElement>(Webhook));
                break;
            case ("POST", "/keys"):
                await platform.SendAsync(Module, HttpMethod.Delete, "/keys/" + answer.GetProperty("id").GetString());
                break;
            default:
                break;
        }
    }
}
