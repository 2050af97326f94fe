using Platform.Workloads.Manifests.Yaml;
using Platform.Workloads.Runtimes.Docker.Engine;

namespace Platform.Workloads.Manifests.Sections;

/// <summary><c>{ command, workingDirectory, env, image, network, timeLimit, undo }</c></summary>
internal static class CommandSection
{
    public static JobCommandSpec Read(Section section, PipelineSection.Surroundings around, TimeSpan limit, bool canUndo)
    {
        var command = ReadMembers(section, around, limit, canUndo);
        section.Close();
        return command;
    }

    /// <summary>Without closing the section, which has members besides.</summary>
    public static JobCommandSpec ReadMembers(Section section, PipelineSection.Surroundings around, TimeSpan limit, bool canUndo)
    {
        var command = new JobCommandSpec
        {
            Command = ProcessSection.Command(section, "a list of the program and its arguments, such as [\"./migrate\", \"up\"]", isRequired: true),
            WorkingDirectory = section.Has("workingDirectory") ? FolderMember.Read(section, "workingDirectory", around.BaseDirectory, "a folder under the manifest's own") : null,
            Env = EnvironmentSection.Read(section.Sub("env")),
            Image = section.Value<string?>("image", null, "an image such as registry.example.org/shop/tests:v2", (string text, out string? value) => ImageReference.IsValid(value = text)),
            Network = section.Value<string?>("network", null, "bridge, host, or the name of a network of the engine", (string text, out string? value) => Rules.IsNetwork(value = text)),
            TimeLimit = PipelineSection.Limit(section, limit),
            Undo = canUndo && section.Has("undo") ? Read(section.Sub("undo"), around, limit, canUndo: false) : null,
        };
        foreach (var member in (string[])["image", "network"])
        {
            if (section.Has(member) && !around.HasContainers)
                section.Conflict(member, "nothing", $"Commands of an application of the runtime {around.Runtime} run on the machine, without {member}; leave it out.");
        }

        if (section.Has("workingDirectory") && around.HasContainers)
            section.Conflict("workingDirectory", "nothing", "Commands of an application in containers run where their image says; leave it out.");
        // A cluster starts again what ends, so the end of a command would be no verdict there.
        if (section.Has("command") && around.Runtime == RuntimeNames.Kubernetes)
            section.Conflict("command", "nothing", "Commands of a pipeline do not run in a cluster in this version; call a request (http) that starts a Job of your own, or leave it out.");
        return command;
    }
}
