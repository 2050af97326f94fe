namespace Workloads.Tests.Manifests;

internal static class Sample
{
    /// <summary>A manifest with every member there is.</summary>
    public const string Full = """
        name: storefront
        revision: v2
        runtime: process
        process:
          command: ["dotnet", "Storefront.dll", "--quiet"]
          workingDirectory: ./out
          env:
            GREETING: hello
            DATABASE_PASSWORD: secret://storefront-database
        port: 0
        health: { path: /health, interval: 1s, timeout: 500ms, healthyAfter: 2, unhealthyAfter: 4, startupTimeout: 2m }
        resources: { cpu: 500m, memory: 256Mi }
        scaling:
          min: 2
          max: 12
          metrics:
            - { name: cpu, target: 70% }
            - { name: requestsPerSecond, target: 50 }
          behavior:
            tolerance: 5%
            syncPeriod: 10s
            scaleUp: { stabilizationWindow: 0, selectPolicy: Min, policies: [ { type: Percent, value: 50, period: 30s } ] }
            scaleDown: { stabilizationWindow: 1m30s, policies: [ { type: Replicas, value: 1, period: 1m } ] }
        rollout:
          strategy: rolling
          maxSurge: 50%
          maxUnavailable: 1
          watch: 45s
          analysis: { errorRate: 2.5%, p95: 800ms, judge: threshold, minRequests: 100 }
          approval: required
        traffic:
          hosts: [shop.example.org, "*.shop.example.org"]
          pathPrefix: /shop
          loadBalancing: powerOfTwoChoices
          drainTimeout: 00:00:10
        metrics: { path: /metrics }
        environment: staging
        """;
}
