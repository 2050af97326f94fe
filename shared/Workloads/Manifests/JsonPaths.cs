using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Platform.Workloads.Manifests;

/// <summary>The part of JSONPath that names one value: <c>$.data.items[0]["the value"]</c>; Argo's braces around it are taken too.</summary>
public static partial class JsonPaths
{
    /// <summary>Whether it is such a path.</summary>
    public static bool IsPath(string text) => text.Length <= 512 && Whole().IsMatch(Bare(text));

    /// <summary>The value at a path; null: there is none.</summary>
    /// <param name="document">Where to look.</param>
    /// <param name="path">The path, which <see cref="IsPath"/>.</param>
    public static JsonElement? Find(JsonElement document, string path)
    {
        var at = document;
        foreach (Match step in Step().Matches(Bare(path)))
        {
            if (step.Groups["index"] is { Success: true, Value: var text })
            {
                if (at.ValueKind != JsonValueKind.Array || !int.TryParse(text, CultureInfo.InvariantCulture, out var index) || index >= at.GetArrayLength()) return null;
                at = at[index];
            }
            else if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step.Groups["name"].Value, out at))
            {
                return null;
            }
        }

        return at;
    }

    private static string Bare(string text) => text.StartsWith('{') && text.EndsWith('}') ? text[1..^1].Trim() : text;

    [GeneratedRegex(@"\A\$(\.[A-Za-z0-9_-]+|\[[0-9]{1,6}\]|\[""[^""]+""\]|\['[^']+'\])*\z")]
    private static partial Regex Whole();

    [GeneratedRegex(@"\.(?<name>[A-Za-z0-9_-]+)|\[(?<index>[0-9]{1,6})\]|\[""(?<name>[^""]+)""\]|\['(?<name>[^']+)'\]")]
    private static partial Regex Step();
}
