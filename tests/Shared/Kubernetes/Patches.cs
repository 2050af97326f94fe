using System.Text.Json.Nodes;

namespace Platform.Testing.Kubernetes;

/// <summary>The patch types of the API but server-side apply: JSON patch (RFC 6902), merge patch (RFC 7386), strategic merge patch.</summary>
internal static class Patches
{
    public static JsonNode? Merge(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes) return patch?.DeepClone();
        var merged = target is JsonObject known ? known.DeepClone().AsObject() : [];
        foreach (var (name, value) in changes)
        {
            if (value is null) merged.Remove(name);
            else merged[name] = Merge(merged[name], value);
        }

        return merged;
    }

    /// <summary>Merges by the types: lists with a key are merged by it, others replaced.</summary>
    public static JsonObject Strategic(JsonObject target, JsonObject patch, string type)
    {
        if (patch["$patch"]?.GetValue<string>() == "replace")
        {
            var replaced = patch.DeepClone().AsObject();
            replaced.Remove("$patch");
            return replaced;
        }

        var merged = target.DeepClone().AsObject();
        if (patch["$retainKeys"] is JsonArray retained)
        {
            var keep = retained.Select(k => k!.GetValue<string>()).ToHashSet();
            foreach (var name in merged.Select(m => m.Key).Where(k => !keep.Contains(k)).ToList()) merged.Remove(name);
        }

        foreach (var (name, value) in patch)
        {
            if (name.StartsWith('$')) continue;
            if (value is null)
            {
                merged.Remove(name);
                continue;
            }

            var field = Schema.IsObject(type) ? Schema.FieldsOf(type).FirstOrDefault(f => f.Name == name)?.Type : null;
            merged[name] = value switch
            {
                JsonArray list when field?.MergeKey is { } key => MergeList(merged[name] as JsonArray ?? [], list, key, field.Name),
                JsonArray list => list.DeepClone(),
                JsonObject members when field is not null && Schema.IsObject(field.Name) => Strategic(merged[name] as JsonObject ?? [], members, field.Name),
                JsonObject members => Merge(merged[name], members),
                _ => value.DeepClone(),
            };
        }

        foreach (var (directive, value) in patch.Where(p => p.Key.StartsWith('$')))
        {
            var slash = directive.IndexOf('/');
            if (slash < 0 || value is not JsonArray items) continue;
            var name = directive[(slash + 1)..];
            if (merged[name] is not JsonArray list) continue;
            if (directive.StartsWith("$deleteFromPrimitiveList/", StringComparison.Ordinal))
                merged[name] = new JsonArray([.. list.Where(i => !items.Any(d => JsonNode.DeepEquals(d, i))).Select(i => i!.DeepClone())]);
            else if (directive.StartsWith("$setElementOrder/", StringComparison.Ordinal) && Schema.FieldsOf(type).FirstOrDefault(f => f.Name == name)?.Type.MergeKey is { } key)
                merged[name] = new JsonArray([.. list.OrderBy(i => Place(items, i, key)).Select(i => i!.DeepClone())]);
        }

        return merged;
    }

    /// <summary>RFC 6902.</summary>
    public static JsonObject Json(JsonObject target, JsonArray operations)
    {
        JsonNode? root = target.DeepClone();
        foreach (var operation in operations.OfType<JsonObject>())
        {
            var path = operation["path"]?.GetValue<string>() ?? throw ApiError.BadRequest("a JSON patch operation needs a path");
            switch (operation["op"]?.GetValue<string>())
            {
                case "test":
                    if (!JsonNode.DeepEquals(Get(root, path), operation["value"])) throw new ApiError(422, "Invalid", $"the server rejected our request due to an error in our request: testing value {path} failed");
                    break;
                case "add":
                    Set(root, path, operation["value"]?.DeepClone(), mustExist: false);
                    break;
                case "replace":
                    Set(root, path, operation["value"]?.DeepClone(), mustExist: true);
                    break;
                case "remove":
                    Remove(root, path);
                    break;
                case "copy" or "move":
                    var from = operation["from"]!.GetValue<string>();
                    var value = Get(root, from)?.DeepClone();
                    if (operation["op"]!.GetValue<string>() == "move") Remove(root, from);
                    Set(root, path, value, mustExist: false);
                    break;
                case var other:
                    throw ApiError.BadRequest($"unknown JSON patch operation {other}");
            }
        }

        return root!.AsObject();
    }

    private static JsonArray MergeList(JsonArray target, JsonArray patch, string key, string type)
    {
        if (patch.Any(i => i?["$patch"]?.GetValue<string>() == "replace")) return new JsonArray([.. patch.Where(i => i?["$patch"] is null).Select(i => i!.DeepClone())]);
        var merged = target.Select(i => i!.DeepClone()).ToList();
        foreach (var item in patch.OfType<JsonObject>())
        {
            var at = merged.FindIndex(m => JsonNode.DeepEquals(m[key], item[key]));
            if (item["$patch"]?.GetValue<string>() == "delete")
            {
                if (at >= 0) merged.RemoveAt(at);
            }
            else if (at < 0)
            {
                merged.Add(item.DeepClone());
            }
            else
            {
                merged[at] = Schema.IsObject(type) ? Strategic(merged[at].AsObject(), item, type) : Merge(merged[at], item)!;
            }
        }

        return new JsonArray([.. merged]);
    }

    private static int Place(JsonArray order, JsonNode? item, string key)
    {
        for (var i = 0; i < order.Count; i++)
            if (JsonNode.DeepEquals(order[i]?[key], item?[key])) return i;
        return int.MaxValue;
    }

    private static string[] Steps(string path) => [.. path.Split('/').Skip(1).Select(s => s.Replace("~1", "/").Replace("~0", "~"))];

    private static JsonNode? Get(JsonNode? root, string path)
    {
        foreach (var step in Steps(path)) root = root is JsonArray list ? list[int.Parse(step)] : (root as JsonObject)?[step];
        return root;
    }

    private static void Set(JsonNode? root, string path, JsonNode? value, bool mustExist)
    {
        var steps = Steps(path);
        var parent = Get(root, "/" + string.Join('/', steps[..^1].Select(s => s.Replace("~", "~0").Replace("/", "~1"))).TrimEnd('/'));
        if (steps.Length == 1) parent = root;
        switch (parent)
        {
            case JsonObject members when !mustExist || members.ContainsKey(steps[^1]):
                members[steps[^1]] = value;
                break;
            case JsonArray list when steps[^1] == "-":
                list.Add(value);
                break;
            case JsonArray list when mustExist:
                list[int.Parse(steps[^1])] = value;
                break;
            case JsonArray list:
                list.Insert(int.Parse(steps[^1]), value);
                break;
            default:
                throw new ApiError(422, "Invalid", $"the server rejected our request due to an error in our request: there is no {path}");
        }
    }

    private static void Remove(JsonNode? root, string path)
    {
        var steps = Steps(path);
        var parent = steps.Length == 1 ? root : Get(root, "/" + string.Join('/', steps[..^1].Select(s => s.Replace("~", "~0").Replace("/", "~1"))));
        if (parent is JsonObject members && members.Remove(steps[^1])) return;
        if (parent is JsonArray list && int.TryParse(steps[^1], out var at) && at < list.Count)
        {
            list.RemoveAt(at);
            return;
        }

        throw new ApiError(422, "Invalid", $"the server rejected our request due to an error in our request: there is no {path}");
    }
}
