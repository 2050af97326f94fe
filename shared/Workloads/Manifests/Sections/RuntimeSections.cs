using Platform.Workloads.Manifests.Yaml;

namespace Platform.Workloads.Manifests.Sections;

/// <summary>Each runtime has a section (a Swarm that of an engine), and a manifest has that of its own runtime only.</summary>
internal static class RuntimeSections
{
    public static void CheckWhich(Section root, string runtime)
    {
        foreach (var other in RuntimeNames.All.Select(RuntimeNames.SectionOf).Distinct().Where(name => name != RuntimeNames.SectionOf(runtime) && root.Has(name)))
            root.Conflict(other, $"runtime: {other}", $"The section '{other}' belongs to the runtime {other}, and this manifest's is {runtime}; say runtime: {other}, or take the section out.");
        foreach (var unknown in (string[])["kubernetes"])
            if (root.Has(unknown)) root.Conflict(unknown, string.Join(" or ", RuntimeNames.All), $"The runtime '{unknown}' is not supported by this version; supported: {string.Join(", ", RuntimeNames.All)}.");
    }
}
