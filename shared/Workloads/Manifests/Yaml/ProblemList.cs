namespace Platform.Workloads.Manifests.Yaml;

/// <summary>Gathers every problem of a document, bounded.</summary>
internal sealed class ProblemList
{
    /// <summary>More than this nobody reads; the rest is counted.</summary>
    public const int Most = 100;

    private readonly List<ManifestProblem> _problems = [];
    private int _left;

    public bool IsEmpty => _problems.Count == 0;

    public void Add(YamlNode at, string path, string expected, string found, string message) => Add(at.Line, at.Column, path, expected, found, message);

    public void Add(int line, int column, string path, string expected, string found, string message)
    {
        if (_problems.Count < Most) _problems.Add(new ManifestProblem(path, line, column, expected, found, message));
        else _left++;
    }

    /// <summary>In the order of the text.</summary>
    public IReadOnlyList<ManifestProblem> Sorted()
    {
        var sorted = _problems.OrderBy(p => p.Line).ThenBy(p => p.Column).ToList();
        if (_left > 0) sorted.Add(new ManifestProblem("", sorted[^1].Line, 1, "fewer problems", $"{_left} more", $"There are {_left} more problems; mend these first."));
        return sorted;
    }

    /// <summary>Somebody else's text, short and printable.</summary>
    public static string Shorten(string text)
    {
        var cut = text.Length > 40 ? text[..40] + "…" : text;
        return cut.Any(c => char.IsControl(c) || char.IsSurrogate(c))
            ? string.Concat(cut.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c))
            : cut;
    }
}
