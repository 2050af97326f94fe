using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes;

namespace Platform.Deployment.Replicas;

/// <summary>What a watch has seen of its replica.</summary>
internal enum Sight
{
    /// <summary>Nothing that counts.</summary>
    None,
    /// <summary>Healthy.</summary>
    Healthy,
    /// <summary>So many checks in a row have failed that it counts as sick.</summary>
    Sick,
    /// <summary>It was not healthy within its startup timeout.</summary>
    NeverHealthy,
    /// <summary>Its process has ended.</summary>
    Ended,
}

/// <summary>
/// Watches one process: asks for its health in its manifest's rhythm (faster until the first healthy answer) and notices its end.
/// It only looks; what follows from what it sees is decided where the application's replicas are compared with what is wanted.
/// </summary>
internal sealed class ReplicaWatch : IAsyncDisposable
{
    private static readonly TimeSpan StartupRhythm = TimeSpan.FromMilliseconds(100);
    private readonly CancellationTokenSource _stop;
    private readonly Task _health, _exit;
    private volatile string _finding = "no health check yet";

    public ReplicaWatch(ReplicaRow row, Manifest manifest, IReplicaRuntime runtime, IHealthProbe probe, Action wake, TimeProvider time, CancellationToken ct)
    {
        Application = row.Application;
        Generation = row.Generation;
        Manifest = manifest;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        _health = WatchHealthAsync(row, manifest.Health, probe, wake, time);
        _exit = WatchExitAsync(row.Handle!, runtime, wake);
    }

    /// <summary>The application.</summary>
    public string Application { get; }

    /// <summary>The attempt it watches.</summary>
    public long Generation { get; }

    /// <summary>The revision's manifest.</summary>
    public Manifest Manifest { get; }

    /// <summary>What it has seen last that counts.</summary>
    public Sight Sight { get; private set; }

    /// <summary>How the process ended; null: it has not, as far as it was seen.</summary>
    public ExitStatus? Exit { get; private set; }

    /// <summary>The last health answer, in words.</summary>
    public string Finding => _finding;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _health.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _exit.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task WatchHealthAsync(ReplicaRow row, HealthSpec health, IHealthProbe probe, Action wake, TimeProvider time)
    {
        var tally = new HealthTally(health, wasHealthy: row.ReadyAt is not null);
        var deadline = (row.StartedAt ?? row.CreatedAt) + health.StartupTimeout;
        while (!_stop.IsCancellationRequested)
        {
            var answer = await probe.AskAsync(row.Handle!.Address, health, _stop.Token);
            var sight = tally.Add(answer, late: time.GetUtcNow() >= deadline);
            _finding = tally.Finding;
            if (sight != Sight.None) See(sight, wake);
            await Task.Delay(tally.WasHealthy ? health.Interval : Shorter(StartupRhythm, health.Interval), time, _stop.Token);
        }
    }

    private async Task WatchExitAsync(ReplicaHandle handle, IReplicaRuntime runtime, Action wake)
    {
        Exit = await runtime.WaitForExitAsync(handle, _stop.Token);
        See(Sight.Ended, wake);
    }

    private void See(Sight sight, Action wake)
    {
        lock (_stop)
        {
            if (Sight == sight || Sight == Sight.Ended) return;
            Sight = sight;
        }

        wake();
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
