using Platform.Workloads.Manifests.Yaml;
using Platform.Contracts.Units;

namespace Platform.Workloads.Manifests.Sections;

/// <summary><c>resources: { cpu, memory }</c></summary>
internal static class ResourceSection
{
    private const long LeastMemory = 4L << 20;

    public static ResourceSpec Read(Section section)
    {
        var resources = new ResourceSpec
        {
            Cpu = section.Optional<double>("cpu", Cpu.Expected + ", at least 10m", Cpu.TryParse, cores => cores >= 0.01),
            MemoryBytes = section.Optional<long>("memory", ByteSize.Expected + ", at least 4Mi", ByteSize.TryParse, bytes => bytes >= LeastMemory),
        };
        section.Close();
        return resources;
    }
}
