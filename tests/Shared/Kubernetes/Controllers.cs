using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Workloads.Runtimes.Kubernetes.Api;

namespace Platform.Testing.Kubernetes;

/// <summary>
/// What a cluster's controllers do with what the tests ask for, on every change from the whole state: Deployment → ReplicaSet → Pod, the
/// scheduler, endpoints of Services, garbage of owners that are gone.
/// </summary>
internal sealed class Controllers(ObjectStore store, ApiObjects objects, ClusterEvents events)
{
    private static readonly Kind Deployment = Schema.Of("Deployment"), ReplicaSet = Schema.Of("ReplicaSet"), Pod = Schema.Of("Pod"), Service = Schema.Of("Service"), EndpointSlice = Schema.Of("EndpointSlice");
    private static readonly Kind[] Owned = [ReplicaSet, Pod, EndpointSlice, Schema.Of("Secret"), Service, Deployment, Schema.Of("Ingress"), Schema.Of("HorizontalPodAutoscaler")];
    private static readonly WriteOptions Us = new("kube-controller-manager");

    /// <summary>Labels of the one node.</summary>
    public JsonObject NodeLabels { get; } = new() { ["kubernetes.io/hostname"] = Kubelet.NodeName, ["kubernetes.io/arch"] = "amd64" };

    /// <summary>Cores of the one node.</summary>
    public double NodeCpu { get; set; } = 64;

    /// <summary>What a controller could not do, last.</summary>
    public string? LastFailure { get; private set; }

    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            var changed = store.Changed;
            foreach (var deployment in store.List(Deployment, null).Items) Insist(() => Reconcile(deployment));
            foreach (var set in store.List(ReplicaSet, null).Items) Insist(() => ReconcileSet(set));
            foreach (var pod in store.List(Pod, null).Items.Where(p => p.Text("spec", "nodeName") is null && p.Text("metadata", "deletionTimestamp") is null)) Insist(() => Schedule(pod));
            foreach (var service in store.List(Service, null).Items) Insist(() => Endpoints(service));
            Insist(Collect);
            await Task.WhenAny(changed, Task.Delay(TimeSpan.FromMilliseconds(500), ct));
        }
    }

    /// <summary>Where somebody else has changed it meanwhile: the next look, from the state as it is then. Anything else is told, and tried again as well.</summary>
    private void Insist(Action act)
    {
        try
        {
            act();
        }
        catch (Exception error)
        {
            if (error is not ApiError { Code: 404 or 409 }) LastFailure = error.ToString();
        }
    }

    private void Reconcile(JsonObject deployment)
    {
        if (deployment.Text("metadata", "deletionTimestamp") is not null) return;
        var (place, name, spec) = (deployment.Text("metadata", "namespace")!, deployment.NameOf(), deployment["spec"]!);
        var sets = store.List(ReplicaSet, place).Items.Where(s => OwnerOf(s) == deployment.UidOf()).ToList();
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(spec["template"]!.ToJsonString())))[..10];
        var current = sets.FirstOrDefault(s => s.Texts("metadata", "labels").GetValueOrDefault("pod-template-hash") == hash);
        var wanted = spec.Number("replicas") ?? 1;
        var old = sets.Where(s => s.UidOf() != current?.UidOf()).ToList();
        if (current is null)
        {
            // A paused one scales what it has and makes nothing new.
            if (spec.Flag("paused")) return;
            if (spec.Text("strategy", "type") == "Recreate" && old.Any(o => (o.Number("status", "replicas") ?? 0) > 0))
            {
                foreach (var set in old) Scale(set, 0);
                return;
            }

            var template = spec["template"]!.DeepClone().AsObject();
            var labels = template["metadata"]!["labels"]!.AsObject();
            labels["pod-template-hash"] = hash;
            var selector = spec["selector"]!.DeepClone().AsObject();
            selector["matchLabels"]!["pod-template-hash"] = hash;
            objects.Create(ReplicaSet, place, new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = $"{name}-{hash}", ["labels"] = labels.DeepClone(), ["ownerReferences"] = new JsonArray(Owner(Deployment, deployment)) },
                ["spec"] = new JsonObject { ["replicas"] = wanted, ["selector"] = selector, ["template"] = template },
            }, Us);
            return;
        }

        if (current.Number("spec", "replicas") != wanted) Scale(current, wanted);
        if ((current.Number("status", "readyReplicas") ?? 0) >= wanted)
            foreach (var set in old.Where(o => o.Number("spec", "replicas") > 0)) Scale(set, 0);
        var failure = current.Items("status", "conditions").FirstOrDefault(c => c.Text("type") == "ReplicaFailure");
        var ready = sets.Sum(s => s.Number("status", "readyReplicas") ?? 0);
        objects.Own(Deployment, place, name, d =>
        {
            d["status"] = new JsonObject
            {
                ["observedGeneration"] = deployment.Number("metadata", "generation"),
                ["replicas"] = sets.Sum(s => s.Number("status", "replicas") ?? 0),
                ["updatedReplicas"] = current.Number("status", "replicas") ?? 0,
                ["readyReplicas"] = ready,
                ["availableReplicas"] = ready,
                ["conditions"] = new JsonArray([Condition("Available", ready >= wanted), Condition("Progressing", true), .. failure is null ? [] : (JsonNode[])[failure.DeepClone()]]),
            };
            return true;
        });
    }

    private void ReconcileSet(JsonObject set)
    {
        if (set.Text("metadata", "deletionTimestamp") is not null) return;
        var (place, name) = (set.Text("metadata", "namespace")!, set.NameOf());
        var all = store.List(Pod, place).Items.Where(p => OwnerOf(p) == set.UidOf()).ToList();
        var active = all.Where(p => p.Text("metadata", "deletionTimestamp") is null && p.Text("status", "phase") is not ("Failed" or "Succeeded")).ToList();
        var wanted = set.Number("spec", "replicas") ?? 1;
        string? refused = null;
        for (var i = active.Count; i < wanted && refused is null; i++)
        {
            refused = Quota(place, name);
            if (refused is null) Make(set, place, name);
            else events.Warn(ReplicaSet, set, "FailedCreate", "Error creating: " + refused);
        }

        foreach (var pod in active.OrderBy(p => p.Items("status", "containerStatuses").All(c => c.Flag("ready"))).Take((int)Math.Max(0, active.Count - wanted))) objects.Delete(Pod, place, pod.NameOf(), null);
        objects.Own(ReplicaSet, place, name, s =>
        {
            var status = new JsonObject { ["observedGeneration"] = set.Number("metadata", "generation"), ["replicas"] = active.Count, ["readyReplicas"] = active.Count(IsReady) };
            if (refused is not null) status["conditions"] = new JsonArray(new JsonObject { ["type"] = "ReplicaFailure", ["status"] = "True", ["reason"] = "FailedCreate", ["message"] = refused });
            s["status"] = status;
            return true;
        });
    }

    private void Make(JsonObject set, string place, string name)
    {
        var metadata = set["spec"]!["template"]!["metadata"]!.DeepClone().AsObject();
        metadata["generateName"] = name + "-";
        metadata["ownerReferences"] = new JsonArray(Owner(ReplicaSet, set));
        objects.Create(Pod, place, new JsonObject { ["metadata"] = metadata, ["spec"] = set["spec"]!["template"]!["spec"]!.DeepClone() }, Us);
    }

    private string? Quota(string place, string set)
    {
        foreach (var quota in store.List(Schema.Of("ResourceQuota"), place).Items)
        {
            var used = store.List(Pod, place).Items.Count;
            if (long.TryParse(quota.Text("spec", "hard", "pods") ?? quota.Number("spec", "hard", "pods")?.ToString(), out var most) && used >= most)
                return $"pods \"{set}-\" is forbidden: exceeded quota: {quota.NameOf()}, requested: pods=1, used: pods={used}, limited: pods={most}";
        }

        return null;
    }

    private void Schedule(JsonObject pod)
    {
        var (place, name) = (pod.Text("metadata", "namespace")!, pod.NameOf());
        var used = store.List(Pod, null).Items.Where(p => p.Text("spec", "nodeName") is not null).Sum(Cores);
        var why = pod.Texts("spec", "nodeSelector").Any(l => NodeLabels.Texts().GetValueOrDefault(l.Key) != l.Value)
            ? "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."
            : used + Cores(pod) > NodeCpu ? "0/1 nodes are available: 1 Insufficient cpu." : null;
        if (why is not null) events.Warn(Pod, pod, "FailedScheduling", why);
        objects.Own(Pod, place, name, p =>
        {
            if (why is null) p["spec"]!["nodeName"] = Kubelet.NodeName;
            var condition = Condition("PodScheduled", why is null);
            if (why is not null) (condition["reason"], condition["message"]) = ("Unschedulable", why);
            p["status"]!["conditions"] = new JsonArray(condition);
            return true;
        });
    }

    private void Endpoints(JsonObject service)
    {
        if (service["spec"]?["selector"] is not JsonObject selector || service.Text("metadata", "deletionTimestamp") is not null) return;
        var place = service.Text("metadata", "namespace")!;
        var wanted = selector.Texts();
        var pods = store.List(Pod, place).Items.Where(p => p.Text("status", "podIP") is not null && p.Text("status", "phase") == "Running" && wanted.All(w => p.Texts("metadata", "labels").GetValueOrDefault(w.Key) == w.Value)).ToList();
        var endpoints = new JsonArray([.. pods.Select(p => new JsonObject
        {
            ["addresses"] = new JsonArray(p.Text("status", "podIP")!),
            ["conditions"] = new JsonObject { ["ready"] = IsReady(p) && p.Text("metadata", "deletionTimestamp") is null, ["serving"] = IsReady(p), ["terminating"] = p.Text("metadata", "deletionTimestamp") is not null },
            ["targetRef"] = new JsonObject { ["kind"] = "Pod", ["name"] = p.NameOf(), ["namespace"] = place, ["uid"] = p.UidOf() },
            ["nodeName"] = Kubelet.NodeName,
        })]);
        var name = service.NameOf() + "-slice";
        if (store.Find(EndpointSlice, place, name) is null)
        {
            objects.Create(EndpointSlice, place, new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["kubernetes.io/service-name"] = service.NameOf() }, ["ownerReferences"] = new JsonArray(Owner(Service, service)) },
                ["addressType"] = "IPv4",
                ["endpoints"] = endpoints,
            }, Us);
        }
        else
        {
            objects.Own(EndpointSlice, place, name, s =>
            {
                s["endpoints"] = endpoints;
                return true;
            });
        }
    }

    /// <summary>What belongs to owners that are gone, or are waiting for it to go.</summary>
    private void Collect()
    {
        var uids = Owned.SelectMany(k => store.List(k, null).Items).Select(i => i.UidOf()).ToHashSet(StringComparer.Ordinal);
        foreach (var kind in Owned)
        {
            foreach (var item in store.List(kind, null).Items)
            {
                var place = item.Text("metadata", "namespace")!;
                if (item["metadata"]!["ownerReferences"] is JsonArray { Count: > 0 } owners && owners.All(o => !uids.Contains(o.Text("uid")!)) && item.Text("metadata", "deletionTimestamp") is null)
                    Insist(() => objects.Delete(kind, place, item.NameOf(), new JsonObject { ["preconditions"] = new JsonObject { ["uid"] = item.UidOf() } }));
                var finalizers = (item["metadata"]!["finalizers"] as JsonArray ?? []).Select(f => f!.GetValue<string>()).ToList();
                if (item.Text("metadata", "deletionTimestamp") is null || !(finalizers.Contains("foregroundDeletion") || finalizers.Contains("orphan"))) continue;
                var dependents = Owned.SelectMany(k => store.List(k, place).Items.Select(i => (Kind: k, Item: i))).Where(d => d.Item.Items("metadata", "ownerReferences").Any(o => o.Text("uid") == item.UidOf())).ToList();
                if (finalizers.Contains("orphan"))
                {
                    foreach (var dependent in dependents) objects.Own(dependent.Kind, place, dependent.Item.NameOf(), d => d["metadata"]!.AsObject().Remove("ownerReferences"));
                    Release(kind, place, item.NameOf(), "orphan");
                }
                else if (dependents.Count == 0)
                {
                    Release(kind, place, item.NameOf(), "foregroundDeletion");
                }

                foreach (var dependent in dependents.Where(d => finalizers.Contains("foregroundDeletion") && d.Item.Text("metadata", "deletionTimestamp") is null)) Insist(() => objects.Delete(dependent.Kind, place, dependent.Item.NameOf(), null));
            }
        }
    }

    private void Release(Kind kind, string place, string name, string finalizer) => store.Write(kind, place, name, item =>
    {
        if (item?["metadata"]?["finalizers"] is not JsonArray list) return item;
        var left = new JsonArray([.. list.Where(f => f!.GetValue<string>() != finalizer).Select(f => f!.DeepClone())]);
        item["metadata"]!["finalizers"] = left;
        return left.Count == 0 ? null : item;
    });

    private void Scale(JsonObject set, long replicas) =>
        objects.Patch(ReplicaSet, set.Text("metadata", "namespace"), set.NameOf(), "application/merge-patch+json", new JsonObject { ["spec"] = new JsonObject { ["replicas"] = replicas } }, Us);

    private static bool IsReady(JsonObject pod) => pod.Items("status", "conditions").Any(c => c.Text("type") == "Ready" && c.Text("status") == "True");

    private static double Cores(JsonObject pod) => pod.Items("spec", "containers").Sum(c => Quantity.Parse(c.Text("resources", "requests", "cpu")) ?? 0);

    private static string? OwnerOf(JsonObject item) => item.Items("metadata", "ownerReferences").FirstOrDefault(o => o.Flag("controller")).Text("uid");

    private static JsonObject Owner(Kind kind, JsonObject owner) => new() { ["apiVersion"] = kind.GroupVersion, ["kind"] = kind.Name, ["name"] = owner.NameOf(), ["uid"] = owner.UidOf(), ["controller"] = true, ["blockOwnerDeletion"] = true };

    private static JsonObject Condition(string type, bool holds) => new() { ["type"] = type, ["status"] = holds ? "True" : "False" };
}

/// <summary>Events, one for each reason and object however often.</summary>
internal sealed class ClusterEvents(ObjectStore store, ApiObjects objects, Func<DateTimeOffset> now)
{
    private static readonly Kind Event = Schema.Of("Event");

    public void Warn(Kind kind, JsonObject about, string reason, string message) => Add(kind, about, "Warning", reason, message);

    public void Add(Kind kind, JsonObject about, string type, string reason, string message)
    {
        var place = about.Text("metadata", "namespace")!;
        var name = $"{about.NameOf()}.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(about.UidOf() + reason + message)))[..16]}";
        if (store.Find(Event, place, name) is not null) return;
        objects.Create(Event, place, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name },
            ["involvedObject"] = new JsonObject { ["apiVersion"] = kind.GroupVersion, ["kind"] = kind.Name, ["name"] = about.NameOf(), ["namespace"] = place, ["uid"] = about.UidOf() },
            ["type"] = type,
            ["reason"] = reason,
            ["message"] = message,
            ["count"] = 1,
            ["firstTimestamp"] = ApiObjects.Stamp(now()),
            ["lastTimestamp"] = ApiObjects.Stamp(now()),
            ["source"] = new JsonObject { ["component"] = "tests" },
        }, new WriteOptions("kubelet"));
    }
}
