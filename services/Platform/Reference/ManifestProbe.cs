using Platform.Workloads.Manifests;

namespace Platform.CommandLine.Reference;

/// <summary>What the reader of manifests takes at one place.</summary>
/// <param name="Name">The member.</param>
/// <param name="Expected">What may stand there, in the reader's own words; empty: a section.</param>
/// <param name="IsRequired">Whether the reader misses it.</param>
/// <param name="IsSection">Whether it has members of its own.</param>
/// <param name="IsList">Whether it is a list of sections.</param>
internal sealed record ManifestMember(string Name, string Expected, bool IsRequired, bool IsSection, bool IsList);

/// <summary>
/// Finds out what a manifest may hold by asking its reader: a member that cannot exist is answered with those that can, and
/// a value that cannot be right with what would be. So the reference says what the reader does, whoever changes it.
/// </summary>
internal static class ManifestProbe
{
    private const string Impossible = "~";
    private const string Unreadable = "{ '~': 0 }";
    private const string OneOf = "one of ";

    /// <summary>The members of the section at <paramref name="path"/>; <c>[0]</c> as a last segment stands for any item of a list.</summary>
    public static IReadOnlyList<ManifestMember> Members(IReadOnlyList<string> path)
    {
        var known = Ask(path, Unreadable).First(p => p.Path == Join([.. path, Impossible])).Expected;
        var missing = Ask(path, "{}");
        return [.. known[OneOf.Length..].Split(", ").Select(name => Describe([.. path, name], missing)).OfType<ManifestMember>()];
    }

    private static ManifestMember? Describe(IReadOnlyList<string> path, IReadOnlyList<ManifestProblem> missing)
    {
        var here = Join(path);
        var asSection = Ask(path, Unreadable);
        // Members of runtimes and strategies that this version does not have are known only in order to be refused.
        if (asSection.Any(p => p.Path == here && (p.Expected == "no such member" || p.Message.Contains("not supported by this version", StringComparison.Ordinal)))) return null;
        var isRequired = missing.Any(p => p.Path == here && p.Found == "nothing");
        if (asSection.FirstOrDefault(p => p.Path == Join([.. path, Impossible])) is { } inside)
        {
            var isSection = inside.Expected.StartsWith(OneOf, StringComparison.Ordinal);
            return new ManifestMember(path[^1], isSection ? "" : $"any names: {inside.Expected}", isRequired, isSection, false);
        }

        var expected = asSection.First(p => p.Path == here).Expected;
        var isList = Ask([.. path, "[0]"], Unreadable).Any(p => p.Path == Join([.. path, "[0]", Impossible]));
        return new ManifestMember(path[^1], expected, isRequired, isList, isList);
    }

    private static IReadOnlyList<ManifestProblem> Ask(IReadOnlyList<string> path, string value) =>
        ManifestReader.Read(path.Reverse().Aggregate(value, (inner, segment) => segment == "[0]" ? $"[ {inner} ]" : $"{{ {segment}: {inner} }}"), null).Problems;

    private static string Join(IReadOnlyList<string> path) =>
        path.Aggregate("", (before, segment) => before.Length == 0 || segment == "[0]" ? before + segment : $"{before}.{segment}");
}
