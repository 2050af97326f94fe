namespace Platform.Benchmarks.Rollout;

/// <summary>The manifest that the bench ships.</summary>
internal static class RolloutManifest
{
    /// <summary>
    /// A fixed number of replicas, a watch of half a second, steps of a second, as long for what is under way as nginx gives it, and no judge: what
    /// is measured is the change, and on a machine that is busy with other things a judge would rightly object to latencies.
    /// </summary>
    public static string Yaml(string revision, string journal, RolloutBenchOptions options) => $$"""
        name: storefront
        revision: {{revision}}
        runtime: process
        process:
          command: ["dotnet", "Storefront.dll"]
          workingDirectory: "{{Storefront.Folder}}"
          env: { STOREFRONT_VERSION: {{revision}}, STOREFRONT_JOURNAL: "{{journal}}" }
        health: { path: {{Storefront.Health}}, interval: 500ms, timeout: 5s, unhealthyAfter: 5 }
        scaling:
          min: {{options.Replicas}}
          max: {{options.Replicas}}
          metrics: [ { name: requestsPerSecond, target: 100000 } ]
        rollout:
          strategy: {{options.Strategy}}
          watch: 500ms
          {{Steps(options.Strategy)}}
          analysis: { judge: none }
        traffic:
          drainTimeout: 60s
        environment: production

        """;

    private static string Steps(string strategy) => strategy switch
    {
        "canary" => "steps: [5, 25, 50, 100]\n  stepDuration: 1s",
        "experiment" => "experiment: { weight: 10, duration: 1s }",
        _ => "",
    };
}
