using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Platform.Effects;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes.Docker.Engine;
using Platform.Workloads.Runtimes.Logs;
using Platform.Workloads.Secrets;

namespace Platform.Workloads.Runtimes.Docker;

/// <summary>
/// Replicas as containers of a Docker engine. They outlive the platform, and the engine's absence where it is set up for that; a later run
/// finds them by their labels. An ended container is removed once its exit code and its output are safe.
/// </summary>
internal sealed class DockerRuntime : IReplicaRuntime, IDisposable
{
    private readonly IEffects _effects;
    private readonly ISecrets _secrets;
    private readonly DockerRuntimeOptions _options;
    private readonly TimeProvider _clock;
    private readonly EngineClient _engine;
    private readonly ContainerEnd _end;
    private readonly ContainerCare _care;
    private readonly ConcurrentDictionary<string, bool> _starting = new(StringComparer.Ordinal);

    public DockerRuntime(EngineClient engine, IEffects effects, ISecrets secrets, TimeProvider clock, DockerRuntimeOptions options, ILogger<DockerRuntime> log)
    {
        (_engine, _effects, _secrets, _clock, _options) = (engine, effects, secrets, clock, options);
        _end = new ContainerEnd(engine, effects, clock);
        _care = new ContainerCare(engine, _end, options, clock, log);
    }

    public string Name => RuntimeNames.Docker;

    public async Task<ReplicaHandle> StartAsync(ReplicaSpec spec, CancellationToken ct)
    {
        var docker = spec.Manifest.Docker ?? throw new ReplicaStartException("The manifest has no docker section.");
        if (!Rules.IsRevision(spec.Id)) throw new ArgumentException("A replica's id consists of letters, digits, '.', '_' and '-'.", nameof(spec));
        LogFolder.Make(spec.LogDirectory);
        var name = ContainerPlan.NameOf(spec);
        _starting[name] = true;
        string? container = null;
        try
        {
            var request = ContainerPlan.Of(spec, docker, _secrets);
            container = await CreateAsync(spec, name, request, docker, ct);
            await _effects.PerformAsync(EffectKind.ProcessStart, spec.Id, () => _engine.PostAsync($"containers/{container}/start", null, ct));
            ReplicaLog.RemoveOld(spec.LogDirectory, _options.KeptEndedReplicas, _care.LogsInUse);
            Follow(spec.Id, container, ReplicaLog.PathOf(spec.Id, spec.LogDirectory), isNew: true);
            return Markers.Of(spec).Handle(container);
        }
        catch (EngineRefusedException refused)
        {
            if (container is not null) await _end.RemoveAsync(spec.Id, container, CancellationToken.None);
            throw Failed(docker, refused);
        }
        catch (RuntimeUnavailableException away)
        {
            // What may have been made is found by its labels once the engine is back, and removed: nobody will have it recorded.
            throw new ReplicaStartException(away.Message, isTransient: true);
        }
        finally
        {
            _starting.TryRemove(name, out _);
        }
    }

    public async Task<IReadOnlyList<ReplicaHandle>> FindAsync(string owner, CancellationToken ct)
    {
        if (!_engine.HasSocket) return [];
        var filter = Uri.EscapeDataString($"{{\"label\":[\"{ContainerLabels.Owner}={owner}\"]}}");
        var found = new List<ReplicaHandle>();
        foreach (var container in await _engine.GetAsync<List<ContainerSummary>>($"containers/json?all=1&filters={filter}", ct) ?? [])
        {
            if (ContainerLabels.Read(container.Labels) is not { Runtime: RuntimeNames.Docker } markers) continue;
            switch (container.State)
            {
                case "created" when _starting.ContainsKey($"platform-{markers.Replica}.{markers.Generation}"):
                    break;
                case "created":
                    // Made, and its start cut off: it has never run, and nobody has it recorded.
                    await _end.RemoveAsync(markers.Replica, container.Id, ct);
                    break;
                default:
                    // What has ended is followed too: that saves its output and its exit code, and removes it.
                    Follow(markers.Replica, container.Id, container.Labels!.GetValueOrDefault(ContainerLabels.Log), isNew: false);
                    if (container.State is not ("exited" or "dead" or "removing")) found.Add(markers.Handle(container.Id));
                    break;
            }
        }

        return [.. found.OrderBy(h => h.Id, StringComparer.Ordinal)];
    }

    public async Task<bool> IsAliveAsync(ReplicaHandle handle, CancellationToken ct) =>
        (await DetailsAsync(handle.Instance, ct))?.State.Running == true;

    public Task<ExitStatus> WaitForExitAsync(ReplicaHandle handle, CancellationToken ct) => Follow(handle.Id, handle.Instance, null, isNew: false).Ended.WaitAsync(ct);

    public async Task StopAsync(ReplicaHandle handle, TimeSpan grace, CancellationToken ct)
    {
        var followed = Follow(handle.Id, handle.Instance, null, isNew: false);
        await _end.StopAsync(handle.Id, handle.Instance, grace, followed.Ended, ct);
        await followed.Gone.WaitAsync(ct);
    }

    public async Task<ResourceUsage?> UsageAsync(ReplicaHandle handle, CancellationToken ct) =>
        ContainerUsage.Of(await _engine.GetAsync<ContainerStats>($"containers/{handle.Instance}/stats?stream=0&one-shot=1", ct));

    public IAsyncEnumerable<string> LogsAsync(string replica, string logDirectory, int tail, bool follow, CancellationToken ct) =>
        new LogTail(ReplicaLog.PathOf(replica, logDirectory), _clock).ReadAsync(tail, follow, ct);

    /// <summary>Stops looking after containers. They go on.</summary>
    public void Dispose()
    {
        _care.Dispose();
        _engine.Dispose();
    }

    private async Task<string> CreateAsync(ReplicaSpec spec, string name, ContainerRequest request, DockerSpec docker, CancellationToken ct)
    {
        Task<Created> Create() => _effects.PerformAsync(EffectKind.ProcessStart, $"{spec.Id} create", () => _engine.PostAsync<Created>($"containers/create?name={name}", request, ct));
        try
        {
            return (await Create()).Id;
        }
        catch (EngineRefusedException refused) when (refused.Status == 404)
        {
            await new ImagePull(_engine, _secrets, _options.PullTimeout, _clock).PullAsync(docker, ct);
        }
        catch (EngineRefusedException refused) when (refused.Status == 409)
        {
            // An earlier answer was lost on its way. The name is this attempt's alone, so what carries it is nobody else's.
            await _end.RemoveAsync(spec.Id, name, ct);
        }

        return (await Create()).Id;
    }

    private static ReplicaStartException Failed(DockerSpec docker, EngineRefusedException refused)
    {
        var words = refused.Message.Trim().TrimEnd('.');
        if (words.Contains("no space left", StringComparison.OrdinalIgnoreCase))
            return new ReplicaStartException($"The Docker engine has no room to start '{docker.Image}': {words}. Make room on the engine's disk, for example with 'docker system prune'.", isTransient: true);
        var isTransient = refused.Status >= 500 && words.Contains("already", StringComparison.Ordinal);
        return new ReplicaStartException($"The Docker engine cannot start '{docker.Image}': {words}. Correct the docker section, or what it names.", isTransient);
    }

    private FollowedContainer Follow(string replica, string container, string? logPath, bool isNew) => _care.Follow(
        replica,
        container,
        isNew,
        async ct => new CaredFor(container, logPath ?? (await DetailsAsync(container, ct))?.Config.Labels?.GetValueOrDefault(ContainerLabels.Log)),
        ct => _end.RemoveAsync(replica, container, ct));

    private Task<ContainerDetails?> DetailsAsync(string container, CancellationToken ct) => _engine.GetAsync<ContainerDetails>($"containers/{container}/json", ct);
}
