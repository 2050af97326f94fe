using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Hosting.Json;

namespace Platform.Deployment.Configuration;

/// <summary>What two configurations differ in, member by member.</summary>
internal static class ConfigurationDifference
{
    /// <summary>The differences, in the order of their paths; none: they are alike.</summary>
    public static IReadOnlyList<ConfigurationChange> Between<T>(T from, T to)
    {
        var before = Leaves("", JsonSerializer.SerializeToNode(from, PlatformJson.Options)).ToDictionary(l => l.Path, l => l.Value, StringComparer.Ordinal);
        var after = Leaves("", JsonSerializer.SerializeToNode(to, PlatformJson.Options)).ToDictionary(l => l.Path, l => l.Value, StringComparer.Ordinal);
        return
        [
            .. before.Keys.Union(after.Keys).Order(StringComparer.Ordinal)
                .Select(path => new ConfigurationChange { Path = path, From = before.GetValueOrDefault(path), To = after.GetValueOrDefault(path) })
                .Where(change => change.From != change.To),
        ];
    }

    private static IEnumerable<(string Path, string? Value)> Leaves(string path, JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(m => Leaves(path.Length == 0 ? m.Key : $"{path}.{m.Key}", m.Value)),
        JsonArray items => items.SelectMany((item, i) => Leaves($"{path}[{i}]", item)),
        null => [],
        _ => [(path, node.ToString())],
    };
}

/// <summary>One member that differs.</summary>
internal sealed record ConfigurationChange
{
    /// <summary>Where: <c>environments.staging.replicas.max</c>.</summary>
    public required string Path { get; init; }
    /// <summary>What stood there; null: nothing.</summary>
    public string? From { get; init; }
    /// <summary>What stands there; null: nothing.</summary>
    public string? To { get; init; }
}
