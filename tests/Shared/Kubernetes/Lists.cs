using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Platform.Workloads.Runtimes.Kubernetes.Api;

namespace Platform.Testing.Kubernetes;

/// <summary>Lists, in pages where they are asked for.</summary>
internal static class Lists
{
    public static JsonObject Of(ObjectStore store, Kind kind, string? place, IQueryCollection query)
    {
        var (items, version) = store.List(kind, place);
        var selects = Selectors.Of(kind, query["labelSelector"], query["fieldSelector"]);
        var metadata = new JsonObject { ["resourceVersion"] = $"{version}" };
        var after = query["continue"].ToString() is { Length: > 0 } token ? Encoding.UTF8.GetString(Convert.FromBase64String(token)) : null;
        var left = items.Where(selects).Where(i => after is null || string.CompareOrdinal(Key(i), after) > 0).ToList();
        if (int.TryParse(query["limit"], out var limit) && limit > 0 && left.Count > limit)
        {
            metadata["continue"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(Key(left[limit - 1])));
            metadata["remainingItemCount"] = left.Count - limit;
            left = left[..limit];
        }

        return new JsonObject { ["kind"] = kind.Name + "List", ["apiVersion"] = kind.GroupVersion, ["metadata"] = metadata, ["items"] = new JsonArray([.. left]) };
    }

    private static string Key(JsonObject item) => $"{item.Text("metadata", "namespace")}/{item.NameOf()}";
}

/// <summary>What kubectl shows: the columns of a kind.</summary>
internal static class Tables
{
    public static JsonObject Of(Kind kind, JsonObject answer)
    {
        var items = answer["items"] is JsonArray list ? list.Select(i => i!.AsObject()).ToList() : [answer];
        (string Name, Func<JsonObject, string> Of)[] columns = kind.Name switch
        {
            "Pod" =>
            [
                ("Ready", p => $"{p.Items("status", "containerStatuses").Count(c => c.Flag("ready"))}/{p.Items("spec", "containers").Count()}"), ("Status", StatusOf),
                ("Restarts", p => $"{p.Items("status", "containerStatuses").Sum(c => c.Number("restartCount"))}"),
            ],
            "Deployment" => [("Ready", d => $"{d.Number("status", "readyReplicas") ?? 0}/{d.Number("spec", "replicas")}"), ("Available", d => $"{d.Number("status", "availableReplicas") ?? 0}")],
            "HorizontalPodAutoscaler" => [("Reference", h => $"{h.Text("spec", "scaleTargetRef", "kind")}/{h.Text("spec", "scaleTargetRef", "name")}"), ("Replicas", h => $"{h.Number("status", "currentReplicas") ?? 0}")],
            "Event" => [("Type", e => e.Text("type") ?? ""), ("Reason", e => e.Text("reason") ?? ""), ("Object", e => $"{e.Text("involvedObject", "kind")?.ToLowerInvariant()}/{e.Text("involvedObject", "name")}"), ("Message", e => e.Text("message") ?? "")],
            _ => [],
        };
        return new JsonObject
        {
            ["kind"] = "Table",
            ["apiVersion"] = "meta.k8s.io/v1",
            ["metadata"] = answer["metadata"].Text("name") is null ? answer["metadata"]?.DeepClone() : new JsonObject { ["resourceVersion"] = answer.Text("metadata", "resourceVersion") },
            ["columnDefinitions"] = new JsonArray([Column("Name", "name"), .. columns.Select(c => Column(c.Name, ""))]),
            ["rows"] = new JsonArray([.. items.Select(i => new JsonObject
            {
                ["cells"] = new JsonArray([i.NameOf(), .. columns.Select(c => (JsonNode)c.Of(i))]),
                ["object"] = new JsonObject { ["kind"] = "PartialObjectMetadata", ["apiVersion"] = "meta.k8s.io/v1", ["metadata"] = i["metadata"]?.DeepClone() },
            })]),
        };
    }

    private static string StatusOf(JsonObject pod) => pod.Text("metadata", "deletionTimestamp") is not null
        ? "Terminating"
        : pod.Items("status", "containerStatuses").Select(c => c.Text("state", "waiting", "reason")).FirstOrDefault(r => r is not null) ?? pod.Text("status", "phase") ?? "";

    private static JsonObject Column(string name, string format) => new() { ["name"] = name, ["type"] = "string", ["format"] = format, ["description"] = name, ["priority"] = 0 };
}
