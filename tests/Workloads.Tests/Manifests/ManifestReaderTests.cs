using Platform.Contracts.Scaling;
using Platform.Workloads.Manifests;

namespace Workloads.Tests.Manifests;

public sealed class ManifestReaderTests
{
    private const string Least = "name: shop\nrevision: v1\nprocess: { command: [dotnet, Shop.dll] }\n";

    [Fact]
    public void Read_EveryMember_GivesEveryValue()
    {
        var manifest = Valid(Sample.Full, "/srv/shop");

        Assert.Equal("storefront", manifest.Name);
        Assert.Equal("v2", manifest.Revision);
        Assert.Equal(["dotnet", "Storefront.dll", "--quiet"], manifest.Process!.Command);
        Assert.Equal("/srv/shop/out", manifest.Process.WorkingDirectory);
        Assert.Equal("secret://storefront-database", manifest.Process.Env["DATABASE_PASSWORD"]);
        Assert.Equal(new HealthSpec { Path = "/health", Timeout = TimeSpan.FromMilliseconds(500), HealthyAfter = 2, UnhealthyAfter = 4, StartupTimeout = TimeSpan.FromMinutes(2) }, manifest.Health);
        Assert.Equal(new ResourceSpec { Cpu = 0.5, MemoryBytes = 256L << 20 }, manifest.Resources);
        Assert.Equal((2, 12, 0.5, 256L << 20), (manifest.Scaling.Min, manifest.Scaling.Max, manifest.Scaling.CpuCores, manifest.Scaling.MemoryBytes));
        Assert.Equal([("cpu", 0.7), ("requestsPerSecond", 50)], manifest.Scaling.Metrics.Select(m => (m.Name, Math.Round(m.Target, 9))));
        Assert.Equal((0.05, TimeSpan.FromSeconds(10)), (manifest.Scaling.Behavior.Tolerance, manifest.Scaling.Behavior.SyncPeriod));
        Assert.Equal("Min", manifest.Scaling.Behavior.ScaleUp.SelectPolicy);
        Assert.Equal([ScalingPolicy.OfPercent(50, TimeSpan.FromSeconds(30))], manifest.Scaling.Behavior.ScaleUp.Policies);
        Assert.Equal(TimeSpan.FromSeconds(90), manifest.Scaling.Behavior.ScaleDown.StabilizationWindow);
        Assert.Equal((ReplicaShare.OfPercent(0.5), ReplicaShare.OfReplicas(1)), (manifest.Rollout.MaxSurge, manifest.Rollout.MaxUnavailable));
        Assert.Equal((0.025, TimeSpan.FromMilliseconds(800), 100), (manifest.Rollout.Analysis.ErrorRate, manifest.Rollout.Analysis.P95, manifest.Rollout.Analysis.MinRequests));
        Assert.Equal("required", manifest.Rollout.Approval);
        Assert.Equal(["shop.example.org", "*.shop.example.org"], manifest.Traffic.Hosts);
        Assert.Equal(TimeSpan.FromSeconds(10), manifest.Traffic.DrainTimeout);
        Assert.Equal("staging", manifest.Environment);
    }

    [Fact]
    public void Read_TheLeast_GivesTheDefaults()
    {
        var manifest = Valid(Least);

        Assert.Equal((RuntimeNames.Process, 0, "production"), (manifest.Runtime, manifest.Port, manifest.Environment));
        Assert.Equal(new HealthSpec(), manifest.Health);
        Assert.Equal((1, 10), (manifest.Scaling.Min, manifest.Scaling.Max));
        Assert.Equal(RolloutStrategies.BlueGreen, manifest.Rollout.Strategy);
        Assert.Equal(2, manifest.Scaling.Behavior.ScaleUp.Policies.Count);
        Assert.Null(manifest.Metrics);
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
        Assert.Equal(problems.OrderBy(p => p.Line).ThenBy(p => p.Column), problems);
    }

    [Theory]
    [InlineData("runtime: nomad", "runtime", "one of process, docker, swarm, kubernetes")]
    [InlineData("kubernetes: { namespace: shop }", "kubernetes", "belongs to the runtime kubernetes")]
    [InlineData("kubernetes: { image: shop }", "kubernetes.image", "is not a member here")]
    [InlineData("swarm: { image: shop }", "swarm", "is not a member here")]
    [InlineData("docker: { image: shop }", "docker", "belongs to the runtime docker")]
    [InlineData("rollout: { strategy: canary, steps: [10, { weight: 100, pause: soon }] }", "rollout.steps[1].pause", "untilPromoted")]
    [InlineData("rollout: { strategy: canary, steps: [{ pause: 1m }, 100] }", "rollout.steps[0].weight", "missing")]
    [InlineData("rollout: { strategy: canary, preview: 1m }", "rollout.preview", "belongs to the strategy blueGreen")]
    [InlineData("rollout: { prePromotionAnalysis: true }", "rollout.prePromotionAnalysis", "add mirror, match or analysis.synthetic")]
    [InlineData("rollout: { prePromotionAnalysis: true, mirror: 5, analysis: { judge: none } }", "rollout.prePromotionAnalysis", "name a judge")]
    [InlineData("rollout: { mirror: 5 }", "rollout.mirror", "Nothing would be copied")]
    [InlineData("rollout: { strategy: experiment, experiment: { weight: 60 } }", "rollout.experiment.weight", "from 1 to 50")]
    [InlineData("rollout: { strategy: canary, match: { headers: { 'X Y': a } } }", "rollout.match.headers.X Y", "cannot be the name")]
    [InlineData("rollout: { analysis: { synthetic: { rate: 5 } } }", "rollout.analysis.synthetic.path", "missing")]
    [InlineData("rollout: { strategy: later }", "rollout.strategy", "rolling, blueGreen, canary, experiment")]
    [InlineData("rollout: { strategy: bluegreen }", "rollout.strategy", "Did you mean 'blueGreen'?")]
    [InlineData("rollout: { strategy: canary, steps: [50, 20, 100] }", "rollout.steps", "do not fall")]
    [InlineData("rollout: { strategy: canary, steps: [50] }", "rollout.steps", "end at 100")]
    [InlineData("rollout: { steps: [50, 100] }", "rollout.steps", "belongs to the strategy canary")]
    [InlineData("rollout: { strategy: rolling, maxSurge: 0, maxUnavailable: 0% }", "rollout.maxUnavailable", "raise one of them")]
    [InlineData("rollout: { analysis: { judge: oracle } }", "rollout.analysis.judge", "statistical, kayenta, threshold, none")]
    [InlineData("rollout: { analysis: { errorRate: 500% } }", "rollout.analysis.errorRate", "up to 100%")]
    [InlineData("rollout: { watch: 30 }", "rollout.watch", "a duration such as")]
    [InlineData("port: 70000", "port", "1 to 65535")]
    [InlineData("port: 8080", "port", "PORT")]
    [InlineData("health: /health", "health", "a section with members")]
    [InlineData("health: { path: health }", "health.path", "a URL path")]
    [InlineData("health: { path: /a/../b }", "health.path", "a URL path")]
    [InlineData("health: { intervall: 1s }", "health.intervall", "Did you mean 'interval'?")]
    [InlineData("resources: { memory: 256Mo }", "resources.memory", "256Mi")]
    [InlineData("resources: { memory: 1k }", "resources.memory", "at least 4Mi")]
    [InlineData("resources: { cpu: -1 }", "resources.cpu", "CPU cores")]
    [InlineData("scaling: { metrics: [ { name: memory, target: 50% } ] }", "scaling.metrics[0].name", "resources.memory")]
    [InlineData("scaling: { metrics: [ { name: cpu } ] }", "scaling.metrics[0].target", "missing")]
    [InlineData("scaling: { metrics: [ { name: cpu, target: 50% }, { name: cpu, target: 60% } ] }", "scaling.metrics", "2 times")]
    [InlineData("scaling: { metrics: [ cpu ] }", "scaling.metrics[0]", "{ name, target }")]
    [InlineData("scaling: { behavior: { scaleUp: { policies: [ { type: Percent, value: 0, period: 1m } ] } } }", "scaling.behavior.scaleUp.policies[0].value", "from 1")]
    [InlineData("scaling: { behavior: { scaleUp: { policies: [] } } }", "scaling.behavior.scaleUp.policies", "Disabled")]
    [InlineData("traffic: { hosts: ['shop.example.org:80'] }", "traffic.hosts[0]", "without port")]
    [InlineData("traffic: { pathPrefix: '/%2e%2e' }", "traffic.pathPrefix", "a URL path prefix")]
    [InlineData("environment: prod", "environment", "Did you mean 'production'?")]
    [InlineData("name: shop", "name", "line 1 already")]
    public void Read_OneMistake_IsReportedAtItsPath(string line, string path, string message)
    {
        var problem = Assert.Single(Problems(Least + line), p => p.Path == path);

        Assert.Contains(message, problem.Message);
        Assert.Equal(4, problem.Line);
    }

    [Theory]
    [InlineData("env: { PORT: '1' }", "process.env.PORT")]
    [InlineData("env: { PLATFORM_OWNER: me }", "process.env.PLATFORM_OWNER")]
    [InlineData("env: { 1A: x }", "process.env.1A")]
    [InlineData("env: { DATABASE_PASSWORD: hunter2 }", "process.env.DATABASE_PASSWORD")]
    [InlineData("env: { URL: 'postgres://u:secret://x@h' }", "process.env.URL")]
    [InlineData("env: { KEY: ['hunter2'] }", "process.env.KEY")]
    [InlineData("args: ['secret://x']", "process.args[0]")]
    [InlineData("workingDirectory: ../../etc", "process.workingDirectory")]
    [InlineData("workingDirectory: /etc", "process.workingDirectory")]
    public void Read_AProcessThatMustNotBe_IsRefusedWithoutShowingValues(string member, string path)
    {
        var problems = Problems($"name: shop\nrevision: v1\nprocess: {{ command: [x], {member} }}", "/srv/shop");

        Assert.Contains(problems, p => p.Path == path);
        Assert.DoesNotContain(problems, p => p.ToString().Contains("hunter2") || p.Found.Contains("hunter2"));
    }

    [Theory]
    [InlineData("command: dotnet Shop.dll")]
    [InlineData("command: []")]
    [InlineData("command: ['']")]
    [InlineData("command: [../../bin/x]")]
    [InlineData("workingDirectory: .")]
    public void Read_ACommandThatIsNone_IsReported(string member) =>
        Assert.Contains(Problems($"name: shop\nrevision: v1\nprocess: {{ {member} }}", "/srv/shop"), p => p.Path == "process.command");

    [Fact]
    public void Read_AWorkingDirectoryThatLeavesByALink_IsReported()
    {
        var folder = Directory.CreateTempSubdirectory("manifest-").FullName;
        try
        {
            Directory.CreateSymbolicLink(Path.Combine(folder, "out"), "/etc");

            var problem = Assert.Single(Problems("name: shop\nrevision: v1\nprocess: { command: [x], workingDirectory: ./out/ssl }", folder));

            Assert.Equal("process.workingDirectory", problem.Path);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Read_ARelativeWorkingDirectoryWithoutAFolder_AsksForAnAbsoluteOne()
    {
        Assert.Contains("absolute", Assert.Single(Problems("name: shop\nrevision: v1\nprocess: { command: [x], workingDirectory: ./out }")).Message);
        Assert.Equal("/srv/out", Valid("name: shop\nrevision: v1\nprocess: { command: [x], workingDirectory: /srv/out }").Process!.WorkingDirectory);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("# only a comment\n", "empty")]
    [InlineData("just text", "found 'just text'")]
    [InlineData("- a\n- b", "found a list")]
    [InlineData("name: [", "not valid YAML")]
    [InlineData("name: a\n---\nname: b", "one YAML document")]
    [InlineData("name: &a shop\nrevision: *a", "Aliases are not allowed")]
    [InlineData("name: !!python/object shop", "Tags are not allowed")]
    public void Read_ADocumentThatIsNoManifest_SaysWhy(string yaml, string message) => Assert.Contains(Problems(yaml), p => p.Message.Contains(message));

    [Fact]
    public void Read_ATooLargeDocument_IsRefusedUnread() => Assert.Contains("256 KiB", Assert.Single(Problems(new string('é', 140_000))).Message);

    [Fact]
    public void Read_DeepNesting_IsRefused() => Assert.Contains("16 levels", Assert.Single(Problems("name: " + new string('[', 100_000))).Message);

    [Fact]
    public void Read_ThousandsOfMistakes_ReportsAHundredAndCountsTheRest()
    {
        var problems = Problems(string.Concat(Enumerable.Range(0, 5000).Select(i => $"x{i}: 1\n")));

        Assert.Equal(101, problems.Count);
        Assert.Contains("4903 more", problems[^1].Message);
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

    [Theory]
    [InlineData("docker: { }", "docker.image", "missing")]
    [InlineData("docker: { image: 'Shop Web' }", "docker.image", "an image such as")]
    [InlineData("docker: { image: shop, network: none }", "docker.network", "bridge, host")]
    [InlineData("docker: { image: shop, user: 'a b' }", "docker.user", "10001:10001")]
    [InlineData("docker: { image: shop, readOnly: maybe }", "docker.readOnly", "true or false")]
    [InlineData("docker: { image: shop, env: { PORT: 1 } }", "docker.env.PORT", "set by the platform")]
    [InlineData("docker: { image: shop, registry: { username: me, password: hunter2 } }", "docker.registry.password", "secret://name")]
    [InlineData("docker: { image: shop, registry: { password: secret://registry } }", "docker.registry.username", "missing")]
    [InlineData("docker: { image: secret://image }", "docker.image", "Secrets are passed in")]
    [InlineData("docker: { image: shop, volumes: { /etc: /etc } }", "docker.volumes./etc", "a folder of the machine cannot")]
    [InlineData("docker: { image: shop, volumes: { orders: orders } }", "docker.volumes.orders", "an absolute path")]
    [InlineData("docker: { image: shop, volumes: { orders: / } }", "docker.volumes.orders", "not the root itself")]
    [InlineData("docker: { image: shop, volumes: { orders: /a/../etc } }", "docker.volumes.orders", "without '..'")]
    [InlineData("docker: { image: shop, volumes: { orders: /a, carts: /a } }", "docker.volumes.carts", "cannot both be at /a")]
    [InlineData("docker: { image: shop, privileged: true }", "docker.privileged", "is not a member here")]
    [InlineData("{ docker: { image: shop, network: host }, port: 80 }", "port", "takes the port it is given")]
    [InlineData("{ docker: { image: shop }, process: { command: [x] } }", "process", "belongs to the runtime process")]
    public void Read_AMistakeInTheDockerSection_IsReportedAtItsPath(string section, string path, string message)
    {
        var members = section.StartsWith('{') ? section[1..^1] : section;
        var problems = ManifestReader.Read($"{{ name: shop, revision: v1, runtime: docker, {members} }}", null).Problems;

        Assert.Contains(problems, p => p.Path == path && p.Message.Contains(message, StringComparison.Ordinal));
        Assert.DoesNotContain(problems, p => p.ToString().Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_ADockerManifestWithoutItsSection_SaysWhatIsMissing()
    {
        var problem = Assert.Single(ManifestReader.Read("{ name: shop, revision: v1, runtime: docker }", null).Problems);

        Assert.Equal("docker", problem.Path);
    }
}
