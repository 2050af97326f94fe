using System.Text;
using Platform.Workloads.Manifests.Sections;
using Platform.Workloads.Manifests.Yaml;
using Platform.Workloads.Runtimes.Docker;

namespace Platform.Workloads.Manifests;

/// <summary>Reads manifests. Any text gives a result: the manifest, or every problem it has with its place. Never throws for what the text says.</summary>
public static class ManifestReader
{
    /// <summary>Longer documents are refused unread.</summary>
    public const int MostBytes = 256 * 1024;

    /// <summary>The environments, in the order in which a revision is promoted. The last is meant where a manifest names none.</summary>
    public static IReadOnlyList<string> Environments { get; } = ["development", "staging", "production"];

    /// <summary>Reads a manifest.</summary>
    /// <param name="yaml">The document.</param>
    /// <param name="baseDirectory">
    /// The manifest's folder: relative paths count from it, and no path may leave it. Null (a manifest that came over the
    /// network): paths must be absolute.
    /// </param>
    /// <param name="defaults">Environment → what holds where the manifest says nothing; null: the same for all, <see cref="ManifestDefaults.None"/>.</param>
    public static ManifestResult Read(string yaml, string? baseDirectory, Func<string, ManifestDefaults>? defaults = null)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        var problems = new ProblemList();
        if (yaml.Length > MostBytes || Encoding.UTF8.GetByteCount(yaml) > MostBytes)
        {
            problems.Add(1, 1, "", $"at most {MostBytes / 1024} KiB", "a longer document", $"A manifest has at most {MostBytes / 1024} KiB.");
            return ManifestResult.Invalid(problems.Sorted());
        }

        var manifest = YamlTree.Read(yaml, problems) switch
        {
            YamlMapping root => Root(root, baseDirectory, defaults ?? (_ => ManifestDefaults.None), problems),
            YamlScalar { IsNull: true } empty => Refuse(empty, "an empty document", problems),
            YamlBroken or null => null,
            var other => Refuse(other, other.Describe(), problems),
        };
        return manifest is not null && problems.IsEmpty ? ManifestResult.Valid(manifest) : ManifestResult.Invalid(problems.Sorted());
    }

    private static Manifest? Refuse(YamlNode node, string found, ProblemList problems)
    {
        problems.Add(node, "", "members such as name, revision and process", found, $"A manifest consists of members such as name, revision and process; found {found}.");
        return null;
    }

    private static Manifest Root(YamlMapping root, string? baseDirectory, Func<string, ManifestDefaults> defaults, ProblemList problems)
    {
        SecretReferences.CheckPlaces(root, "", problems);
        var section = new Section(root, root, "", problems);
        var name = section.Required("name", "a name of lower-case letters, digits and '-', starting and ending with a letter or digit, at most 63 characters", Rules.IsName);
        var revision = section.Required("revision", "a revision of letters, digits, '.', '_' and '-', starting with a letter or digit, at most 63 characters", Rules.IsRevision);
        var runtime = section.Choice("runtime", RuntimeNames.Process, RuntimeNames.All, []);
        RuntimeSections.CheckWhich(section, runtime);
        var process = ProcessSection.Read(section, runtime, baseDirectory);
        var docker = DockerSection.Read(section, runtime);
        var kubernetes = KubernetesSection.Read(section, runtime, docker);
        var port = section.Value("port", 0, "a port from 1 to 65535, or 0 to have one assigned", Rules.IsWhole, Rules.Between(0, 65535));
        var health = HealthSection.Read(section.Sub("health"));
        var resources = ResourceSection.Read(section.Sub("resources"));
        // Read ahead, for it decides what holds elsewhere; what is wrong with it is told in its turn below.
        var unsaid = defaults((root.Members.FirstOrDefault(m => m.Name == "environment")?.Value as YamlScalar)?.Text is { } said && Environments.Contains(said) ? said : Environments[^1]);
        var scaling = ScalingSection.Read(section.Sub("scaling"), resources, unsaid);
        var rollout = RolloutSection.Read(section.Sub("rollout"), unsaid);
        var pipeline = PipelineSection.Read(section.Sub("pipeline"), new PipelineSection.Surroundings(runtime, revision, docker, baseDirectory));
        var traffic = TrafficSection.Read(section.Sub("traffic"));
        var metrics = section.Has("metrics") ? TrafficSection.ReadMetrics(section.Sub("metrics")) : null;
        var environment = section.Choice("environment", Environments[^1], Environments, []);
        if (port != 0 && docker?.Network == ContainerPlan.HostNetwork)
            section.Conflict("port", "0", "On the host's network a container takes the port it is given: leave port out and listen on PORT, or leave docker.network out.");
        if (port != 0 && runtime == RuntimeNames.Process && (scaling.Max > 1 || rollout.Strategy != RolloutStrategies.Rolling || rollout.MaxSurge.RoundedUp(1) > 0))
        {
            section.Conflict("port", "0",
                "Replicas share this machine, so a fixed port allows only one at a time. Leave port out and listen on the PORT the platform passes, or set scaling.max: 1, rollout.strategy: rolling, rollout.maxSurge: 0 and rollout.maxUnavailable: 1.");
        }

        section.Close();
        return new Manifest
        {
            Name = name,
            Revision = revision,
            Runtime = runtime,
            Process = process,
            Docker = docker,
            Kubernetes = kubernetes,
            Port = port,
            Health = health,
            Resources = resources,
            Scaling = scaling,
            Rollout = rollout,
            Pipeline = pipeline,
            Traffic = traffic,
            Metrics = metrics,
            Environment = environment,
        };
    }
}
