using Platform.Workloads.Manifests;

namespace Workloads.Tests.Manifests;

public sealed class ManifestReaderTests
{
    private const string Design = """
        name: storefront
        revision: v2
        runtime: process            # process | docker | swarm | kubernetes
        process: { command: ["dotnet", "Storefront.dll"], workingDirectory: ./out }
        port: 0
        health: { path: /health, interval: 1s, timeout: 1s, unhealthyAfter: 3 }
        resources: { cpu: 0.5, memory: 256Mi }
        scaling:
          min: 1
          max: 10
          metrics: [ { name: cpu, target: 70% }, { name: requestsPerSecond, target: 50 } ]
        rollout:
          strategy: blueGreen
          watch: 45s
          analysis: { errorRate: 5%, p95: 1s, minRequests: 100 }
          approval: none
        environment: production
        """;

    [Fact]
    public void Read_TheDesignsExample_GivesEveryValue()
    {
        var manifest = Valid(Design, "/srv/shop");

        Assert.Equal("storefront", manifest.Name);
        Assert.Equal("v2", manifest.Revision);
        Assert.Equal(["dotnet", "Storefront.dll"], manifest.Process!.Command);
        Assert.Equal("/srv/shop/out", manifest.Process.WorkingDirectory);
        Assert.Equal(0.5, manifest.Resources.Cpu);
        Assert.Equal(256L << 20, manifest.Resources.MemoryBytes);
        Assert.Equal(256L << 20, manifest.Scaling.MemoryBytes);
        Assert.Equal(0.7, manifest.Scaling.Metrics[0].Target, 9);
        Assert.Equal("requestsPerSecond", manifest.Scaling.Metrics[1].Name);
        Assert.Equal(TimeSpan.FromSeconds(45), manifest.Rollout.Watch);
        Assert.Equal(0.05, manifest.Rollout.Analysis.ErrorRate, 9);
        Assert.Equal(TimeSpan.FromSeconds(1), manifest.Rollout.Analysis.P95);
        Assert.Equal(TimeSpan.FromSeconds(60), manifest.Health.StartupTimeout);
    }

    [Fact]
    public void Read_SeveralMistakes_ReportsAllOfThemWithTheirPlaces()
    {
        var problems = Problems("""
            name: Store_Front
            revison: v2
            process: { command: [dotnet] }
            scaling:
              min: 5
              max: 2
              metrics:
                - { name: cpu, target: 70% }
                - { name: requestsPerSecond, target: many }
            """);

        Assert.Contains(problems, p => p is { Path: "name", Line: 1, Column: 7, Found: "'Store_Front'" });
        Assert.Contains(problems, p => p is { Path: "revison", Line: 2, Column: 1 } && p.Message.Contains("Did you mean 'revision'?"));
        Assert.Contains(problems, p => p is { Path: "revision", Found: "nothing" });
        Assert.Contains(problems, p => p is { Path: "scaling.max", Line: 6, Column: 8 });
        Assert.Contains(problems, p => p is { Path: "scaling.metrics[1].target", Line: 9, Found: "'many'" });
        Assert.Equal(5, problems.Count);
    }

    private static Manifest Valid(string yaml, string? baseDirectory = null)
    {
        var result = ManifestReader.Read(yaml, baseDirectory);
        Assert.Empty(result.Problems);
        return result.Manifest!;
    }

    private static IReadOnlyList<ManifestProblem> Problems(string yaml, string? baseDirectory = null)
    {
        var result = ManifestReader.Read(yaml, baseDirectory);
        Assert.Null(result.Manifest);
        return result.Problems;
    }
}
