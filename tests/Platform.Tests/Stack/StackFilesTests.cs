using System.Text.RegularExpressions;

namespace Platform.CommandLine.Tests.Stack;

/// <summary>What the stack's files name exists: services, ports, Dockerfiles, configuration keys. And they hold no secret and open nothing to the world.</summary>
public sealed partial class StackFilesTests
{
    private const string ComposeFile = "docker-compose.phase7.yml";
    private const string TyeFile = "tye.yaml";
    private static readonly string[] Servers = ["rabbitmq", "postgres", "kafka", "jaeger", "prometheus"];
    private static readonly Node Compose = StackFiles.Read(ComposeFile);
    private static readonly Node Tye = StackFiles.Read(TyeFile);

    public static TheoryData<string> Modules => [.. StackFiles.Modules.Select(m => m.Name)];

    [Fact]
    public void BothFiles_DescribeTheSameStack()
    {
        var expected = StackFiles.Modules.Select(m => m.Name).Concat(Servers).Order();
        Assert.Equal(expected, Compose["services"].Map.Keys.Order());
        Assert.Equal(expected, Tye["services"].Items.Select(s => s["name"].Text!).Order());
    }

    [Theory]
    [MemberData(nameof(Modules))]
    public void Compose_RunsTheServiceAsItsDockerfileSays_WithNothingItCouldWriteTo(string module)
    {
        var service = Compose["services"][module];
        var dockerfile = Path.Combine(StackFiles.Root, service["build"]["dockerfile"].Text!);
        var lines = File.ReadAllLines(dockerfile);
        var assembly = $"/app/Platform.{StackFiles.ProjectOf(module)}.dll";
        Assert.Contains(lines, l => l.StartsWith("ARG BASE_IMAGE", StringComparison.Ordinal));
        Assert.Contains("FROM ${BASE_IMAGE}", lines);
        Assert.Contains("USER 10001:10001", lines);
        Assert.Contains(lines, l => l.StartsWith("HEALTHCHECK ", StringComparison.Ordinal) && l.EndsWith($"CMD [\"dotnet\", \"{assembly}\", \"health-check\"]", StringComparison.Ordinal));
        Assert.Contains($"ENTRYPOINT [\"dotnet\", \"{assembly}\"]", lines);
        Assert.Equal(
            StackFiles.PortsOf(StackFiles.Modules.Single(m => m.Name == module)),
            lines.Single(l => l.StartsWith("EXPOSE ", StringComparison.Ordinal)).Split(' ')[1..].Select(int.Parse));
        Assert.Contains($"COPY artifacts/publish/{StackFiles.ProjectOf(module)}/ /app/", lines);
        Assert.Equal("true", service["read_only"].Text);
        Assert.Equal(["ALL"], service["cap_drop"].Items.Select(i => i.Text));
        Assert.Contains("no-new-privileges:true", service["security_opt"].Items.Select(i => i.Text));
        Assert.Contains($"{module}:/data", service["volumes"].Items.Select(i => i.Text));
        Assert.Null(service["privileged"].Value);
    }

    [Fact]
    public void Compose_PublishesOnLoopbackOnly_AndEveryServicesPorts()
    {
        var published = Compose["services"].Map.Values.SelectMany(s => new Node(s)["ports"].Items).Select(p => PublishedPort().Replace(p.Text!, "$1").Split(':')).ToList();
        Assert.All(published, p => Assert.Equal("127.0.0.1", p[0]));
        Assert.Superset(StackFiles.Modules.SelectMany(StackFiles.PortsOf).ToHashSet(), published.Select(p => int.Parse(p[1])).ToHashSet());
        Assert.Equal(published.Count, published.Select(p => p[1]).Distinct().Count());
    }

    [Fact]
    public void Compose_GatewayReachesTheReplicasOnTheDeploymentServicesLoopback()
    {
        Assert.Equal("service:deployment", Compose["services"]["gateway"]["network_mode"].Text);
        Assert.Empty(Compose["services"]["gateway"]["ports"].Items);
    }

    [Fact]
    public void EveryConfigurationKey_IsKnownToAService()
    {
        var variables = Compose["services"].Map.Values.SelectMany(s => new Node(s)["environment"].Map.Keys)
            .Concat(Tye["services"].Items.SelectMany(s => s["env"].Items).Select(e => e.Text!.Split('=')[0]));
        var arguments = Tye["services"].Items.SelectMany(s => (s["args"].Text ?? "").Split(' ')).Where(a => a.StartsWith("--", StringComparison.Ordinal)).Select(a => a[2..].Split('=')[0]);
        var keys = variables.Select(StackFiles.KeyOf).OfType<string>().Concat(arguments).Distinct().ToList();
        Assert.True(keys.Count > 10);
        Assert.DoesNotContain(keys, k => !StackFiles.KnownKeys.Contains(k));
    }

    [Fact]
    public void NoSecret_StandsInTheFiles()
    {
        foreach (var (key, value) in Compose["services"].Map.Values.SelectMany(s => new Node(s)["environment"].Map))
        {
            if (IsSecret(key)) Assert.StartsWith("${", (string)value!, StringComparison.Ordinal);
            if (value is string text && text.Contains('@', StringComparison.Ordinal) && text.Contains("://", StringComparison.Ordinal)) Assert.Contains(":${", text, StringComparison.Ordinal);
        }

        Assert.StartsWith("${", Compose["secrets"]["admin_key"]["file"].Text!, StringComparison.Ordinal);
        foreach (var setting in Tye["services"].Items.SelectMany(s => s["env"].Items).Select(e => e.Text!))
        {
            if (IsSecret(setting.Split('=')[0]) || setting.StartsWith("PLATFORM_Bus__Uri", StringComparison.Ordinal)) Assert.DoesNotContain('=', setting);
        }
    }

    [Fact]
    public void EveryFileNamed_Exists()
    {
        var mounted = Compose["services"].Map.Values.SelectMany(s => new Node(s)["volumes"].Items).Select(v => v.Text!).Where(v => v.StartsWith("./", StringComparison.Ordinal)).Select(v => v.Split(':')[0])
            .Concat(Tye["services"].Items.Select(s => s["project"].Text).OfType<string>())
            .Concat(Tye["services"].Items.SelectMany(s => s["volumes"].Items).Select(v => v["source"].Text!));
        Assert.DoesNotContain(mounted, path => !File.Exists(Path.Combine(StackFiles.Root, path)));
    }

    [Fact]
    public void Tye_NamesEveryPortOnce()
    {
        var servers = Tye["services"].Items.SelectMany(s => s["bindings"].Items).Select(b => int.Parse(b["port"].Text!));
        var ours = Tye["services"].Items.SelectMany(s => (s["args"].Text ?? "").Split(' ')).Where(a => a.StartsWith("--Ports:", StringComparison.Ordinal)).Select(a => int.Parse(a.Split('=')[1])).ToList();
        Assert.Equal(StackFiles.Modules.SelectMany(StackFiles.PortsOf).Order(), ours.Order());
        var all = servers.Concat(ours).ToList();
        Assert.Equal(all.Count, all.Distinct().Count());
    }

    [Fact]
    public void Prometheus_ScrapesEveryService_UnderAHostNameItAnswersTo()
    {
        var targets = StackFiles.Read("infrastructure/prometheus/prometheus.yml")["scrape_configs"].Items
            .SelectMany(c => c["static_configs"].Items).ToDictionary(t => t["labels"]["service"].Text!, t => t["targets"].Items.Single().Text!.Split(':'));
        Assert.Equal(StackFiles.Modules.ToDictionary(m => m.Name, m => m.Port), targets.ToDictionary(t => t.Key, t => int.Parse(t.Value[1])));
        Assert.All(targets, t => Assert.Equal(Compose["services"][t.Key]["environment"]["PLATFORM_AllowedHosts"].Text, t.Value[0]));
    }

    /// <summary><c>${NAME:-8014}</c>: the port unless another is chosen.</summary>
    [GeneratedRegex(@"\$\{[A-Z_]+:-(\d+)\}")]
    private static partial Regex PublishedPort();

    private static bool IsSecret(string key) => key.Contains("PASS", StringComparison.OrdinalIgnoreCase) || key.Contains("SECRET", StringComparison.OrdinalIgnoreCase);
}
