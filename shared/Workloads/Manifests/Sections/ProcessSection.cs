using Platform.Workloads.Manifests.Yaml;

namespace Platform.Workloads.Manifests.Sections;

/// <summary><c>process: { command, workingDirectory, env }</c></summary>
internal static class ProcessSection
{
    private const int MostArguments = 256;
    private const int LongestText = 32 * 1024;

    public static ProcessSpec? Read(Section root, string? baseDirectory)
    {
        foreach (var other in (string[])["docker", "swarm", "kubernetes"])
        {
            if (root.Has(other))
                root.Conflict(other, "process", $"The runtime '{other}' is not supported by this version; supported: process.");
        }

        if (!root.Has("process"))
        {
            root.Missing("process", "a section with the command that starts a replica, for example process: { command: [\"dotnet\", \"App.dll\"] }");
            return null;
        }

        var section = root.Sub("process");
        var command = Command(section);
        var directory = WorkingDirectory(section, baseDirectory);
        var env = Environment(section.Sub("env"));
        section.Close();
        return new ProcessSpec { Command = command, WorkingDirectory = directory, Env = env };
    }

    private static IReadOnlyList<string> Command(Section section)
    {
        const string expected = "a list of the program and its arguments, such as [\"dotnet\", \"App.dll\"]";
        if (!section.Has("command"))
        {
            if (!section.IsUnreadable) section.Missing("command", expected);
            return [];
        }

        var before = section.Find("command");
        var command = section.List("command", expected + " (no shell reads it)",
            (node, path) => section.Parsed(node, path, "", "an argument (text without NUL)", Section.Text, IsArgument));
        if (before is YamlSequence && (command.Count is 0 or > MostArguments || string.IsNullOrWhiteSpace(command[0]) && before is YamlSequence { Items: [YamlScalar, ..] }))
            section.Conflict("command", expected, $"Expected {expected}, with 1 to {MostArguments} items, the first not empty.");
        if (command.Count > 0 && !Path.IsPathRooted(command[0]) && command[0].Split('/').Contains(".."))
            section.Conflict("command", "a program under the working directory, by absolute path, or on the PATH", "The program's path must not contain '..'.");
        return command;
    }

    private static bool IsArgument(string text) => text.Length <= LongestText && !text.Contains('\0');

    private static string? WorkingDirectory(Section section, string? baseDirectory)
    {
        const string expected = "a folder under the manifest's own";
        var written = section.Value<string?>("workingDirectory", null, expected, (string text, out string? value) => (value = text).Length is > 0 and <= 4096 && !text.Contains('\0'));
        if (baseDirectory is null)
        {
            if (written is not null && !Path.IsPathRooted(written))
                section.Conflict("workingDirectory", "an absolute path", "This manifest came without its folder, so a relative path means nothing; use an absolute one, or 'platform deploy FILE', which resolves it.");
            return written is null ? null : Path.GetFullPath(written, "/");
        }

        var root = Path.GetFullPath(baseDirectory);
        var resolved = Path.GetFullPath(written ?? ".", root);
        if (!IsUnder(resolved, root) || !IsUnder(LinkedPath.Resolve(resolved), LinkedPath.Resolve(root)))
            section.Conflict("workingDirectory", expected, "The working directory must lie under the manifest's own folder, also after following links; move the manifest, or give the program by absolute path.");
        return resolved;
    }

    private static bool IsUnder(string path, string root) =>
        path == root || path.StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal);

    private static SortedDictionary<string, string> Environment(Section section)
    {
        var env = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in section.Names())
        {
            var path = section.PathOf(member.Name);
            // Values are never repeated in a problem: they may be secrets put in the wrong place.
            void Refuse(string expected, string message) => section.Problems.Add(member.Line, member.Column, path, expected, "a value that is not shown", message);
            section.Find(member.Name);
            if (!Rules.IsEnvironmentName(member.Name))
                section.Problems.Add(member.Line, member.Column, path, "letters, digits and '_', not starting with a digit", $"'{ProblemList.Shorten(member.Name)}'", "This is not a name of an environment variable.");
            else if (member.Name == "PORT" || member.Name.StartsWith("PLATFORM_", StringComparison.Ordinal))
                Refuse("another name", $"{member.Name} is set by the platform; choose another name.");
            else if (member.Value is YamlBroken)
                continue;
            else if (member.Value is not YamlScalar scalar || !IsArgument(scalar.Text))
                Refuse("text without NUL", "The value of an environment variable is one text of at most 32 KiB.");
            else if (scalar.Text.StartsWith(Rules.SecretScheme, StringComparison.OrdinalIgnoreCase) ? !Rules.IsSecretReference(scalar.Text) : scalar.Text.Contains(Rules.SecretScheme, StringComparison.OrdinalIgnoreCase))
                Refuse("secret://name", "A secret reference is the whole value: secret://name, the name of letters, digits, '.', '_' and '-'.");
            else if (scalar.Text.Length > 0 && Rules.LooksSecret(member.Name) && !Rules.IsSecretReference(scalar.Text))
                Refuse("secret://name", $"{member.Name} looks like a secret; a manifest holds references only: secret://name.");
            else
                env[member.Name] = scalar.IsNull ? "" : scalar.Text;
        }

        return env;
    }
}
