using Platform.Workloads.Manifests.Yaml;

namespace Platform.Workloads.Manifests.Sections;

/// <summary><c>kubernetes: { namespace, serviceAccount, restricted, nodeSelector }</c>, and what of <c>docker</c> a cluster cannot do.</summary>
internal static class KubernetesSection
{
    public static KubernetesSpec? Read(Section root, string runtime, DockerSpec? docker)
    {
        if (runtime == RuntimeNames.Kubernetes && docker is not null) CheckDocker(root, docker);
        if (!root.Has("kubernetes")) return null;
        var section = root.Sub("kubernetes");
        var kubernetes = new KubernetesSpec
        {
            Namespace = section.Value<string?>("namespace", null, "a namespace: lower-case letters, digits and '-', at most 63 characters", Text, name => Rules.IsName(name!)),
            ServiceAccount = section.Value<string?>("serviceAccount", null, "a service account: lower-case letters, digits, '-' and '.'", Text, name => Rules.IsSubdomain(name!)),
            Restricted = section.Value("restricted", false, "true or false", bool.TryParse),
            NodeSelector = Selector(section.Sub("nodeSelector")),
        };
        section.Close();
        return kubernetes;
    }

    private static void CheckDocker(Section root, DockerSpec docker)
    {
        var section = root.Sub("docker");
        if (docker.Network != DockerSpec.DefaultNetwork)
            section.Conflict("network", "nothing", "A pod has its cluster's network; take docker.network out.");
        foreach (var volume in docker.Volumes.Keys.Where(v => !Rules.IsSubdomain(v)))
            section.Conflict("volumes", "names of claims: lower-case letters, digits, '-' and '.'", $"On Kubernetes a volume is a PersistentVolumeClaim of its name, and '{volume}' cannot be one's.");
        if (docker.User is { } user && !user.Split(':').All(part => long.TryParse(part, System.Globalization.NumberStyles.None, null, out _)))
            section.Conflict("user", "numbers, such as 10001:10001", "A pod's user is a number: it is not looked up in the image. Write 10001 or 10001:10001.");
    }

    private static SortedDictionary<string, string> Selector(Section section)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in section.Names())
        {
            section.Find(member.Name);
            if (!Rules.IsLabelName(member.Name))
                section.Problems.Add(member.Line, member.Column, section.PathOf(member.Name), "a label such as kubernetes.io/arch", $"'{ProblemList.Shorten(member.Name)}'", "This is not the name of a label.");
            else if (section.Parsed<string?>(member.Value, section.PathOf(member.Name), null, "a label's value: letters, digits, '-', '_' and '.', at most 63", Text, value => Rules.IsLabelValue(value!)) is { } value)
                labels[member.Name] = value;
        }

        return labels;
    }

    private static bool Text(string text, out string? value)
    {
        value = text;
        return true;
    }
}
