using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Platform.Effects;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes.Docker;
using Platform.Workloads.Runtimes.Kubernetes.Api;
using Platform.Workloads.Runtimes.Logs;
using Platform.Workloads.Secrets;

namespace Platform.Workloads.Runtimes.Kubernetes;

/// <summary>
/// Replicas in a Kubernetes cluster: a Deployment of one pod each (<see cref="DeploymentPlan"/>), found again by its annotations. A replica
/// is the first run of its pod's container: what the cluster starts again by itself, there or on another node, is none, and is removed.
/// </summary>
internal sealed class KubernetesRuntime : IReplicaRuntime, IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly Cluster _cluster;
    private readonly IEffects _effects;
    private readonly ISecrets _secrets;
    private readonly TimeProvider _clock;
    private readonly KubernetesRuntimeOptions _options;
    private readonly PodCare _care;
    private readonly PodStart _start;
    private readonly PodUsage _usage = new();
    private readonly ConcurrentDictionary<string, bool> _starting = new(StringComparer.Ordinal);

    public KubernetesRuntime(Cluster cluster, IEffects effects, ISecrets secrets, TimeProvider clock, KubernetesRuntimeOptions options, ILogger<KubernetesRuntime> log)
    {
        (_cluster, _effects, _secrets, _clock, _options) = (cluster, effects, secrets, clock, options);
        _care = new PodCare(cluster, options, clock, log);
        _start = new PodStart(options, clock);
    }

    public string Name => RuntimeNames.Kubernetes;

    public async Task<ReplicaHandle> StartAsync(ReplicaSpec spec, CancellationToken ct)
    {
        var docker = spec.Manifest.Docker ?? throw new ReplicaStartException("The manifest has no docker section.");
        if (!Rules.IsRevision(spec.Id)) throw new ArgumentException("A replica's id consists of letters, digits, '.', '_' and '-'.", nameof(spec));
        var kubernetes = spec.Manifest.Kubernetes ?? new KubernetesSpec();
        LogFolder.Make(spec.LogDirectory);
        var name = DeploymentPlan.NameOf(spec.Id, spec.Generation);
        _starting[name] = true;
        string? place = null;
        var isMade = false;
        try
        {
            place = PlaceOf(kubernetes.Namespace);
            var plan = DeploymentPlan.Of(spec, docker, kubernetes, _secrets);
            isMade = true;
            await CreateAsync(spec.Id, place, name, plan, ct);
            var pod = await _start.StartedAsync(_cluster.Api, place, name, docker.Image, ct);
            ReplicaLog.RemoveOld(spec.LogDirectory, _options.KeptEndedReplicas, _care.LogsInUse);
            var instance = new PodInstance(place, pod.Name, pod.Uid);
            Follow(spec.Id, name, instance, isNew: true);
            var markers = Markers.Of(spec);
            return (markers with { Port = spec.Manifest.Port == 0 ? spec.Port : spec.Manifest.Port }).Handle(instance.ToString(), pod.Address ?? "127.0.0.1");
        }
        catch (ApiRefusedException refused)
        {
            if (isMade) await GiveUpAsync(spec.Id, place!, name);
            throw new ReplicaStartException($"The cluster does not take '{docker.Image}': {refused.Message.Trim().TrimEnd('.')}.{(refused.IsDenied ? " " + ApiClient.HowToAllow : "")}", refused.IsTransient);
        }
        catch (ReplicaStartException)
        {
            if (isMade) await GiveUpAsync(spec.Id, place!, name);
            throw;
        }
        catch (RuntimeUnavailableException away)
        {
            // What may have been made is found by its labels once the server is back, and removed: nobody will have it recorded.
            throw new ReplicaStartException(away.Message, isTransient: true);
        }
        catch (ClusterAccessException nowhere)
        {
            throw new ReplicaStartException(nowhere.Message);
        }
        finally
        {
            _starting.TryRemove(name, out _);
        }
    }

    public async Task<IReadOnlyList<ReplicaHandle>> FindAsync(string owner, CancellationToken ct)
    {
        if (!_cluster.IsDescribed) return [];
        var found = new List<ReplicaHandle>();
        foreach (var place in Known(() => _cluster.Namespaces))
        {
            var (deployments, _) = await _cluster.Api.ListAsync(ResourcePaths.Deployments(place), $"{ContainerLabels.Owner}={owner}", ct);
            if (deployments.Count == 0) continue;
            var (items, _) = await _cluster.Api.ListAsync(ResourcePaths.Pods(place), $"{ContainerLabels.Owner}={owner}", ct);
            var pods = items.OrderBy(p => p.Time("metadata", "creationTimestamp")).ToLookup(p => p.Texts("metadata", "labels").GetValueOrDefault(DeploymentPlan.Instance), p => new PodState(p));
            foreach (var deployment in deployments)
            {
                var name = deployment.NameOf();
                if (ContainerLabels.Read(deployment.Texts("metadata", "annotations")) is not { Runtime: RuntimeNames.Kubernetes } markers || _starting.ContainsKey(name)) continue;
                if (pods[name].FirstOrDefault(p => p.HasStarted || p.HasEnded || _care.IsLost(p)) is not { } pod)
                {
                    // Its start was cut off before it ran: nobody has it recorded.
                    await RemoveAsync(markers.Replica, place, name, ct);
                    continue;
                }

                // What has ended is followed too: that saves its output and its exit code, and removes it.
                var instance = new PodInstance(place, pod.Name, pod.Uid);
                Follow(markers.Replica, name, instance, isNew: false);
                if (pod.IsRunning && !_care.IsLost(pod)) found.Add(markers.Handle(instance.ToString(), pod.Address ?? "127.0.0.1"));
            }
        }

        return [.. found.OrderBy(h => h.Id, StringComparer.Ordinal)];
    }

    public async Task<bool> IsAliveAsync(ReplicaHandle handle, CancellationToken ct) => await PodAsync(handle, ct) is { IsRunning: true } pod && !_care.IsLost(pod);

    public Task<ExitStatus> WaitForExitAsync(ReplicaHandle handle, CancellationToken ct) => Follow(handle).Ended.WaitAsync(ct);

    public async Task StopAsync(ReplicaHandle handle, TimeSpan grace, CancellationToken ct)
    {
        var pod = await PodAsync(handle, ct);
        var followed = Follow(handle);
        if (pod is { IsRunning: true })
        {
            var instance = PodInstance.Parse(handle.Instance);
            var deployment = $"{ResourcePaths.Deployments(instance.Namespace)}/{DeploymentPlan.NameOf(handle.Id, handle.Generation)}";
            // None is wanted any more; else another pod would come for the one that goes. That alone ends it too, with the grace it was made with.
            await ActAsync($"{handle.Id} SIGTERM", () => _cluster.Api.PatchAsync(deployment, new JsonObject { ["spec"] = new JsonObject { ["replicas"] = 0 } }, ct));
            await ActAsync($"{handle.Id} grace", () => _cluster.Api.DeleteAsync(instance.Path, instance.Uid, grace, ct));
        }

        await followed.Gone.WaitAsync(ct);
    }

    public async Task<ResourceUsage?> UsageAsync(ReplicaHandle handle, CancellationToken ct)
    {
        if (await PodAsync(handle, ct) is not { IsRunning: true } pod) return null;
        try
        {
            return _usage.Add(pod.Uid, await _cluster.Api.GetAsync($"{ResourcePaths.PodMetrics(PodInstance.Parse(handle.Instance).Namespace)}/{pod.Name}", ct));
        }
        catch (RuntimeUnavailableException noMetrics) when (noMetrics.InnerException is ApiRefusedException { IsDenied: false })
        {
            // The cluster answers; what measures in it does not.
            return null;
        }
    }

    public IAsyncEnumerable<string> LogsAsync(string replica, string logDirectory, int tail, bool follow, CancellationToken ct) =>
        new LogTail(ReplicaLog.PathOf(replica, logDirectory), _clock).ReadAsync(tail, follow, ct);

    /// <summary>Stops looking after pods. They go on.</summary>
    public void Dispose()
    {
        _care.Dispose();
        _cluster.Dispose();
    }

    private string PlaceOf(string? wanted)
    {
        var places = _cluster.Namespaces;
        if (wanted is null) return places[0];
        return places.Contains(wanted)
            ? wanted
            : throw new ReplicaStartException($"The namespace '{wanted}' is none of the platform's ({string.Join(", ", places)}). Add it to Kubernetes:Namespaces, and give its account the role there; or correct kubernetes.namespace.");
    }

    private async Task CreateAsync(string replica, string place, string name, DeploymentPlan plan, CancellationToken ct)
    {
        var path = ResourcePaths.Deployments(place);
        Task<JsonObject> Create() => _effects.PerformAsync(EffectKind.ProcessStart, replica, () => _cluster.Api.CreateAsync(path, plan.Deployment, ct));
        JsonObject made;
        try
        {
            made = await Create();
        }
        catch (ApiRefusedException refused) when (refused.IsAlreadyExists)
        {
            // An earlier answer was lost on its way. The name is this attempt's alone, so what carries it is nobody else's.
            await RemoveAsync(replica, place, name, ct);
            while ((await PodStart.PodsAsync(_cluster.Api, place, name, ct)).Count > 0) await Task.Delay(Look, _clock, ct);
            made = await Create();
        }

        if (plan.Secrets.Count == 0) return;
        foreach (var secret in plan.Secrets)
        {
            // The Deployment's own: the cluster removes them with it.
            secret["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject { ["apiVersion"] = "apps/v1", ["kind"] = "Deployment", ["name"] = name, ["uid"] = made.UidOf() });
            await _effects.PerformAsync(EffectKind.ProcessStart, $"{replica} secret", () => _cluster.Api.CreateAsync(ResourcePaths.Secrets(place), secret, ct));
        }

        await _effects.PerformAsync(EffectKind.ProcessStart, $"{replica} pod", () => _cluster.Api.PatchAsync($"{path}/{name}", new JsonObject { ["spec"] = new JsonObject { ["replicas"] = 1 } }, ct));
    }

    /// <summary>Nothing is to be left of a start that failed; where even that fails, the next look for what is ours removes it.</summary>
    private async Task GiveUpAsync(string replica, string place, string name)
    {
        try
        {
            await RemoveAsync(replica, place, name, CancellationToken.None);
        }
        catch (RuntimeUnavailableException)
        {
            return;
        }
    }

    private Task RemoveAsync(string replica, string place, string name, CancellationToken ct) =>
        ActAsync($"{replica} remove", () => _cluster.Api.DeleteAsync($"{ResourcePaths.Deployments(place)}/{name}", null, null, ct));

    /// <summary>Changes something for the worse; what the server does not want to is to be tried again.</summary>
    private async Task ActAsync(string what, Func<Task> act)
    {
        try
        {
            await _effects.PerformAsync(EffectKind.ProcessSignal, what, act);
        }
        catch (ApiRefusedException refused)
        {
            throw _cluster.Api.Unanswered(refused);
        }
    }

    /// <summary>The very pod; null: it is there no more.</summary>
    private async Task<PodState?> PodAsync(ReplicaHandle handle, CancellationToken ct)
    {
        var instance = PodInstance.Parse(handle.Instance);
        return await Known(() => _cluster.Api).GetAsync(instance.Path, ct) is { } pod && pod.UidOf() == instance.Uid ? new PodState(pod) : null;
    }

    private FollowedContainer Follow(ReplicaHandle handle) =>
        Follow(handle.Id, DeploymentPlan.NameOf(handle.Id, handle.Generation), PodInstance.Parse(handle.Instance), isNew: false);

    private FollowedContainer Follow(string replica, string name, PodInstance instance, bool isNew) => _care.Follow(
        replica,
        instance,
        isNew,
        ct =>
        {
            _usage.Forget(instance.Uid);
            return RemoveAsync(replica, instance.Namespace, name, ct);
        });

    /// <summary>A cluster whose description cannot be read is one that does not answer.</summary>
    private static T Known<T>(Func<T> of)
    {
        try
        {
            return of();
        }
        catch (ClusterAccessException nowhere)
        {
            throw new RuntimeUnavailableException(nowhere.Message, nowhere);
        }
    }
}
