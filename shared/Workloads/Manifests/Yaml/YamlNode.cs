namespace Platform.Workloads.Manifests.Yaml;

/// <summary>A node of the document with its place, lines and columns from 1.</summary>
internal abstract record YamlNode(int Line, int Column)
{
    /// <summary>What it is, for "found …".</summary>
    public abstract string Describe();
}

/// <summary>Text. Whether it is a number or a duration is for the one who reads it to say.</summary>
internal sealed record YamlScalar(int Line, int Column, string Text, bool IsPlain) : YamlNode(Line, Column)
{
    private const int Shown = 60;

    /// <summary>Nothing was written (<c>health:</c>), or <c>null</c>: the same as leaving the member out.</summary>
    public bool IsNull => IsPlain && Text is "" or "~" or "null";

    public override string Describe()
    {
        if (IsNull) return "nothing";
        var cut = Text.Length > Shown ? Text[..Shown] + "…" : Text;
        return "'" + string.Concat(cut.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)) + "'";
    }
}

/// <summary>A list.</summary>
internal sealed record YamlSequence(int Line, int Column, IReadOnlyList<YamlNode> Items) : YamlNode(Line, Column)
{
    public override string Describe() => "a list";
}

/// <summary>Members by name, in the order of the text, each name once.</summary>
internal sealed record YamlMapping(int Line, int Column, IReadOnlyList<YamlMember> Members) : YamlNode(Line, Column)
{
    public override string Describe() => "a section with members";
}

/// <summary>A node whose problem has been reported already; whoever meets it says nothing more.</summary>
internal sealed record YamlBroken(int Line, int Column) : YamlNode(Line, Column)
{
    public override string Describe() => "something unreadable";
}

/// <summary>One member of a mapping.</summary>
internal sealed record YamlMember(string Name, int Line, int Column, YamlNode Value);
