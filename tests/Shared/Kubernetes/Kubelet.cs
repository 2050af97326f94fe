using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Effects;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes;
using Platform.Workloads.Runtimes.Kubernetes.Api;
using Platform.Workloads.Runtimes.Processes;
using Platform.Workloads.Secrets;

namespace Platform.Testing.Kubernetes;

/// <summary>
/// The one node: runs the containers of its pods as processes of this machine, with their limits, and tells how they are. Every pod has a
/// loopback address of its own.
/// </summary>
internal sealed class Kubelet(ObjectStore store, ApiObjects objects, ClusterEvents events, string folder) : INode, IDisposable
{
    public const string NodeName = "node-1";

    private static readonly Kind Pod = Schema.Of("Pod");
    private readonly ProcessRuntime _engine = new(UnhinderedEffects.Instance, new FolderSecrets("/no/such/folder"), TimeProvider.System, new ProcessRuntimeOptions(), NullLogger<ProcessRuntime>.Instance);
    private readonly ConcurrentDictionary<string, List<ContainerRun>> _runs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task> _pods = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (DateTimeOffset At, double Cpu, JsonObject? Metrics)> _metrics = new(StringComparer.Ordinal);
    private readonly HttpClient _probes = new(new SocketsHttpHandler { UseProxy = false });
    private int _addresses;

    /// <summary>The images it can get, by name.</summary>
    public ConcurrentDictionary<string, NodeImage> Images { get; } = new(StringComparer.Ordinal);

    /// <summary>False: the cluster has nothing that measures.</summary>
    public bool HasMetrics { get; set; } = true;

    /// <summary>True: it has lost the network. What it runs runs on; nobody hears of it.</summary>
    public bool IsCutOff { get; set; }

    /// <summary>A crashed container is started again at once the first time, and after this from then on.</summary>
    public TimeSpan BackOff { get; set; } = TimeSpan.FromSeconds(10);

    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            var changed = store.Changed;
            if (!IsCutOff)
                foreach (var pod in store.List(Pod, null).Items.Where(p => p.Text("spec", "nodeName") == NodeName)) _ = _pods.GetOrAdd(pod.UidOf(), _ => Task.Run(() => RunPodAsync(pod, ct), CancellationToken.None));
            await Task.WhenAny(changed, Task.Delay(TimeSpan.FromMilliseconds(200), ct));
        }

        await Task.WhenAll(_pods.Values);
    }

    public void Dispose() => _probes.Dispose();

    public async Task LogAsync(HttpContext context, string place, string pod, CancellationToken ct)
    {
        var query = context.Request.Query;
        var item = objects.Get(Pod, place, pod);
        if (query["container"].ToString() is { Length: > 0 } container && item.Items("spec", "containers").All(c => c.Text("name") != container)) throw ApiError.BadRequest($"container {container} is not valid for pod {pod}");
        List<ContainerRun> runs = [.. _runs.GetValueOrDefault(item.UidOf(), [])];
        var isPrevious = query["previous"] == "true";
        if (isPrevious && runs.Count < 2) throw ApiError.BadRequest($"previous terminated container \"{query["container"]}\" in pod \"{pod}\" not found");
        if (runs.Count == 0) throw ApiError.BadRequest($"container \"{query["container"]}\" in pod \"{pod}\" is waiting to start: ContainerCreating");
        var run = isPrevious ? runs[^2] : runs[^1];
        var since = DateTimeOffset.TryParse(query["sinceTime"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var from) ? from : DateTimeOffset.MinValue;
        var skip = int.TryParse(query["tailLines"], out var tail) ? Math.Max(0, run.From(0).Lines.Count - tail) : 0;
        context.Response.ContentType = "text/plain";
        await context.Response.StartAsync(ct);
        var seen = skip;
        while (true)
        {
            var (lines, more, hasEnded) = run.From(seen);
            foreach (var (at, line) in lines.Where(l => l.At >= since))
            {
                if (query["timestamps"] == "true") await context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes(ContainerRun.Stamp(at) + " "), ct);
                await context.Response.Body.WriteAsync(line, ct);
                await context.Response.Body.WriteAsync("\n"u8.ToArray(), ct);
            }

            seen += lines.Count;
            await context.Response.Body.FlushAsync(ct);
            if (query["follow"] != "true" || hasEnded && lines.Count == 0) return;
            if (!hasEnded) await more.WaitAsync(ct);
        }
    }

    /// <summary>As a metrics server would have scraped it. The real one does so every 15 s and stamps in whole seconds.</summary>
    public JsonObject? Metrics(string place, string pod)
    {
        if (!HasMetrics) throw new ApiError(503, "ServiceUnavailable", "the server is currently unable to handle the request (get pods.metrics.k8s.io)");
        return store.Find(Pod, place, pod) is { } item && _metrics.GetValueOrDefault(item.UidOf()).Metrics is { } metrics ? metrics.DeepClone().AsObject() : null;
    }

    private async Task RunPodAsync(JsonObject pod, CancellationToken ct)
    {
        var (place, name, uid) = (pod.Text("metadata", "namespace")!, pod.NameOf(), pod.UidOf());
        var number = Interlocked.Increment(ref _addresses);
        var address = string.Create(CultureInfo.InvariantCulture, $"127.77.{number / 250 % 250}.{1 + number % 250}");
        var container = pod.Items("spec", "containers").First();
        var runs = _runs.GetOrAdd(uid, _ => []);
        JsonObject? last = null;
        for (var restarts = 0; ; restarts++)
        {
            if (await PreparedAsync(pod, container, address, restarts, last, ct) is not { } prepared) return;
            var directory = Path.Combine(folder, uid, restarts.ToString(CultureInfo.InvariantCulture));
            ContainerRun run;
            try
            {
                run = new ContainerRun(_engine, await _engine.StartAsync(prepared with { LogDirectory = directory }, CancellationToken.None), directory);
            }
            catch (ReplicaStartException error)
            {
                Tell(pod, address, restarts, Waiting("RunContainerError", error.Message), last, isReady: false);
                events.Warn(Pod, pod, "Failed", $"Error: {error.Message}");
                await LeavingAsync(pod, ct);
                Remove(place, name, uid);
                return;
            }

            runs.Add(run);
            events.Add(Pod, pod, "Normal", "Started", $"Started container {container.Text("name")}");
            var started = ApiObjects.Stamp(TimeProvider.System.GetUtcNow());
            var ended = run.RunAsync();
            Tell(pod, address, restarts, new JsonObject { ["running"] = new JsonObject { ["startedAt"] = started } }, last, isReady: container["readinessProbe"] is null);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
            var watching = WatchAsync(pod, container, address, restarts, started, last, run, over.Token);
            var leaving = await EndsAsync(pod, run, ended, ct);
            await over.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var code = run.Exit!.Code ?? 255;
            var isOutOfMemory = !leaving && code == 137 && container.Text("resources", "limits", "memory") is not null;
            var terminated = new JsonObject { ["terminated"] = new JsonObject { ["exitCode"] = code, ["reason"] = isOutOfMemory ? "OOMKilled" : code == 0 ? "Completed" : "Error", ["startedAt"] = started, ["finishedAt"] = ApiObjects.Stamp(TimeProvider.System.GetUtcNow()) } };
            if (leaving || ct.IsCancellationRequested)
            {
                await HeardAsync(ct);
                Tell(pod, address, restarts, terminated, last, isReady: false, phase: code == 0 ? "Succeeded" : "Failed");
                Remove(place, name, uid);
                return;
            }

            last = terminated;
            Tell(pod, address, restarts, terminated, restarts == 0 ? null : last, isReady: false);
            if (restarts == 0) continue;
            Tell(pod, address, restarts, Waiting("CrashLoopBackOff", $"back-off 10s restarting failed container={container.Text("name")} pod={name}_{place}({uid})"), last, isReady: false);
            events.Warn(Pod, pod, "BackOff", $"Back-off restarting failed container {container.Text("name")} in pod {name}_{place}({uid})");
            if (await LeavingAsync(pod, ct, BackOff))
            {
                Remove(place, name, uid);
                return;
            }
        }
    }

    /// <summary>Has what its container needs: the image, its variables. Null: it went before it had.</summary>
    private async Task<ReplicaSpec?> PreparedAsync(JsonObject pod, JsonObject container, string address, int restarts, JsonObject? last, CancellationToken ct)
    {
        var image = container.Text("image")!;
        while (true)
        {
            var (reason, message) = ("", "");
            var env = new Dictionary<string, string>(StringComparer.Ordinal);
            if (!Images.TryGetValue(image, out var known)) (reason, message) = ("ErrImagePull", $"failed to pull and unpack image \"{image}\": not found");
            else if (known.Password is { } password && !HasPassword(pod, image, password)) (reason, message) = ("ErrImagePull", $"failed to pull image \"{image}\": pull access denied, no basic auth credentials");
            else if ((container.Flag("securityContext", "runAsNonRoot") || pod.Flag("spec", "securityContext", "runAsNonRoot")) && (container.Number("securityContext", "runAsUser") ?? pod.Number("spec", "securityContext", "runAsUser") ?? 0) == 0)
                (reason, message) = ("CreateContainerConfigError", "container has runAsNonRoot and image will run as root");
            else if (Environment(pod, container, env) is { } missing) (reason, message) = ("CreateContainerConfigError", missing);
            if (reason.Length == 0)
            {
                // In place of a network of its own: what listens on every address of its pod listens on that pod's alone.
                if (env.GetValueOrDefault("LISTEN") == "0.0.0.0") env["LISTEN"] = address;
                return Spec(pod, container, known!, env);
            }


            if (reason == "ErrImagePull")
            {
                events.Warn(Pod, pod, "Failed", $"Failed to pull image \"{image}\": {message}");
                Tell(pod, address, restarts, Waiting(reason, message), last, isReady: false);
                (reason, message) = ("ImagePullBackOff", $"Back-off pulling image \"{image}\"");
            }

            Tell(pod, address, restarts, Waiting(reason, message), last, isReady: false);
            if (!await LeavingAsync(pod, ct, TimeSpan.FromMilliseconds(100))) continue;
            Remove(pod.Text("metadata", "namespace")!, pod.NameOf(), pod.UidOf());
            return null;
        }
    }

    /// <summary>Until the container has ended, by itself or because its pod is to go.</summary>
    /// <returns>True: its pod is to go.</returns>
    private async Task<bool> EndsAsync(JsonObject pod, ContainerRun run, Task ended, CancellationToken ct)
    {
        Task? stopping = null;
        long? grace = null;
        while (!ended.IsCompleted)
        {
            var changed = store.Changed;
            var now = IsCutOff ? pod : store.Find(Pod, pod.Text("metadata", "namespace"), pod.NameOf());
            var wanted = now is null || now.UidOf() != pod.UidOf() || ct.IsCancellationRequested ? 0 : now.Number("metadata", "deletionGracePeriodSeconds");
            if (wanted is { } time && (grace is null || time < grace))
            {
                grace = time;
                var next = run.StopAsync(TimeSpan.FromSeconds(time));
                stopping = stopping is null ? next : Task.WhenAll(stopping, next);
            }

            if (ct.IsCancellationRequested) await ended;
            else await Task.WhenAny(ended, changed, Task.Delay(TimeSpan.FromMilliseconds(200), ct));
        }

        if (stopping is not null) await stopping;
        return grace is not null;
    }

    private async Task WatchAsync(JsonObject pod, JsonObject container, string address, int restarts, string started, JsonObject? last, ContainerRun run, CancellationToken ct)
    {
        var isReady = container["readinessProbe"] is null;
        while (!ct.IsCancellationRequested)
        {
            if (await run.UsageAsync() is { } usage) Measure(pod, container, usage);
            if (container["readinessProbe"] is JsonObject probe && await ProbedAsync(container, probe, address, ct) is var answers && answers != isReady)
            {
                isReady = answers;
                Tell(pod, address, restarts, new JsonObject { ["running"] = new JsonObject { ["startedAt"] = started } }, last, isReady);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), ct);
        }
    }

    private void Measure(JsonObject pod, JsonObject container, ResourceUsage usage)
    {
        var at = TimeProvider.System.GetUtcNow();
        _metrics.AddOrUpdate(pod.UidOf(), _ => (at, usage.CpuSeconds, null), (_, before) =>
        {
            var window = (at - before.At).TotalSeconds;
            return window < 0.05 ? before : (at, usage.CpuSeconds, new JsonObject
            {
                ["kind"] = "PodMetrics",
                ["apiVersion"] = "metrics.k8s.io/v1beta1",
                ["metadata"] = new JsonObject { ["name"] = pod.NameOf(), ["namespace"] = pod.Text("metadata", "namespace") },
                ["timestamp"] = at.ToString("O", CultureInfo.InvariantCulture),
                ["window"] = string.Create(CultureInfo.InvariantCulture, $"{window * 1000:0}ms"),
                ["containers"] = new JsonArray(new JsonObject
                {
                    ["name"] = container.Text("name"),
                    ["usage"] = new JsonObject { ["cpu"] = string.Create(CultureInfo.InvariantCulture, $"{Math.Round((usage.CpuSeconds - before.Cpu) / window * 1e9):0}n"), ["memory"] = $"{usage.MemoryBytes / 1024}Ki" },
                }),
            });
        });
    }

    private async Task<bool> ProbedAsync(JsonObject container, JsonObject probe, string address, CancellationToken ct)
    {
        var port = probe.Number("httpGet", "port") ?? container.Items("ports").FirstOrDefault(p => p.Text("name") == probe.Text("httpGet", "port")).Number("containerPort");
        try
        {
            using var answer = await _probes.GetAsync(new Uri($"http://{address}:{port}{probe.Text("httpGet", "path")}"), ct);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Whether the pod is to go, or has, within the time; without one, when it is.</summary>
    private async Task<bool> LeavingAsync(JsonObject pod, CancellationToken ct, TimeSpan? time = null)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var changed = store.Changed;
            var now = store.Find(Pod, pod.Text("metadata", "namespace"), pod.NameOf());
            if (now is null || now.UidOf() != pod.UidOf() || now.Text("metadata", "deletionTimestamp") is not null || ct.IsCancellationRequested) return true;
            if (TimeProvider.System.GetElapsedTime(start) > time) return false;
            await Task.WhenAny(changed, Task.Delay(TimeSpan.FromMilliseconds(50), ct));
        }
    }

    private async Task HeardAsync(CancellationToken ct)
    {
        while (IsCutOff && !ct.IsCancellationRequested) await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(50), ct));
    }

    private void Tell(JsonObject pod, string address, int restarts, JsonObject state, JsonObject? last, bool isReady, string? phase = null)
    {
        var (place, uid) = (pod.Text("metadata", "namespace")!, pod.UidOf());
        var name = pod.Items("spec", "containers").First().Text("name");
        objects.Own(Pod, place, pod.NameOf(), p =>
        {
            if (p.UidOf() != uid) return false;
            var status = p["status"]!;
            status["phase"] = phase ?? (state.ContainsKey("waiting") && restarts == 0 ? "Pending" : "Running");
            status["podIP"] = address;
            status["podIPs"] = new JsonArray(new JsonObject { ["ip"] = address });
            status["hostIP"] = "127.0.0.1";
            status["conditions"] = new JsonArray(
                new JsonObject { ["type"] = "PodScheduled", ["status"] = "True" },
                new JsonObject { ["type"] = "ContainersReady", ["status"] = isReady ? "True" : "False" },
                new JsonObject { ["type"] = "Ready", ["status"] = isReady ? "True" : "False" });
            var told = new JsonObject { ["name"] = name, ["image"] = p.Items("spec", "containers").First().Text("image"), ["imageID"] = "", ["ready"] = isReady, ["restartCount"] = restarts, ["state"] = state.DeepClone(), ["lastState"] = last?.DeepClone() ?? new JsonObject() };
            status["containerStatuses"] = new JsonArray(told);
            return true;
        });
    }

    private void Remove(string place, string name, string uid) => store.Write(Pod, place, name, p => p is not null && p.UidOf() == uid ? null : p);

    private string? Environment(JsonObject pod, JsonObject container, Dictionary<string, string> env)
    {
        foreach (var variable in container.Items("env"))
        {
            var name = variable.Text("name")!;
            env[name] = (variable.Text("value") ?? "").Replace("$$(", "$(", StringComparison.Ordinal);
            if (variable.Text("valueFrom", "secretKeyRef", "name") is not { } secret) continue;
            if (store.Find(Schema.Of("Secret"), pod.Text("metadata", "namespace"), secret) is not { } found) return $"secret \"{secret}\" not found";
            if (found.Text("data", variable.Text("valueFrom", "secretKeyRef", "key")!) is not { } value) return $"couldn't find key {variable.Text("valueFrom", "secretKeyRef", "key")} in Secret {secret}";
            env[name] = Encoding.UTF8.GetString(Convert.FromBase64String(value));
        }

        return null;
    }

    private bool HasPassword(JsonObject pod, string image, string password) => pod.Items("spec", "imagePullSecrets")
        .Select(s => store.Find(Schema.Of("Secret"), pod.Text("metadata", "namespace"), s.Text("name")!))
        .Where(s => s is not null)
        .Select(s => JsonNode.Parse(Convert.FromBase64String(s.Text("data", ".dockerconfigjson")!)))
        .Any(c => c.Text("auths", image.Split('/')[0], "password") == password);

    private static ReplicaSpec Spec(JsonObject pod, JsonObject container, NodeImage image, Dictionary<string, string> env)
    {
        var port = env.GetValueOrDefault("PORT") ?? container.Items("ports").FirstOrDefault().Number("containerPort")?.ToString(CultureInfo.InvariantCulture) ?? "0";
        IEnumerable<string> arguments = [.. (container["command"] as JsonArray)?.Select(a => a!.GetValue<string>()) ?? image.Command, .. (container["args"] as JsonArray)?.Select(a => a!.GetValue<string>()) ?? []];
        return new ReplicaSpec
        {
            Id = env.GetValueOrDefault("PLATFORM_REPLICA") ?? pod.NameOf(),
            Application = env.GetValueOrDefault("PLATFORM_APPLICATION") ?? "",
            Revision = env.GetValueOrDefault("PLATFORM_REVISION") ?? "",
            Generation = long.Parse(env.GetValueOrDefault("PLATFORM_GENERATION") ?? "0", CultureInfo.InvariantCulture),
            Owner = env.GetValueOrDefault("PLATFORM_OWNER") ?? "cluster",
            Port = int.Parse(port, CultureInfo.InvariantCulture),
            LogDirectory = "",
            Manifest = new Manifest
            {
                Name = "pod",
                Revision = "v1",
                Runtime = env.GetValueOrDefault("PLATFORM_RUNTIME") ?? "",
                Process = new ProcessSpec { Command = [.. arguments], Env = env.Where(e => e.Key != "PORT" && !e.Key.StartsWith("PLATFORM_", StringComparison.Ordinal)).ToDictionary() },
                Resources = new ResourceSpec { Cpu = Quantity.Parse(container.Text("resources", "limits", "cpu")), MemoryBytes = (long?)Quantity.Parse(container.Text("resources", "limits", "memory")) },
            },
        };
    }

    private static JsonObject Waiting(string reason, string message) => new() { ["waiting"] = new JsonObject { ["reason"] = reason, ["message"] = message } };
}
