using System.Text.Json.Nodes;

namespace Platform.Testing.Kubernetes;

/// <summary>
/// Who has set which members, and what follows when somebody applies: theirs are set, what they no longer say goes unless another wants it,
/// and what another has set otherwise is a conflict. https://kubernetes.io/docs/reference/using-api/server-side-apply/
/// </summary>
internal sealed class ServerSideApply
{
    private readonly Lock _gate = new();

    /// <summary>Object's uid → manager → the members, as paths of leaves.</summary>
    private readonly Dictionary<string, Dictionary<string, HashSet<string>>> _managed = new(StringComparer.Ordinal);

    public JsonObject Apply(Kind kind, JsonObject? current, JsonObject wanted, string manager, bool force)
    {
        if (wanted["metadata"]?["managedFields"] is not null) throw ApiError.BadRequest("metadata.managedFields must be nil");
        var mine = Leaves(wanted, kind.Name);
        if (current is null) return wanted.DeepClone().AsObject();
        lock (_gate)
        {
            var managed = ManagedOf(current);
            var others = managed.Where(m => m.Key != manager).ToList();
            var now = Leaves(current, kind.Name);
            var conflicts = mine.Where(m => now.TryGetValue(m.Key, out var value) && !JsonNode.DeepEquals(value, m.Value))
                .SelectMany(m => others.Where(o => o.Value.Contains(m.Key)).Select(o => (Manager: o.Key, Path: m.Key))).ToList();
            if (conflicts.Count > 0 && !force)
            {
                var causes = new JsonArray([.. conflicts.Select(c => new JsonObject { ["reason"] = "FieldManagerConflict", ["message"] = $"conflict with \"{c.Manager}\"", ["field"] = "." + c.Path })]);
                throw new ApiError(409, "Conflict", $"Apply failed with {conflicts.Count} conflict{(conflicts.Count == 1 ? "" : "s")}: {string.Join(", ", conflicts.Select(c => $"conflict with \"{c.Manager}\": .{c.Path}"))}", new JsonObject { ["causes"] = causes });
            }

            foreach (var (other, path) in conflicts) managed[other].Remove(path);
            var merged = Patches.Strategic(current, wanted, kind.Name);
            foreach (var left in managed.GetValueOrDefault(manager, []).Where(p => !mine.ContainsKey(p) && !others.Any(o => o.Value.Contains(p)))) Prune(merged, left, kind.Name);
            managed[manager] = [.. mine.Keys];
            return merged;
        }
    }

    /// <summary>Notes whose members a write that was no apply has set.</summary>
    public void Note(Kind kind, JsonObject? before, JsonObject after, string manager)
    {
        lock (_gate)
        {
            var managed = ManagedOf(after);
            var was = before is null ? [] : Leaves(before, kind.Name);
            var changed = Leaves(after, kind.Name).Where(l => !was.TryGetValue(l.Key, out var value) || !JsonNode.DeepEquals(value, l.Value)).Select(l => l.Key).ToList();
            foreach (var (other, paths) in managed)
                if (other != manager) paths.ExceptWith(changed);
            if (!managed.TryGetValue(manager, out var mine)) managed[manager] = mine = [];
            mine.UnionWith(changed);
        }
    }

    /// <summary>Notes what a manager that has made an object by applying has set.</summary>
    public void Made(Kind kind, JsonObject made, JsonObject wanted, string manager)
    {
        lock (_gate) ManagedOf(made)[manager] = [.. Leaves(wanted, kind.Name).Keys];
    }

    private Dictionary<string, HashSet<string>> ManagedOf(JsonObject item)
    {
        var uid = item["metadata"]!["uid"]!.GetValue<string>();
        if (!_managed.TryGetValue(uid, out var managed)) _managed[uid] = managed = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        return managed;
    }

    private static Dictionary<string, JsonNode?> Leaves(JsonObject item, string type)
    {
        var leaves = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        Collect(item, type, "", leaves);
        foreach (var own in leaves.Keys.Where(k => k is "apiVersion" or "kind" or "metadata.name" or "metadata.namespace" or "metadata.uid" or "metadata.resourceVersion" or "metadata.generation" or "metadata.creationTimestamp" || k.StartsWith("status", StringComparison.Ordinal)).ToList()) leaves.Remove(own);
        return leaves;
    }

    private static void Collect(JsonNode? node, string type, string path, Dictionary<string, JsonNode?> leaves)
    {
        if (node is not JsonObject members || !(Schema.IsObject(type) || type == "map"))
        {
            leaves[path] = node;
            return;
        }

        foreach (var (name, value) in members)
        {
            var at = path.Length == 0 ? name : $"{path}.{name}";
            var field = type == "map" ? new TypeRef("string", false, null) : Schema.FieldsOf(type).FirstOrDefault(f => f.Name == name)?.Type;
            if (value is JsonArray list && field?.MergeKey is { } key)
            {
                foreach (var item in list.OfType<JsonObject>()) Collect(item, field.Name, $"{at}[{key}={item[key]?.ToJsonString()}]", leaves);
            }
            else
            {
                Collect(value, field is { IsList: false } ? field.Name : "any", at, leaves);
            }
        }
    }

    /// <summary>Takes a leaf out, and what is empty without it.</summary>
    private static void Prune(JsonObject item, string leaf, string type)
    {
        foreach (var (name, value) in item.ToList())
        {
            if (leaf == name)
            {
                item.Remove(name);
                return;
            }

            var field = type == "map" ? null : Schema.FieldsOf(type).FirstOrDefault(f => f.Name == name)?.Type;
            if (leaf.StartsWith(name + ".", StringComparison.Ordinal) && value is JsonObject members && field is not null)
            {
                if (field.Name == "map") members.Remove(leaf[(name.Length + 1)..]);
                else if (Schema.IsObject(field.Name)) Prune(members, leaf[(name.Length + 1)..], field.Name);
                if (members.Count == 0) item.Remove(name);
                return;
            }

            if (value is not JsonArray list || field?.MergeKey is not { } key) continue;
            foreach (var entry in list.OfType<JsonObject>().ToList())
            {
                var start = $"{name}[{key}={entry[key]?.ToJsonString()}].";
                if (!leaf.StartsWith(start, StringComparison.Ordinal)) continue;
                Prune(entry, leaf[start.Length..], field.Name);
                if (entry.Count == 0 || entry.Count == 1 && entry.ContainsKey(key)) list.Remove(entry);
                return;
            }
        }
    }
}
