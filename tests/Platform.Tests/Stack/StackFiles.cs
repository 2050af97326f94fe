using System.Text.RegularExpressions;
using Platform.Autoscaler;
using Platform.Deployment;
using Platform.Gateway;
using Platform.HealthMonitor;
using Platform.Hosting;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Platform.CommandLine.Tests.Stack;

/// <summary>The files that describe the services apart, and what they may refer to.</summary>
internal static partial class StackFiles
{
    public static IReadOnlyList<ServiceModule> Modules { get; } = [GatewayModule.Module, DeploymentModule.Module, AutoscalerModule.Module, HealthMonitorModule.Module];

    public static string Root { get; } = FindRoot();

    /// <summary>Keys that some service knows, list items as 0.</summary>
    public static IReadOnlySet<string> KnownKeys { get; } =
        ConfigurationDocumentation.Describe(Modules).SelectMany(s => s.Keys).Select(k => k.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>A YAML file as maps, lists and text, with anchors and merges resolved.</summary>
    public static Node Read(string file) => new(new DeserializerBuilder().Build().Deserialize<object>(new MergingParser(new Parser(new StringReader(File.ReadAllText(Path.Combine(Root, file)))))));

    /// <summary>The configuration key that an environment variable sets, list items as 0; null: it is not one of ours.</summary>
    public static string? KeyOf(string variable) =>
        variable.StartsWith("PLATFORM_", StringComparison.Ordinal) ? Index().Replace(variable["PLATFORM_".Length..].Replace("__", ":", StringComparison.Ordinal), ":0:") : null;

    /// <summary>The project of a module: <c>HealthMonitor</c> of <c>healthmonitor</c>.</summary>
    public static string ProjectOf(string module) =>
        Directory.GetDirectories(Path.Combine(Root, "services")).Select(d => Path.GetFileName(d)!).Single(d => d.Equals(module, StringComparison.OrdinalIgnoreCase));

    /// <summary>The ports a module opens.</summary>
    public static IEnumerable<int> PortsOf(ServiceModule module) => module.TrafficPort is { } traffic ? [module.Port, traffic] : [module.Port];

    [GeneratedRegex(@":\d+:")]
    private static partial Regex Index();

    private static string FindRoot()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "Platform.sln"))) at = at.Parent ?? throw new InvalidOperationException("The tests do not run in the repository.");
        return at.FullName;
    }
}

/// <summary>A place in a YAML file.</summary>
internal readonly record struct Node(object? Value)
{
    public Node this[string key] => new(Map.TryGetValue(key, out var value) ? value : null);

    public string? Text => Value as string;

    public IReadOnlyList<Node> Items => Value is List<object> list ? [.. list.Select(i => new Node(i))] : [];

    public IReadOnlyDictionary<string, object?> Map =>
        Value is Dictionary<object, object> map ? map.ToDictionary(p => (string)p.Key, object? (p) => p.Value, StringComparer.Ordinal) : new Dictionary<string, object?>();
}
