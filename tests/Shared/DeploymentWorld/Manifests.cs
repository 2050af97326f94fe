namespace Platform.Testing.DeploymentWorld;

/// <summary>Manifests for the world: short times, no watching unless asked for.</summary>
internal static class Manifests
{
    public static string BlueGreen(string revision, int replicas = 2, string watch = "200ms", string application = "shop", string judge = "none", string extra = "") =>
        Make(application, revision, replicas, $"strategy: blueGreen, watch: {watch}, analysis: {{ judge: {judge}, errorRate: 5%, minRequests: 20 }}{extra}");

    public static string Rolling(string revision, int replicas = 4, int surge = 1, int unavailable = 0, string watch = "200ms", string application = "shop") =>
        Make(application, revision, replicas, $"strategy: rolling, maxSurge: {surge}, maxUnavailable: {unavailable}, watch: {watch}, analysis: {{ judge: none }}");

    /// <summary>Of any strategy, with the members of <paramref name="rollout"/>.</summary>
    public static string Of(string revision, string rollout, int replicas = 2) => Make("shop", revision, replicas, rollout);

    public static string RevisionOf(string manifest) =>
        manifest.Split('\n').First(l => l.StartsWith("revision:", StringComparison.Ordinal))["revision:".Length..].Trim();

    private static string Make(string application, string revision, int replicas, string rollout) =>
        $$"""
        name: {{application}}
        revision: {{revision}}
        runtime: process
        process: { command: ["app"] }
        health: { path: /health, interval: 100ms, timeout: 1s, unhealthyAfter: 2, startupTimeout: 3s }
        scaling: { min: {{replicas}}, max: 10 }
        traffic: { drainTimeout: 1s }
        rollout: { {{rollout}} }
        """;
}
