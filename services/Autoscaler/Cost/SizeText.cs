using System.Globalization;
using Platform.Autoscaler.RightSizing;

namespace Platform.Autoscaler.Cost;

/// <summary>Sizes of replicas in words and as the manifest writes them.</summary>
internal static class SizeText
{
    private const double Mebibyte = 1024 * 1024, Gibibyte = 1024 * Mebibyte;

    /// <summary>What a replica costs by: <c>0.5 cores and 256 MiB</c>.</summary>
    public static string Of(double? cores, double? bytes, Prices prices) => string.Create(CultureInfo.InvariantCulture,
        $"{cores ?? prices.AssumedCpu:0.###} cores{(cores is null ? " (assumed)" : "")} and {(bytes ?? prices.AssumedMemoryGib * Gibibyte) / Mebibyte:0.#} MiB{(bytes is null ? " (assumed)" : "")}");

    /// <summary>The line to put into the manifest, with what is recommended, and what stays where nothing is.</summary>
    public static string Manifest(SizeRecommendation size)
    {
        var parts = new List<string>();
        if ((size.Cpu.Recommended ?? size.Cpu.Reserved) is { } cores) parts.Add(string.Create(CultureInfo.InvariantCulture, $"cpu: {Math.Ceiling(cores * 1000 - 1e-6) / 1000:0.###}"));
        if ((size.Memory.Recommended ?? size.Memory.Reserved) is { } bytes) parts.Add(string.Create(CultureInfo.InvariantCulture, $"memory: {Math.Ceiling(bytes / Mebibyte - 1e-6):0}Mi"));
        return parts.Count == 0 ? "" : $"resources: {{ {string.Join(", ", parts)} }}";
    }
}
