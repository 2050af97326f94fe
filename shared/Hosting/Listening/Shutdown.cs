using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Platform.Hosting.Health;

namespace Platform.Hosting.Listening;

/// <summary>The first step of going away: readiness off while the ports are still open. Kestrel then drains, within the host's deadline.</summary>
internal sealed class Shutdown(Readiness readiness, IOptions<ShutdownOptions> options, TimeProvider clock) : IHostedLifecycleService
{
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        readiness.Stop();
        if (options.Value.ReadinessDelay > TimeSpan.Zero) await Task.Delay(options.Value.ReadinessDelay, clock, cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
