namespace Platform.Benchmarks.Rollout;

/// <summary>The manifest that the bench ships.</summary>
internal static class RolloutManifest
{
    private static readonly TimeSpan Watch = TimeSpan.FromMilliseconds(500), Step = TimeSpan.FromSeconds(1);
    private static readonly int[] Weights = [5, 25, 50, 100];

    /// <summary>How long old replicas may take over what is under way.</summary>
    public const int DrainSeconds = 60;

    /// <summary>Time between two health checks; the peer's too.</summary>
    public const string HealthInterval = "500ms";

    /// <summary>
    /// A fixed number of replicas, a watch of half a second, steps of a second, as long for what is under way as the peer gives it, and no judge:
    /// what is measured is the change, and on a machine that is busy with other things a judge would rightly object to latencies.
    /// </summary>
    public static string Yaml(string revision, string journal, StorefrontPackage package, RolloutBenchOptions options) => $$"""
        name: storefront
        revision: {{revision}}
        {{package.Section(revision, journal)}}
        health: { path: {{Storefront.Health}}, interval: {{HealthInterval}}, timeout: 5s, unhealthyAfter: 5 }
        scaling:
          min: {{options.Replicas}}
          max: {{options.Replicas}}
          metrics: [ { name: requestsPerSecond, target: 100000 } ]
        rollout:
          strategy: {{options.Strategy}}
          watch: {{Watch.TotalMilliseconds:0}}ms
          {{Steps(options.Strategy)}}
          analysis: { judge: none }
        traffic:
          drainTimeout: {{DrainSeconds}}s
        environment: production

        """;

    /// <summary>What the manifest has a switch wait for, whatever the replicas do.</summary>
    public static TimeSpan DeclaredWaits(string strategy) => Watch + strategy switch
    {
        "canary" => Step * (Weights.Length - 1),
        "experiment" => Step,
        _ => TimeSpan.Zero,
    };

    private static string Steps(string strategy) => strategy switch
    {
        "canary" => $"steps: [{string.Join(", ", Weights)}]\n  stepDuration: {Step.TotalSeconds:0}s",
        "experiment" => $"experiment: {{ weight: 10, duration: {Step.TotalSeconds:0}s }}",
        _ => "",
    };
}
