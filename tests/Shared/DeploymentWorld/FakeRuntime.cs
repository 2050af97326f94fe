using System.Runtime.CompilerServices;
using Platform.Deployment.Replicas;
using Platform.Effects;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes;
using Platform.Workloads.Runtimes.Processes;

namespace Platform.Testing.DeploymentWorld;

/// <summary>The runtime <c>process</c> on a <see cref="FakeMachine"/>. Starts and stops pass the gate of effects, as the real one's do.</summary>
internal sealed class FakeRuntime(FakeMachine machine, IEffects effects) : IReplicaRuntime
{
    public string Name => RuntimeNames.Process;

    public Task<ReplicaHandle> StartAsync(ReplicaSpec spec, CancellationToken ct) => effects.PerformAsync(EffectKind.ProcessStart, spec.Id, () =>
    {
        if (spec.Manifest.Process!.Env.TryGetValue("PLATFORM_JOB", out var job)) return Task.FromResult(Handle(machine.StartJob(job, spec)));
        if (machine.Of(spec.Revision).StartError is { } error) throw new ReplicaStartException(error);
        return Task.FromResult(Handle(machine.Start(spec.Id, spec.Application, spec.Revision, spec.Generation, spec.Owner, spec.Port)));
    });

    public Task<IReadOnlyList<ReplicaHandle>> FindAsync(string owner, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<ReplicaHandle>>([.. machine.Alive.Where(p => p.Owner == owner).Select(Handle)]);

    public Task<bool> IsAliveAsync(ReplicaHandle handle, CancellationToken ct) => Task.FromResult(ProcessOf(handle)?.IsAlive == true);

    public async Task<ExitStatus> WaitForExitAsync(ReplicaHandle handle, CancellationToken ct) =>
        ProcessOf(handle) is { } process ? new ExitStatus(await process.Ended.Task.WaitAsync(ct), null) : ExitStatus.Unknown;

    public Task StopAsync(ReplicaHandle handle, TimeSpan grace, CancellationToken ct) => effects.PerformAsync(EffectKind.ProcessSignal, handle.Id, () =>
    {
        if (ProcessOf(handle) is { } process) machine.Stop(process);
        return Task.CompletedTask;
    });

    public Task<ResourceUsage?> UsageAsync(ReplicaHandle handle, CancellationToken ct) =>
        Task.FromResult(ProcessOf(handle)?.IsAlive == true ? new ResourceUsage(1, 64 << 20) : null);

    public async IAsyncEnumerable<string> LogsAsync(string replica, string logDirectory, int tail, bool follow, [EnumeratorCancellation] CancellationToken ct)
    {
        await Task.Yield();
        if (machine.All.LastOrDefault(p => p.Replica == replica) is not { } process) yield break;
        foreach (var line in machine.Of(process.Revision).Output.TakeLast(tail)) yield return line;
        if (follow) await Task.Delay(Timeout.Infinite, ct);
    }

    private FakeProcess? ProcessOf(ReplicaHandle handle) => machine.Find(ProcessInstance.Of(handle).ProcessId, ProcessInstance.Of(handle).StartTime);

    private static ReplicaHandle Handle(FakeProcess process) => new()
    {
        Id = process.Replica,
        Application = process.Application,
        Revision = process.Revision,
        Generation = process.Generation,
        Instance = new ProcessInstance(process.ProcessId, process.StartTime).ToString(),
        Address = new Uri($"http://127.0.0.1:{process.Port}"),
    };
}

/// <summary>Health as the machine's processes have it.</summary>
internal sealed class FakeProbe(FakeMachine machine) : IHealthProbe
{
    public Task<HealthAnswer> AskAsync(Uri address, HealthSpec health, CancellationToken ct)
    {
        if (machine.ByPort(address.Port) is not { IsAlive: true } process) return Task.FromResult(new HealthAnswer(false, $"nothing listens on {address.Authority}"));
        var behaviour = machine.Of(process.Revision);
        return Task.FromResult(behaviour.Healthy && process.Healthy ? new HealthAnswer(true, "answered 200") : new HealthAnswer(false, behaviour.Finding));
    }
}

/// <summary>Ports of the machine.</summary>
internal sealed class FakePorts(FakeMachine machine) : IReplicaPorts
{
    public int Next(IReadOnlySet<int> taken) => machine.NextPort();
}
