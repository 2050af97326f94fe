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
    public static IReadOnlyList<ManifestMember> Members(IReadOnlyList<string> path) => InSomeStrategy(path, strategy =>
    {
        var known = Ask(path, Unreadable, strategy).First(p => p.Path == Join([.. path, Impossible])).Expected;
        return known[OneOf.Length..].Split(", ").Select(name => Describe([.. path, name])).OfType<ManifestMember>().ToList();
    }) ?? [];

    private static ManifestMember? Describe(IReadOnlyList<string> path) => InSomeStrategy(path, strategy =>
    {
        var here = Join(path);
        var asSection = Ask(path, Unreadable, strategy);
        // Runtimes that this version does not have are known only in order to be refused.
        if (asSection.Any(p => p.Path == here && p.Message.Contains("not supported by this version", StringComparison.Ordinal))) return null;
        var isRequired = Ask([.. path.SkipLast(1)], "{}", strategy).Any(p => p.Path == here && p.Found == "nothing");
        if (asSection.FirstOrDefault(p => p.Path == Join([.. path, Impossible])) is { } inside)
        {
            var isSection = inside.Expected.StartsWith(OneOf, StringComparison.Ordinal);
            return new ManifestMember(path[^1], isSection ? "" : $"any names: {inside.Expected}", isRequired, isSection, false);
        }

        var expected = asSection.First(p => p.Path == here).Expected;
        var isList = Ask([.. path, "[0]"], Unreadable, strategy).Any(p => p.Path == Join([.. path, "[0]", Impossible]));
        return new ManifestMember(path[^1], expected, isRequired, isList, isList);
    });

    /// <summary>The answer under the first strategy that knows the member, the manifest's default before the others; null: none does.</summary>
    private static T? InSomeStrategy<T>(IReadOnlyList<string> path, Func<string?, T?> answer) where T : class
    {
        IEnumerable<string?> strategies = path is ["rollout", _, ..] ? [null, .. RolloutStrategies.All] : [null];
        var owner = strategies.Cast<string?>().FirstOrDefault(strategy => !Ask(path, Unreadable, strategy).Any(IsRefusal), "");
        return owner == "" ? null : answer(owner);

        bool IsRefusal(ManifestProblem problem) => problem.Expected == "no such member" && $"{Join(path)}.".StartsWith($"{problem.Path}.", StringComparison.Ordinal);
    }

    private static IReadOnlyList<ManifestProblem> Ask(IReadOnlyList<string> path, string value, string? strategy)
    {
        for (var i = path.Count - 1; i >= 0; i--)
        {
            var beside = strategy is not null && i == 1 && path[0] == "rollout" ? $"strategy: {strategy}, " : "";
            value = path[i] == "[0]" ? $"[ {value} ]" : $"{{ {beside}{path[i]}: {value} }}";
        }

        return ManifestReader.Read(value, null).Problems;
    }

    private static string Join(IReadOnlyList<string> path) =>
        path.Aggregate("", (before, segment) => before.Length == 0 || segment == "[0]" ? before + segment : $"{before}.{segment}");
}
