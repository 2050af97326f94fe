using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Platform.Workloads.Runtimes.Kubernetes.Api;

namespace Platform.Workloads.Runtimes.Kubernetes;

/// <summary>
/// The metrics API tells a rate (cores, averaged over a window); the platform wants CPU seconds since the start. Added up here, window by
/// window: what a pod used before it was first asked about is not in it.
/// </summary>
internal sealed class PodUsage
{
    private readonly ConcurrentDictionary<string, (DateTimeOffset At, double CpuSeconds)> _totals = new(StringComparer.Ordinal);

    /// <param name="uid">The pod.</param>
    /// <param name="metrics">A <c>PodMetrics</c> object; null: there is none.</param>
    public ResourceUsage? Add(string uid, JsonObject? metrics)
    {
        if (metrics.Items("containers").FirstOrDefault(c => c.Text("name") == DeploymentPlan.Container) is not { } container) return null;
        if (metrics.Time("timestamp") is not { } at || Quantity.Parse(container.Text("usage", "cpu")) is not { } cores || Quantity.Parse(container.Text("usage", "memory")) is not { } memory) return null;
        var window = Window(metrics.Text("window"));
        var total = _totals.AddOrUpdate(uid, _ => (at, cores * window.TotalSeconds), (_, known) => at <= known.At ? known : (at, known.CpuSeconds + cores * (at - known.At).TotalSeconds));
        return new ResourceUsage(total.CpuSeconds, (long)memory);
    }

    public void Forget(string uid) => _totals.TryRemove(uid, out _);

    /// <summary><c>30s</c>, <c>1m2.5s</c>: as Go writes durations.</summary>
    private static TimeSpan Window(string? text) => text is not null && Contracts.Units.Duration.TryParse(text, out var window) ? window : TimeSpan.FromSeconds(15);
}
