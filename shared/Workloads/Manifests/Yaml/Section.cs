namespace Platform.Workloads.Manifests.Yaml;

/// <summary>Reads a text as a value.</summary>
internal delegate bool Parse<T>(string text, out T value);

/// <summary>
/// One section being read: every member is asked for by name, problems are noted and answered with the fallback, so that
/// reading goes on and finds the next one. <see cref="Close"/> reports what nobody asked for.
/// </summary>
internal sealed class Section(YamlMapping? mapping, YamlNode at, string path, ProblemList problems)
{
    private readonly List<string> _known = [];

    /// <summary>Where this section is in the document.</summary>
    public string Path => path;

    /// <summary>Place for problems that concern the section as a whole.</summary>
    public YamlNode At => at;

    public ProblemList Problems => problems;

    /// <summary>The member's node; null if it is left out.</summary>
    public YamlNode? Find(string member)
    {
        if (!_known.Contains(member)) _known.Add(member);
        var value = mapping?.Members.FirstOrDefault(m => m.Name == member)?.Value;
        return value is YamlScalar { IsNull: true } ? null : value;
    }

    /// <summary>A member that is one value.</summary>
    public T Value<T>(string member, T fallback, string expected, Parse<T> parse, Func<T, bool>? valid = null) =>
        Find(member) is { } node ? Parsed(node, PathOf(member), fallback, expected, parse, valid) : fallback;

    /// <summary>A member that may be left out and then is null.</summary>
    public T? Optional<T>(string member, string expected, Parse<T> parse, Func<T, bool>? valid = null) where T : struct =>
        Find(member) is { } node ? Parsed(node, PathOf(member), default, expected, parse, valid) : null;

    /// <summary>A member that must be there.</summary>
    public string Required(string member, string expected, Func<string, bool> valid)
    {
        if (Find(member) is { } node) return Parsed(node, PathOf(member), "", expected, Text, valid);
        Missing(member, expected);
        return "";
    }

    /// <summary>A member that is one of a few words.</summary>
    public string Choice(string member, string fallback, IReadOnlyList<string> supported, IReadOnlyList<string> known)
    {
        if (Find(member) is not { } node) return fallback;
        var expected = "one of " + string.Join(", ", supported);
        if (node is not YamlScalar scalar) return Parsed<string>(node, PathOf(member), fallback, expected, Text, null);
        if (supported.Contains(scalar.Text)) return scalar.Text;
        if (known.Contains(scalar.Text))
            problems.Add(node, PathOf(member), expected, node.Describe(), $"'{scalar.Text}' is not supported by this version; supported: {string.Join(", ", supported)}.");
        else
            problems.Add(node, PathOf(member), expected, node.Describe(), $"Expected {expected}, found {node.Describe()}.{DidYouMean(scalar.Text, supported)}");
        return fallback;
    }

    /// <summary>A member that is a section of its own; reads as empty when left out.</summary>
    public Section Sub(string member) => Find(member) switch
    {
        null => new Section(null, at, PathOf(member), problems),
        YamlMapping m => new Section(m, m, PathOf(member), problems),
        var other => Wrong(other, member),
    };

    /// <summary>A member that is a list; each item is read by <paramref name="item"/>, which gets the node and its path.</summary>
    public IReadOnlyList<T> List<T>(string member, string expected, Func<YamlNode, string, T> item)
    {
        switch (Find(member))
        {
            case null or YamlBroken:
                return [];
            case YamlSequence sequence:
                return [.. sequence.Items.Select((node, i) => item(node, $"{PathOf(member)}[{i}]"))];
            case var other:
                problems.Add(other, PathOf(member), expected, other.Describe(), $"Expected {expected}, found {other.Describe()}.");
                return [];
        }
    }

    /// <summary>One value, checked.</summary>
    public T Parsed<T>(YamlNode node, string where, T fallback, string expected, Parse<T> parse, Func<T, bool>? valid)
    {
        if (node is YamlBroken) return fallback;
        if (node is YamlScalar scalar && parse(scalar.Text, out var value) && (valid is null || valid(value))) return value;
        problems.Add(node, where, expected, node.Describe(), $"Expected {expected}, found {node.Describe()}.");
        return fallback;
    }

    /// <summary>Reports that a member must be there.</summary>
    public void Missing(string member, string expected) =>
        problems.Add(at, PathOf(member), expected, "nothing", $"'{PathOf(member)}' is missing; expected {expected}.");

    /// <summary>Reports a rule between members, at <paramref name="member"/> if it is written, else at the section.</summary>
    public void Conflict(string member, string expected, string message)
    {
        var node = Find(member);
        problems.Add(node ?? at, PathOf(member), expected, node?.Describe() ?? "nothing", message);
    }

    /// <summary>Every member, for a section whose names are free.</summary>
    public IReadOnlyList<YamlMember> Names() => mapping?.Members ?? [];

    /// <summary>Whether the member is written.</summary>
    public bool Has(string member) => Find(member) is not null;

    /// <summary>Reports every member that was not asked for.</summary>
    public void Close()
    {
        foreach (var member in mapping?.Members ?? [])
        {
            if (_known.Contains(member.Name)) continue;
            problems.Add(member.Line, member.Column, YamlTree.Join(path, member.Name), "one of " + string.Join(", ", _known),
                $"'{ProblemList.Shorten(member.Name)}'", $"'{ProblemList.Shorten(member.Name)}' is not a member here.{DidYouMean(member.Name, _known)}");
        }
    }

    public string PathOf(string member) => YamlTree.Join(path, member);

    /// <summary>The identity, for members that are text.</summary>
    public static bool Text(string text, out string value)
    {
        value = text;
        return true;
    }

    private static string DidYouMean(string written, IEnumerable<string> known) =>
        Suggestion.For(written, known) is { } name ? $" Did you mean '{name}'?" : $" Known: {string.Join(", ", known)}.";

    private Section Wrong(YamlNode node, string member)
    {
        if (node is not YamlBroken)
            problems.Add(node, PathOf(member), "a section with members", node.Describe(), $"Expected a section with members, found {node.Describe()}.");
        return new Section(null, node, PathOf(member), problems) { IsUnreadable = true };
    }

    /// <summary>It was there but not as a section: what is missing in it is not worth a second problem.</summary>
    public bool IsUnreadable { get; private init; }
}
