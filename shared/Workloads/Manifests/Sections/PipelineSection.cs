using Platform.Contracts.Units;
using Platform.Workloads.Manifests.Yaml;
using Platform.Workloads.Runtimes.Docker.Engine;

namespace Platform.Workloads.Manifests.Sections;

/// <summary><c>pipeline: { build, push, prepare, checks, tests, hooks }</c></summary>
internal static class PipelineSection
{
    private const int MostChecks = 50, MostHooks = 50;
    private static readonly TimeSpan ShortestLimit = TimeSpan.FromSeconds(1), LongestLimit = TimeSpan.FromDays(1);

    /// <summary>What of the rest of the manifest the section needs to know.</summary>
    internal sealed record Surroundings(string Runtime, string Revision, DockerSpec? Docker, string? BaseDirectory)
    {
        public bool HasContainers => RuntimeNames.SectionOf(Runtime) == RuntimeNames.Docker;
    }

    public static PipelineSpec Read(Section section, Surroundings around)
    {
        var pipeline = new PipelineSpec
        {
            Build = section.Has("build") ? Build(section.Sub("build"), around) : null,
            Push = section.Has("push") ? Push(section.Sub("push")) : null,
            Prepare = section.Has("prepare") ? CommandSection.Read(section.Sub("prepare"), around, new JobCommandSpec { Command = [] }.TimeLimit, canUndo: true) : null,
            Checks = section.List("checks", "a list of checks such as { name: orders, tcp: \"127.0.0.1:5432\" }", (node, path) => CheckSection.Read(section, node, path)),
            Tests = section.Has("tests") ? CommandSection.Read(section.Sub("tests"), around, new JobCommandSpec { Command = [] }.TimeLimit, canUndo: true) : null,
            Hooks = section.List("hooks", "a list of hooks such as { before: shift, http: \"https://example.org/hook\" }", (node, path) => HookSection.Read(section, node, path, around)),
        };
        foreach (var step in (string[])[PipelineSteps.Build, PipelineSteps.Push])
        {
            if (section.Has(step) && !around.HasContainers)
                section.Conflict(step, "runtime: docker or swarm", $"A manifest of the runtime {around.Runtime} has no image to {step}; take the section out.");
        }

        if (pipeline.Checks.Count > MostChecks) section.Conflict("checks", $"at most {MostChecks} checks", $"There are {pipeline.Checks.Count} checks; at most {MostChecks} are taken.");
        if (pipeline.Hooks.Count > MostHooks) section.Conflict("hooks", $"at most {MostHooks} hooks", $"There are {pipeline.Hooks.Count} hooks; at most {MostHooks} are taken.");
        foreach (var twice in pipeline.Checks.Where(c => c.Name.Length > 0).GroupBy(c => c.Name).Where(g => g.Count() > 1))
            section.Conflict("checks", "names that are given once", $"There are {twice.Count()} checks named '{twice.Key}'; give each its own name.");
        section.Close();
        return pipeline;
    }

    /// <summary>A time limit, a second to a day.</summary>
    public static TimeSpan Limit(Section section, TimeSpan fallback) => section.Value(
        "timeLimit", fallback, $"{Duration.Expected}, from {Duration.Format(ShortestLimit)} to {Duration.Format(LongestLimit)}", Duration.TryParse, Rules.Between(ShortestLimit, LongestLimit));

    private static BuildSpec Build(Section section, Surroundings around)
    {
        const string dockerfile = "a path below the context, such as Dockerfile", assembly = "the name of an assembly in the context, such as Shop.dll";
        var build = new BuildSpec
        {
            Context = FolderMember.Read(section, "context", around.BaseDirectory, "a folder under the manifest's own") ?? "",
            Dockerfile = section.Value("dockerfile", BuildSpec.DefaultDockerfile, dockerfile, Section.Text, IsInside),
            Publish = section.Value<string?>("publish", null, assembly, (string text, out string? value) => IsAssembly(value = text)),
            BaseImage = section.Value("baseImage", BuildSpec.DefaultBaseImage, "an image such as mcr.microsoft.com/dotnet/aspnet:10.0", Section.Text, ImageReference.IsValid),
            Args = Args(section.Sub("args")),
            TimeLimit = Limit(section, TimeSpan.FromMinutes(15)),
        };
        if (section.Has("publish") && section.Has("dockerfile"))
            section.Conflict("publish", "one of dockerfile and publish", "A published folder is built without a Dockerfile of its own; leave one of the two out.");
        if (section.Has("baseImage") && !section.Has("publish"))
            section.Conflict("baseImage", "publish beside it", "A Dockerfile says itself what it is built upon; pass it one with args, or say publish.");
        if (section.Has("args") && section.Has("publish"))
            section.Conflict("args", "dockerfile", "Only a Dockerfile takes args.");
        if (around.BaseDirectory is null && !section.Has("context") && !section.IsUnreadable)
            section.Missing("context", "the absolute path of the folder to build");
        // An image that is built is this revision's alone, or going back to a revision would start another one's image.
        if (around.Docker is { Image.Length: > 0 } docker && ImageReference.Parse(docker.Image).Tag is var tag && tag != around.Revision)
            section.Problems.Add(section.At, section.Path, $"docker.image with the tag :{around.Revision}", docker.Image, $"An image that is built here is tagged with the revision: docker.image: {ImageReference.Parse(docker.Image).Name}:{around.Revision}.");
        section.Close();
        return build;
    }

    private static PushSpec Push(Section section)
    {
        var push = new PushSpec { TimeLimit = Limit(section, new PushSpec().TimeLimit) };
        section.Close();
        return push;
    }

    private static SortedDictionary<string, string> Args(Section section)
    {
        var args = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in section.Names())
        {
            var value = section.Value(member.Name, "", "text without NUL", Section.Text, EnvironmentSection.IsText);
            if (!Rules.IsEnvironmentName(member.Name)) section.Conflict(member.Name, "letters, digits and '_', not starting with a digit", "This is not a name of an argument.");
            else if (Rules.LooksSecret(member.Name)) section.Conflict(member.Name, "no secret", $"{member.Name} looks like a secret; arguments can be read in the image.");
            args[member.Name] = value;
        }

        return args;
    }

    private static bool IsInside(string path) => path.Length is > 0 and <= 1024 && !Path.IsPathRooted(path) && !path.Contains('\0') && !path.Split('/').Any(p => p is "" or "." or "..");

    private static bool IsAssembly(string name) => name.Length <= 200 && name.EndsWith(".dll", StringComparison.Ordinal) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
