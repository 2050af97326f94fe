using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Platform.Effects;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes.Docker;
using Platform.Workloads.Runtimes.Docker.Engine;
using Platform.Workloads.Runtimes.Logs;
using Platform.Workloads.Secrets;

namespace Platform.Workloads.Runtimes.Swarm;

/// <summary>
/// Replicas on a Docker Swarm: a service of one task each (<see cref="ServicePlan"/>), found again by its labels. Asked through one of the
/// Swarm's managers. What runs on that manager's own node is looked after as on a single engine: output, exit code, usage, signals. Of other
/// nodes a manager tells how a task is and how it ended, and no more.
/// </summary>
internal sealed class SwarmRuntime : IReplicaRuntime, IDisposable
{
    /// <summary>A task's end is heard of a little later than it happens.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    private readonly EngineClient _engine;
    private readonly IEffects _effects;
    private readonly ISecrets _secrets;
    private readonly TimeProvider _clock;
    private readonly DockerRuntimeOptions _options;
    private readonly ILogger<SwarmRuntime> _log;
    private readonly ContainerEnd _end;
    private readonly ContainerCare _care;
    private readonly SwarmTasks _tasks;
    private readonly ConcurrentDictionary<string, bool> _starting = new(StringComparer.Ordinal);

    public SwarmRuntime(EngineClient engine, IEffects effects, ISecrets secrets, TimeProvider clock, DockerRuntimeOptions options, ILogger<SwarmRuntime> log)
    {
        (_engine, _effects, _secrets, _clock, _options, _log) = (engine, effects, secrets, clock, options, log);
        _end = new ContainerEnd(engine, effects, clock);
        _care = new ContainerCare(engine, _end, options, clock, log);
        _tasks = new SwarmTasks(engine, clock);
    }

    public string Name => RuntimeNames.Swarm;

    public async Task<ReplicaHandle> StartAsync(ReplicaSpec spec, CancellationToken ct)
    {
        var docker = spec.Manifest.Docker ?? throw new ReplicaStartException("The manifest has no docker section.");
        if (!Rules.IsRevision(spec.Id)) throw new ArgumentException("A replica's id consists of letters, digits, '.', '_' and '-'.", nameof(spec));
        LogFolder.Make(spec.LogDirectory);
        var request = ServicePlan.Of(spec, docker, _secrets);
        _starting[request.Name] = true;
        string? service = null;
        try
        {
            service = await CreateAsync(spec, request, docker, ct);
            var task = await _tasks.StartedAsync(service, docker.Image, _options.PullTimeout, ct);
            ReplicaLog.RemoveOld(spec.LogDirectory, _options.KeptEndedReplicas, _care.LogsInUse);
            Follow(spec.Id, service, isNew: true);
            return Markers.Of(spec).Handle(service, await _tasks.AddressOfAsync(task, ct));
        }
        catch (EngineRefusedException refused)
        {
            throw new ReplicaStartException($"The Swarm does not take '{docker.Image}': {refused.Message.Trim()}", isTransient: refused.Status >= 500);
        }
        catch (ReplicaStartException)
        {
            if (service is not null) await RemoveAsync(spec.Id, service, CancellationToken.None);
            throw;
        }
        catch (RuntimeUnavailableException away)
        {
            // What may have been made is found by its labels once the engine is back, and removed: nobody will have it recorded.
            throw new ReplicaStartException(away.Message, isTransient: true);
        }
        finally
        {
            _starting.TryRemove(request.Name, out _);
        }
    }

    public async Task<IReadOnlyList<ReplicaHandle>> FindAsync(string owner, CancellationToken ct)
    {
        if (!_engine.HasSocket) return [];
        var found = new List<ReplicaHandle>();
        foreach (var service in await ServicesAsync(owner, ct))
        {
            if (ContainerLabels.Read(service.Spec.Labels) is not { Runtime: RuntimeNames.Swarm } markers || _starting.ContainsKey(ServicePlan.NameOf(markers.Replica, markers.Generation))) continue;
            var task = await _tasks.FindAsync(service.Id, ct);
            var isLost = task is not null && await _tasks.IsLostAsync(task, ct);
            if (!SwarmTasks.IsRunning(task) && !SwarmTasks.HasEnded(task) && !isLost)
            {
                // Its start was cut off before it ran: nobody has it recorded.
                await RemoveAsync(markers.Replica, service.Id, ct);
                continue;
            }

            // What has ended is followed too: that saves its output and its exit code, and removes it.
            Follow(markers.Replica, service.Id, isNew: false);
            if (await LivesAsync(task!, ct)) found.Add(markers.Handle(service.Id, await _tasks.AddressOfAsync(task!, ct)));
        }

        return [.. found.OrderBy(h => h.Id, StringComparer.Ordinal)];
    }

    public async Task<bool> IsAliveAsync(ReplicaHandle handle, CancellationToken ct) =>
        await _tasks.FindAsync(handle.Instance, ct) is { } task && await LivesAsync(task, ct);

    public Task<ExitStatus> WaitForExitAsync(ReplicaHandle handle, CancellationToken ct) => Follow(handle.Id, handle.Instance, isNew: false).Ended.WaitAsync(ct);

    public async Task StopAsync(ReplicaHandle handle, TimeSpan grace, CancellationToken ct)
    {
        var task = await _tasks.FindAsync(handle.Instance, ct);
        var followed = Follow(handle.Id, handle.Instance, isNew: false);
        if (SwarmTasks.ContainerOf(task) is { } container && await _tasks.IsHereAsync(task!, ct))
            await _end.StopAsync(handle.Id, container, grace, followed.Ended, ct);
        else
            await StopElsewhereAsync(handle, followed.Ended, ct);
        await followed.Gone.WaitAsync(ct);
    }

    public async Task<ResourceUsage?> UsageAsync(ReplicaHandle handle, CancellationToken ct)
    {
        var task = await _tasks.FindAsync(handle.Instance, ct);
        // Another node's container is unknown to this engine, which then has no figures.
        if (!SwarmTasks.IsRunning(task) || SwarmTasks.ContainerOf(task) is not { } container) return null;
        return ContainerUsage.Of(await _engine.GetAsync<ContainerStats>($"containers/{container}/stats?stream=0&one-shot=1", ct));
    }

    public IAsyncEnumerable<string> LogsAsync(string replica, string logDirectory, int tail, bool follow, CancellationToken ct) =>
        new LogTail(ReplicaLog.PathOf(replica, logDirectory), _clock).ReadAsync(tail, follow, ct);

    /// <summary>Stops looking after services. They go on.</summary>
    public void Dispose()
    {
        _care.Dispose();
        _engine.Dispose();
    }

    private async Task<string> CreateAsync(ReplicaSpec spec, ServiceRequest request, DockerSpec docker, CancellationToken ct)
    {
        Task<ServiceCreated> Create() => _effects.PerformAsync(
            EffectKind.ProcessStart, spec.Id, () => _engine.PostAsync<ServiceCreated>("services/create", request, ct, headers: RegistryAuthority.Headers(docker, _secrets)));
        try
        {
            return (await Create()).Id;
        }
        catch (EngineRefusedException refused) when (refused.Status == 409)
        {
            // An earlier answer was lost on its way. The name is this attempt's alone, so what carries it is nobody else's.
            await RemoveAsync(spec.Id, request.Name, ct);
            return (await Create()).Id;
        }
    }

    /// <summary>On another node a task is ended by wanting none of it: SIGTERM, the grace it was made with, SIGKILL. Its service goes once it has told how it ended.</summary>
    private async Task StopElsewhereAsync(ReplicaHandle handle, Task<ExitStatus> ended, CancellationToken ct)
    {
        try
        {
            if (await _engine.GetAsync<JsonObject>($"services/{handle.Instance}", ct) is { } service)
            {
                var spec = service["Spec"]!.AsObject();
                spec["Mode"]!["Replicated"]!["Replicas"] = 0;
                await _effects.PerformAsync(
                    EffectKind.ProcessSignal, $"{handle.Id} SIGTERM", () => _engine.PostAsync($"services/{handle.Instance}/update?version={service["Version"]!["Index"]}", spec, ct));
                if (await _end.EndsWithinAsync(ended, ServicePlan.StopGrace + Slack, ct)) return;
            }
        }
        catch (EngineRefusedException refused)
        {
            // Somebody else has changed or removed it meanwhile; removing it ends it all the same.
            _log.LogDebug("Service {Service} of replica {Replica} is removed without being asked to end: {Reason}", handle.Instance, handle.Id, refused.Message);
        }

        await RemoveAsync(handle.Id, handle.Instance, ct);
    }

    private async Task<IReadOnlyList<ServiceDetails>> ServicesAsync(string owner, CancellationToken ct)
    {
        var filter = Uri.EscapeDataString($"{{\"label\":[\"{ContainerLabels.Owner}={owner}\"]}}");
        try
        {
            return await _engine.GetAsync<List<ServiceDetails>>($"services?filters={filter}", ct) ?? [];
        }
        catch (RuntimeUnavailableException away) when (away.InnerException is EngineRefusedException { Status: 503 })
        {
            // No manager of a Swarm: it has no services, ours or others'.
            return [];
        }
    }

    /// <summary>The Swarm hears of a container's end a little late; where the container is one of this engine's, that is asked too.</summary>
    private async Task<bool> LivesAsync(SwarmTask task, CancellationToken ct)
    {
        if (!SwarmTasks.IsRunning(task) || await _tasks.IsLostAsync(task, ct)) return false;
        if (SwarmTasks.ContainerOf(task) is not { } container || !await _tasks.IsHereAsync(task, ct)) return true;
        return (await _engine.GetAsync<ContainerDetails>($"containers/{container}/json", ct))?.State.Running == true;
    }

    private Task RemoveAsync(string replica, string service, CancellationToken ct) =>
        _effects.PerformAsync(EffectKind.ProcessSignal, $"{replica} remove", () => _engine.DeleteAsync($"services/{service}", ct));

    private FollowedContainer Follow(string replica, string service, bool isNew) =>
        _care.Follow(replica, service, isNew, ct => FindContainerAsync(service, ct), ct => RemoveAsync(replica, service, ct));

    private async Task<CaredFor?> FindContainerAsync(string service, CancellationToken ct)
    {
        if (await _tasks.FindAsync(service, ct) is not { } task || SwarmTasks.ContainerOf(task) is not { } container) return null;
        if (!await _tasks.IsHereAsync(task, ct)) return new CaredFor(container, null, waiting => _tasks.ExitAsync(service, waiting));
        var labels = (await _engine.GetAsync<ServiceDetails>($"services/{service}", ct))?.Spec.Labels;
        return new CaredFor(container, labels?.GetValueOrDefault(ContainerLabels.Log), null);
    }
}
