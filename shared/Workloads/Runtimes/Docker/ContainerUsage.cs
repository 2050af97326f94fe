using Platform.Workloads.Runtimes.Docker.Engine;

namespace Platform.Workloads.Runtimes.Docker;

/// <summary>The engine's figures as the platform's.</summary>
internal static class ContainerUsage
{
    /// <summary>Null: there is no such container, or it has ended (the engine then gives zeros).</summary>
    public static ResourceUsage? Of(ContainerStats? stats)
    {
        if (stats?.Memory?.Usage is not { } memory || stats.Cpu?.Usage is not { } cpu) return null;
        return new ResourceUsage(cpu.Total / 1e9, (long)(memory - Math.Min(memory, Reclaimable(stats.Memory.Details))));
    }

    /// <summary>Files' pages that the kernel gives back when asked count as used, but nobody would say so; <c>docker stats</c> leaves them out too.</summary>
    private static ulong Reclaimable(IReadOnlyDictionary<string, ulong>? details) =>
        details is null ? 0
        : details.TryGetValue("total_inactive_file", out var v1) ? v1
        : details.TryGetValue("inactive_file", out var v2) ? v2
        : 0;
}
