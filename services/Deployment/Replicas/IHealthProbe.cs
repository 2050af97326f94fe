using Platform.Workloads.Health;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Replicas;

/// <summary>What a health check saw.</summary>
/// <param name="Healthy">A 2xx answer in time.</param>
/// <param name="Finding">The status and the beginning of the body, or why there was no answer.</param>
internal sealed record HealthAnswer(bool Healthy, string Finding);

/// <summary>Asks replicas for their health.</summary>
internal interface IHealthProbe
{
    /// <summary>Asks once. Never throws but for cancellation.</summary>
    Task<HealthAnswer> AskAsync(Uri address, HealthSpec health, CancellationToken ct);
}

/// <summary>Asks with HTTP GET.</summary>
internal sealed class HttpHealthProbe(TimeProvider time) : IHealthProbe, IDisposable
{
    private readonly HealthProbe _probe = new(time);

    public async Task<HealthAnswer> AskAsync(Uri address, HealthSpec health, CancellationToken ct)
    {
        var result = await _probe.CheckAsync(address, health.Path, health.Timeout, ct);
        return new HealthAnswer(result.IsHealthy, $"GET {health.Path}: {result}");
    }

    public void Dispose() => _probe.Dispose();
}
