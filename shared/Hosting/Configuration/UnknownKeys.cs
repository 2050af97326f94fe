using Microsoft.Extensions.Configuration;

namespace Platform.Hosting.Configuration;

/// <summary>Finds keys that mean nothing, and what was probably meant.</summary>
internal static class UnknownKeys
{
    public static ConfigurationProblem Problem(string path, string key, IEnumerable<string> known)
    {
        var candidates = known.ToArray();
        var nearest = Nearest(key, candidates);
        var expected = nearest is not null ? $"a known key (did you mean {nearest}?)"
            : candidates.Length == 0 ? "no key here" : "one of " + string.Join(", ", candidates.Order(StringComparer.OrdinalIgnoreCase));
        return new ConfigurationProblem(path, expected, $"the unknown key '{key}'");
    }

    /// <summary>
    /// Top-level keys of a file that no options type of this process knows. One file may serve several services, so they are
    /// returned for a warning; a near miss of a known name is a mistake.
    /// </summary>
    public static (IReadOnlyList<ConfigurationProblem> Mistakes, IReadOnlyList<string> Foreign) TopLevel(
        IEnumerable<string> keys, IReadOnlyList<OptionsDescriptor> descriptors)
    {
        var known = descriptors
            .SelectMany(d => d.Section.Length == 0 ? OptionsShape.Properties(d.Type).Select(p => p.Name) : [d.Section.Split(':')[0]])
            .Append("Config").Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        var unknown = keys.Where(k => !known.Contains(k, StringComparer.OrdinalIgnoreCase)).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        return ([.. unknown.Where(k => Nearest(k, known) is not null).Select(k => Problem(k, k, known))],
            [.. unknown.Where(k => Nearest(k, known) is null)]);
    }

    public static IEnumerable<string> KeysOf(IConfigurationProvider provider) => provider.GetChildKeys([], null).Distinct(StringComparer.OrdinalIgnoreCase);

    private static string? Nearest(string key, IEnumerable<string> known) =>
        known.Select(k => (Key: k, Distance: Distance(key.ToUpperInvariant(), k.ToUpperInvariant())))
            .Where(k => k.Distance <= Math.Max(1, key.Length / 4)).OrderBy(k => k.Distance).Select(k => k.Key).FirstOrDefault();

    /// <summary>Levenshtein's distance, one row at a time.</summary>
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (left[i - 1] == right[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[right.Length];
    }
}
