using System.Globalization;
using System.Text.Json.Nodes;
using Platform.Workloads.Runtimes.Kubernetes.Api;

namespace Platform.Testing.Kubernetes;

/// <summary>How a write is to be done.</summary>
/// <param name="Manager">Who writes.</param>
/// <param name="IsDry">Checked in full, and not kept.</param>
/// <param name="IsStrict">Members that the type does not have are refused, not dropped.</param>
internal sealed record WriteOptions(string Manager, bool IsDry = false, bool IsStrict = false);

/// <summary>What the API server does with objects: create, replace, patch, delete, with everything it checks on the way.</summary>
internal sealed class ApiObjects(ObjectStore store, Func<DateTimeOffset> now)
{
    private readonly ServerSideApply _apply = new();

    public JsonObject Get(Kind kind, string? place, string name) => store.Find(kind, place, name) ?? throw ApiError.NotFound(kind, name);

    public JsonObject Create(Kind kind, string? place, JsonObject body, WriteOptions options)
    {
        var item = Decoded(kind, body, options.IsStrict);
        var metadata = item["metadata"] as JsonObject ?? throw ApiError.Invalid(kind, "", [new Cause("metadata.name", "FieldValueRequired", "Required value: name or generateName is required")]);
        if (metadata.Text("resourceVersion") is { Length: > 0 }) throw ApiError.BadRequest("resourceVersion should not be set on objects to be created");
        if (kind.IsNamespaced)
        {
            if (metadata.Text("namespace") is { Length: > 0 } said && said != place) throw ApiError.BadRequest($"the namespace of the provided object does not match the namespace sent on the request");
            if (store.Find(Schema.Of("Namespace"), null, place!) is null) throw ApiError.NotFound(Schema.Of("Namespace"), place!);
            metadata["namespace"] = place;
        }

        if (metadata.Text("name") is null && metadata.Text("generateName") is { } start) metadata["name"] = start + Guid.NewGuid().ToString("N")[..5];
        var name = metadata.Text("name") ?? throw ApiError.Invalid(kind, "", [new Cause("metadata.name", "FieldValueRequired", "Required value: name or generateName is required")]);
        var wanted = item.DeepClone().AsObject();
        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = Stamp(now());
        if (item.ContainsKey("spec")) metadata["generation"] = 1;
        item.Remove("status");
        if (kind.Name == "Pod") item["status"] = new JsonObject { ["phase"] = "Pending" };
        item["apiVersion"] = kind.GroupVersion;
        item["kind"] = kind.Name;
        Checked(kind, null, item);
        JsonObject? shown = null;
        var made = store.Write(kind, place, name, before =>
        {
            if (before is not null) throw ApiError.AlreadyExists(kind, name);
            shown = item;
            return options.IsDry ? null : item;
        });
        if (made is not null) _apply.Note(kind, null, wanted.Also(w => w["metadata"]!["uid"] = made.UidOf()), options.Manager);
        return made ?? shown!;
    }

    public JsonObject Replace(Kind kind, string? place, string name, JsonObject body, WriteOptions options)
    {
        var item = Decoded(kind, body, options.IsStrict);
        if (item.NameOf() != name) throw ApiError.BadRequest($"the name of the object ({item.NameOf()}) does not match the name on the URL ({name})");
        return Update(kind, place, name, _ => item, options);
    }

    public JsonObject Patch(Kind kind, string? place, string name, string type, JsonNode patch, WriteOptions options) => Update(
        kind,
        place,
        name,
        current => Decoded(kind, type switch
        {
            "application/json-patch+json" => Patches.Json(current, patch as JsonArray ?? throw ApiError.BadRequest("a JSON patch is a list of operations")),
            "application/merge-patch+json" => Patches.Merge(current, patch as JsonObject ?? throw ApiError.BadRequest("a merge patch is an object"))!.AsObject(),
            "application/strategic-merge-patch+json" => Patches.Strategic(current, patch as JsonObject ?? throw ApiError.BadRequest("a strategic merge patch is an object"), kind.Name),
            _ => throw new ApiError(415, "UnsupportedMediaType", $"the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml"),
        }, options.IsStrict),
        options);

    /// <returns>The object, and whether it was made.</returns>
    public (JsonObject Item, bool IsNew) Apply(Kind kind, string? place, string name, JsonObject wanted, string manager, bool force, WriteOptions options)
    {
        if (wanted.Text("apiVersion") != kind.GroupVersion || wanted.Text("kind") != kind.Name) throw ApiError.BadRequest($"apiVersion and kind must be set in an apply patch, to {kind.GroupVersion} and {kind.Name}");
        if (wanted.Text("metadata", "name") is { } said && said != name) throw ApiError.BadRequest($"name in URL does not match name in Apply object: {name} and {said}");
        var decoded = Decoded(kind, wanted, options.IsStrict);
        if (store.Find(kind, place, name) is null)
        {
            var metadata = decoded["metadata"] as JsonObject ?? [];
            metadata["name"] = name;
            decoded["metadata"] = metadata.Parent is null ? metadata : metadata.DeepClone();
            var made = Create(kind, place, decoded, options);
            if (!options.IsDry) _apply.Made(kind, made, decoded, manager);
            return (made, true);
        }

        return (Update(kind, place, name, current => Decoded(kind, _apply.Apply(kind, current, decoded, manager, force), options.IsStrict), options, isNoted: true), false);
    }

    public JsonObject Delete(Kind kind, string? place, string name, JsonObject? options)
    {
        var propagation = options.Text("propagationPolicy") ?? "Background";
        return store.Write(kind, place, name, before =>
        {
            if (before is null) throw ApiError.NotFound(kind, name);
            if (options.Text("preconditions", "uid") is { } uid && uid != before.UidOf()) throw ApiError.Conflict(kind, name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {before.UidOf()}");
            if (options.Text("preconditions", "resourceVersion") is { } version && version != before.Text("metadata", "resourceVersion")) throw ApiError.Conflict(kind, name, "Precondition failed: ResourceVersion");
            if (kind.Name == "Pod" && Graceful(before, options) is { } leaving) return leaving;
            var finalizers = before["metadata"]!["finalizers"] as JsonArray ?? [];
            if (propagation is "Foreground" or "Orphan") finalizers = new JsonArray([.. finalizers.Select(f => f!.DeepClone()), propagation == "Orphan" ? "orphan" : "foregroundDeletion"]);
            if (finalizers.Count == 0) return null;
            before["metadata"]!["finalizers"] = finalizers.DeepClone();
            before["metadata"]!["deletionTimestamp"] ??= Stamp(now());
            before["metadata"]!["deletionGracePeriodSeconds"] ??= 0;
            return before;
        })!;
    }

    /// <summary>What only the cluster itself changes: status, finalizers, the node.</summary>
    public JsonObject? Own(Kind kind, string? place, string name, Func<JsonObject, bool> change)
    {
        var result = store.Write(kind, place, name, before => before is not null && change(before) ? before : store.Find(kind, place, name));
        return result;
    }

    public static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private JsonObject Update(Kind kind, string? place, string name, Func<JsonObject, JsonObject> change, WriteOptions options, bool isNoted = false)
    {
        JsonObject? shown = null, was = null;
        var written = store.Write(kind, place, name, before =>
        {
            if (before is null) throw ApiError.NotFound(kind, name);
            was = before;
            var item = change(before.DeepClone().AsObject());
            var (metadata, old) = (item["metadata"]!.AsObject(), before["metadata"]!);
            if (metadata.Text("resourceVersion") is { Length: > 0 } version && version != old.Text("resourceVersion")) throw ApiError.Conflict(kind, name, "the object has been modified; please apply your changes to the latest version and try again");
            if (metadata.Text("uid") is { } uid && uid != old.Text("uid")) throw ApiError.Conflict(kind, name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {old.Text("uid")}");
            if (metadata.Text("name") != name) throw ApiError.Invalid(kind, name, [new Cause("metadata.name", "FieldValueInvalid", "Invalid value: field is immutable")]);
            foreach (var kept in (string[])["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion", "namespace", "generation"])
            {
                metadata.Remove(kept);
                if (old[kept] is { } value) metadata[kept] = value.DeepClone();
            }

            item.Remove("status");
            if (before["status"] is { } status) item["status"] = status.DeepClone();
            item["apiVersion"] = kind.GroupVersion;
            item["kind"] = kind.Name;
            Checked(kind, before, item);
            if (item.ContainsKey("spec") && !JsonNode.DeepEquals(item["spec"], before["spec"])) metadata["generation"] = (old.Number("generation") ?? 0) + 1;
            shown = item;
            // The last finalizer gone, it goes.
            if (metadata["deletionTimestamp"] is not null && (metadata["finalizers"] as JsonArray ?? []).Count == 0 && kind.Name != "Pod") return options.IsDry ? before : null;
            return options.IsDry ? before : item;
        })!;
        if (options.IsDry) return shown!;
        if (!isNoted) _apply.Note(kind, was, written, options.Manager);
        return written;
    }

    /// <summary>A pod on a node is given its time; null: it goes at once.</summary>
    private JsonObject? Graceful(JsonObject pod, JsonObject? options)
    {
        var grace = options.Number("gracePeriodSeconds") ?? pod.Number("spec", "terminationGracePeriodSeconds") ?? 30;
        if (grace == 0 || pod.Text("spec", "nodeName") is null || pod.Text("status", "phase") is "Succeeded" or "Failed") return null;
        var metadata = pod["metadata"]!;
        // It may be shortened, not lengthened.
        if (metadata.Number("deletionGracePeriodSeconds") is { } already && already <= grace) return pod;
        metadata["deletionTimestamp"] = Stamp(now().AddSeconds(grace));
        metadata["deletionGracePeriodSeconds"] = grace;
        return pod;
    }

    private static JsonObject Decoded(Kind kind, JsonObject body, bool isStrict)
    {
        if (body.Text("kind") is { } said && said != kind.Name || body.Text("apiVersion") is { } version && version != kind.GroupVersion)
            throw ApiError.BadRequest($"{body.Text("kind")} in version \"{body.Text("apiVersion")}\" cannot be handled as a {kind.Name}");
        var (unknown, wrong) = (new List<string>(), new List<string>());
        Schema.Decode(body, new TypeRef(kind.Name, false, null), "", unknown, wrong);
        if (wrong.Count > 0) throw ApiError.BadRequest($"{kind.Name} in version \"{kind.Version}\" cannot be handled as a {kind.Name}: {string.Join(", ", wrong)}");
        if (unknown.Count > 0 && isStrict) throw ApiError.BadRequest($"{kind.Name} in version \"{kind.Version}\" cannot be handled as a {kind.Name}: strict decoding error: {string.Join(", ", unknown.Select(u => $"unknown field \"{u}\""))}");
        var item = body.DeepClone().AsObject();
        foreach (var path in unknown) Drop(item, path);
        return item;
    }

    private static void Drop(JsonObject item, string path)
    {
        JsonNode? at = item;
        var steps = path.Replace("[", ".[").Split('.');
        foreach (var step in steps[..^1]) at = step.StartsWith('[') ? at?[int.Parse(step[1..^1])] : at?[step];
        (at as JsonObject)?.Remove(steps[^1]);
    }

    private static void Checked(Kind kind, JsonObject? before, JsonObject item)
    {
        var causes = new List<Cause>();
        Schema.Require(item, new TypeRef(kind.Name, false, null), "", causes);
        if (causes.Count == 0)
        {
            Validation.Default(kind, item);
            Validation.Check(kind, before, item, causes);
        }

        if (causes.Count > 0) throw ApiError.Invalid(kind, item.NameOf(), causes);
    }
}

internal static class Fluent
{
    public static T Also<T>(this T value, Action<T> act)
    {
        act(value);
        return value;
    }
}
