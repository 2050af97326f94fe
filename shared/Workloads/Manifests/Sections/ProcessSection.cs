using Platform.Workloads.Manifests.Yaml;

namespace Platform.Workloads.Manifests.Sections;

/// <summary><c>process: { command, workingDirectory, env }</c></summary>
internal static class ProcessSection
{
    private const int MostArguments = 256;

    public static ProcessSpec? Read(Section root, string runtime, string? baseDirectory)
    {
        if (!root.Has("process"))
        {
            if (runtime != RuntimeNames.Process) return null;
            root.Missing("process", "a section with the command that starts a replica, for example process: { command: [\"dotnet\", \"App.dll\"] }");
            return null;
        }

        var section = root.Sub("process");
        var command = Command(section, "a list of the program and its arguments, such as [\"dotnet\", \"App.dll\"]", isRequired: true);
        var directory = FolderMember.Read(section, "workingDirectory", baseDirectory, "a folder under the manifest's own");
        var env = EnvironmentSection.Read(section.Sub("env"));
        section.Close();
        return new ProcessSpec { Command = command, WorkingDirectory = directory, Env = env };
    }

    /// <summary>The member <c>command</c> of this or another runtime's section.</summary>
    public static IReadOnlyList<string> Command(Section section, string expected, bool isRequired)
    {
        if (!section.Has("command"))
        {
            if (isRequired && !section.IsUnreadable) section.Missing("command", expected);
            return [];
        }

        var before = section.Find("command");
        var command = section.List("command", expected + " (no shell reads it)",
            (node, path) => section.Parsed(node, path, "", "an argument (text without NUL)", Section.Text, EnvironmentSection.IsText));
        if (!isRequired && before is YamlSequence { Items: [] }) return [];
        if (before is YamlSequence && (command.Count is 0 or > MostArguments || string.IsNullOrWhiteSpace(command[0]) && before is YamlSequence { Items: [YamlScalar, ..] }))
            section.Conflict("command", expected, $"Expected {expected}, with 1 to {MostArguments} items, the first not empty.");
        if (isRequired && command.Count > 0 && !Path.IsPathRooted(command[0]) && command[0].Split('/').Contains(".."))
            section.Conflict("command", "a program under the working directory, by absolute path, or on the PATH", "The program's path must not contain '..'.");
        return command;
    }
}
