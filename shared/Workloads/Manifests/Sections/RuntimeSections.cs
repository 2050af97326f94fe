using Platform.Workloads.Manifests.Yaml;

namespace Platform.Workloads.Manifests.Sections;

/// <summary>Each runtime has a section (a Swarm and a cluster that of an engine), and a manifest has that of its own runtime only.</summary>
internal static class RuntimeSections
{
    public static void CheckWhich(Section root, string runtime)
    {
        foreach (var other in RuntimeNames.All.Select(RuntimeNames.SectionOf).Distinct().Where(name => name != RuntimeNames.SectionOf(runtime) && root.Has(name)))
            root.Conflict(other, $"runtime: {other}", $"The section '{other}' belongs to the runtime {other}, and this manifest's is {runtime}; say runtime: {other}, or take the section out.");
        if (runtime != RuntimeNames.Kubernetes && root.Has(RuntimeNames.Kubernetes))
            root.Conflict("kubernetes", "runtime: kubernetes", $"The section 'kubernetes' belongs to the runtime kubernetes, and this manifest's is {runtime}; say runtime: kubernetes, or take the section out.");
    }
}
