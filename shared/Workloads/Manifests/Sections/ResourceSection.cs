using Platform.Workloads.Manifests.Yaml;
using Platform.Workloads.Units;

namespace Platform.Workloads.Manifests.Sections;

/// <summary><c>resources: { cpu, memory }</c></summary>
internal static class ResourceSection
{
    private const long LeastMemory = 4L << 20;

    public static ResourceSpec Read(Section section)
    {
        var resources = new ResourceSpec
        {
            Cpu = section.Optional<double>("cpu", CpuAmounts.Expected + ", at least 10m", CpuAmounts.TryParse, cores => cores >= 0.01),
            MemoryBytes = section.Optional<long>("memory", ByteSizes.Expected + ", at least 4Mi", ByteSizes.TryParse, bytes => bytes >= LeastMemory),
        };
        section.Close();
        return resources;
    }
}
