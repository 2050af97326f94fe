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

    /// <summary>The known word that was probably meant; null: none is near.</summary>
    public static string? Nearest(string key, IEnumerable<string> known) =>
        known.Select(k => (Key: k, Distance: Distance(key.ToUpperInvariant(), k.ToUpperInvariant())))
            .Where(k => k.Distance <= Math.Max(1, key.Length / 4)).OrderBy(k => k.Distance).Select(k => k.Key).FirstOrDefault();

    /// <summary>Optimal string alignment: letters wrong, missing, too many, or swapped with their neighbour, each counted once.</summary>
    private static int Distance(string left, string right)
    {
        var distance = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++) distance[i, 0] = i;
        for (var j = 0; j <= right.Length; j++) distance[0, j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            for (var j = 1; j <= right.Length; j++)
            {
                var wrong = left[i - 1] == right[j - 1] ? 0 : 1;
                distance[i, j] = Math.Min(Math.Min(distance[i - 1, j], distance[i, j - 1]) + 1, distance[i - 1, j - 1] + wrong);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    distance[i, j] = Math.Min(distance[i, j], distance[i - 2, j - 2] + 1);
                }
            }
        }

        return distance[left.Length, right.Length];
    }
}
