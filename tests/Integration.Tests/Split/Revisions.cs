namespace Platform.Integration.Tests.Split;

/// <summary>Manifests of the Storefront, one per revision.</summary>
internal static class Revisions
{
    public const string Application = "storefront";

    /// <summary>Two replicas, whatever the load.</summary>
    public static string Steady(SplitPlatform platform, string revision) => Of(platform, revision, 2, 2, 1000, "3s");

    /// <summary>As many replicas as <paramref name="target"/> requests a second each ask for.</summary>
    public static string Elastic(SplitPlatform platform, string revision, int target, string watch = "3s") => Of(platform, revision, 1, 4, target, watch);

    private static string Of(SplitPlatform platform, string revision, int min, int max, int target, string watch) =>
        $$"""
        name: {{Application}}
        revision: {{revision}}
        runtime: process
        process:
          command: ["dotnet", "Storefront.dll"]
          workingDirectory: {{Repository.Storefront}}
          env: { STOREFRONT_VERSION: {{revision}}, {{platform.Replicas.Mark.Name}}: "{{platform.Replicas.Mark.Value}}" }
        port: 0
        health: { path: /health, interval: 500ms, timeout: 2s, unhealthyAfter: 5 }
        scaling:
          min: {{min}}
          max: {{max}}
          metrics: [ { name: requestsPerSecond, target: {{target}} } ]
          behavior:
            syncPeriod: 1s
            scaleUp: { stabilizationWindow: 0s, policies: [ { type: Replicas, value: 4, period: 2s } ] }
            scaleDown: { stabilizationWindow: 3s, policies: [ { type: Percent, value: 100, period: 2s } ] }
        rollout:
          strategy: blueGreen
          watch: {{watch}}
          analysis: { errorRate: 5%, p95: 5s }
        traffic: { drainTimeout: 5s }
        environment: production
        """;
}
