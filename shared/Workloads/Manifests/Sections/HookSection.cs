using Platform.Workloads.Manifests.Yaml;

namespace Platform.Workloads.Manifests.Sections;

/// <summary>An item of <c>pipeline.hooks</c>: <c>{ before | after, http, headers | command, …, timeLimit, onFailure }</c></summary>
internal static class HookSection
{
    private const string Fail = "fail", Ignore = "ignore";

    public static HookSpec Read(Section parent, YamlNode node, string path, PipelineSection.Surroundings around)
    {
        if (node is not YamlMapping mapping)
        {
            parent.Parsed(node, path, "", "a section with before or after, and http or command", Section.Text, _ => false);
            return new HookSpec { Step = "", IsBefore = true };
        }

        var section = new Section(mapping, node, path, parent.Problems);
        var before = section.Choice("before", "", PipelineSteps.All, []);
        var after = section.Choice("after", "", [.. PipelineSteps.All, PipelineSteps.RollBack], []);
        if (!section.Has("before") && !section.Has("after")) section.Missing("before", "before or after, with a step: " + string.Join(", ", PipelineSteps.All));
        else if (section.Has("before") && section.Has("after")) section.Conflict("after", "before or after", "A hook stands before a step or after one; make two of it.");
        var http = Address(section);
        if (section.Has("http") && section.Has("command")) section.Conflict("http", "http or command", "A hook is a request or a command; make two of it.");
        foreach (var member in (string[])["env", "workingDirectory", "image", "network", "undo"])
            if (section.Has("http") && section.Has(member)) section.Conflict(member, "nothing", $"'{member}' belongs to a command, and this hook is a request.");
        if (section.Has("headers") && !section.Has("http")) section.Conflict("headers", "nothing", "'headers' belong to a request, and this hook is a command.");
        var hook = new HookSpec
        {
            Step = before.Length > 0 ? before : after,
            IsBefore = before.Length > 0,
            Http = http,
            Headers = Headers(section.Sub("headers")),
            Command = !section.Has("http") ? CommandSection.ReadMembers(section, around, HookSpec.DefaultTimeLimit, canUndo: true) : null,
            TimeLimit = PipelineSection.Limit(section, HookSpec.DefaultTimeLimit),
            IsOptional = section.Choice("onFailure", Fail, [Fail, Ignore], []) == Ignore,
        };
        // Members of a command that were reported above must not be reported again as unknown.
        foreach (var member in (string[])["command", "env", "workingDirectory", "image", "network", "undo"]) section.Find(member);
        section.Close();
        return hook;
    }

    /// <summary>Whether it is an address of HTTP without a user, a password or a fragment in it.</summary>
    public static bool IsAddress(string text) =>
        text.Length <= 2048 && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
        && uri.Host.Length > 0 && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0 && !text.Any(c => c <= ' ' || c == '\x7f');

    /// <summary>A wrong one is not repeated: it may have a password in it.</summary>
    private static string? Address(Section section)
    {
        const string expected = "an address such as https://example.org/hook, without user and password";
        if (section.Find("http") is not { } node || node is YamlBroken) return null;
        if (node is YamlScalar { Text: var text } && IsAddress(text)) return text;
        section.Problems.Add(node, section.PathOf("http"), expected, "a value that is not shown", $"Expected {expected}.");
        return null;
    }

    private static SortedDictionary<string, string> Headers(Section section)
    {
        var headers = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in section.Names())
        {
            section.Find(member.Name);
            var path = section.PathOf(member.Name);
            if (member.Name.Length > 128 || !member.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
                section.Problems.Add(member.Line, member.Column, path, "letters, digits, '-' and '_'", $"'{ProblemList.Shorten(member.Name)}'", "This is not a name of a header.");
            else if (member.Value is not YamlScalar { Text: var value } || value.Length > 4096 || value.Any(c => c < ' ' || c > '~'))
                section.Problems.Add(member.Value, path, "visible characters, at most 4096", "a value that is not shown", "The value of a header is one text of visible characters, or secret://name.");
            else if (LooksSecret(member.Name) && !Rules.IsSecretReference(value))
                section.Problems.Add(member.Value, path, "secret://name", "a value that is not shown", $"{member.Name} carries a secret; a manifest holds references only: secret://name.");
            else
                headers[member.Name] = value;
        }

        return headers;
    }

    private static bool LooksSecret(string name) =>
        name.Equals("Authorization", StringComparison.OrdinalIgnoreCase) || name.Equals("Cookie", StringComparison.OrdinalIgnoreCase) || Rules.LooksSecret(name.Replace('-', '_'));
}
