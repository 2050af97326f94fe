using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Platform.Workloads.Manifests.Yaml;

/// <summary>
/// Text → nodes, by YamlDotNet's event parser. Refused, with the place: several documents, anchors and aliases (a few lines of
/// them can stand for gigabytes), tags, names given twice, nesting deeper than <see cref="DeepestNesting"/>.
/// </summary>
internal sealed class YamlTree
{
    /// <summary>A manifest needs four.</summary>
    public const int DeepestNesting = 16;

    private readonly Parser _parser;
    private readonly ProblemList _problems;

    private YamlTree(string text, ProblemList problems)
    {
        _parser = new Parser(new StringReader(text));
        _problems = problems;
    }

    /// <summary>The root node; null when the text is not readable at all, which is then among the problems.</summary>
    public static YamlNode? Read(string text, ProblemList problems)
    {
        try
        {
            return new YamlTree(text, problems).ReadDocument();
        }
        catch (YamlException error)
        {
            problems.Add(new YamlBroken(Number(error.Start.Line), Number(error.Start.Column)), "", "valid YAML", "a syntax error",
                $"This is not valid YAML: {error.Message.TrimEnd('.')}. Check indentation, quotes and brackets here and just before.");
            return null;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // YamlDotNet's scanner answers some malformed input with exceptions of other types.
            problems.Add(new YamlBroken(1, 1), "", "valid YAML", "a syntax error", $"This is not valid YAML: {error.Message}");
            return null;
        }
    }

    private static int Number(long position) => (int)Math.Max(1, Math.Min(position, int.MaxValue));

    private YamlNode? ReadDocument()
    {
        Next<StreamStart>();
        if (_parser.Current is StreamEnd)
        {
            _problems.Add(new YamlBroken(1, 1), "", "a manifest", "an empty document", "The manifest is empty; it needs at least name, revision and process.command.");
            return null;
        }

        Next<DocumentStart>();
        var root = ReadNode("", 0);
        Next<DocumentEnd>();
        if (_parser.Current is not StreamEnd and { } more)
            _problems.Add(At(more), "", "one document", "a second document", "A manifest is one YAML document; put each application into its own file.");
        return root;
    }

    /// <summary>Checks the present event's type and moves on.</summary>
    private void Next<T>() where T : ParsingEvent
    {
        if (_parser.Current is null) _parser.MoveNext();
        if (_parser.Current is not T) throw new YamlException(_parser.Current?.Start ?? Mark.Empty, Mark.Empty, "unexpected content");
        _parser.MoveNext();
    }

    private YamlNode ReadNode(string path, int depth)
    {
        var start = _parser.Current ?? throw new YamlException("the document ends too early");
        if (depth > DeepestNesting) throw new YamlException(start.Start, start.End, $"nested deeper than {DeepestNesting} levels");
        if (start is NodeEvent { Anchor.IsEmpty: false })
            _problems.Add(At(start), path, "a plain value", "an anchor (&)", "Anchors are not allowed in a manifest; write the value where it is used.");
        if (start is NodeEvent { Tag.IsEmpty: false })
            _problems.Add(At(start), path, "a plain value", "a tag (!)", "Tags are not allowed in a manifest; leave it out.");
        switch (start)
        {
            case Scalar scalar:
                _parser.MoveNext();
                return new YamlScalar(Number(start.Start.Line), Number(start.Start.Column), scalar.Value, scalar.Style == ScalarStyle.Plain);
            case SequenceStart:
                return ReadSequence(path, depth);
            case MappingStart:
                return ReadMapping(path, depth);
            case AnchorAlias:
                _problems.Add(At(start), path, "a plain value", "an alias (*)", "Aliases are not allowed in a manifest; write the value here. Quote the text if the * is meant.");
                _parser.MoveNext();
                return At(start);
            default:
                throw new YamlException(start.Start, start.End, "unexpected content");
        }
    }

    private YamlSequence ReadSequence(string path, int depth)
    {
        var start = At(_parser.Current!);
        _parser.MoveNext();
        var items = new List<YamlNode>();
        while (_parser.Current is not SequenceEnd) items.Add(ReadNode($"{path}[{items.Count}]", depth + 1));
        _parser.MoveNext();
        return new YamlSequence(start.Line, start.Column, items);
    }

    private YamlMapping ReadMapping(string path, int depth)
    {
        var start = At(_parser.Current!);
        _parser.MoveNext();
        var members = new List<YamlMember>();
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        while (_parser.Current is not MappingEnd)
        {
            var key = ReadNode(path, depth + 1);
            var name = (key as YamlScalar)?.Text;
            var value = ReadNode(Join(path, name ?? "?"), depth + 1);
            if (name is null)
                _problems.Add(key, path, "a member's name", key.Describe(), "A member's name must be text.");
            else if (!lines.TryAdd(name, key.Line))
                _problems.Add(key, Join(path, name), "each member once", "it for the second time", $"'{ProblemList.Shorten(name)}' stands on line {lines[name]} already; remove one of the two.");
            else
                members.Add(new YamlMember(name, key.Line, key.Column, value));
        }

        _parser.MoveNext();
        return new YamlMapping(start.Line, start.Column, members);
    }

    /// <summary>The path of a member.</summary>
    public static string Join(string path, string member) =>
        path.Length == 0 ? ProblemList.Shorten(member) : $"{path}.{ProblemList.Shorten(member)}";

    private static YamlBroken At(ParsingEvent place) => new(Number(place.Start.Line), Number(place.Start.Column));
}
