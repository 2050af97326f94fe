using System.Text.Json.Nodes;

namespace Platform.Testing.Kubernetes;

/// <summary>What the server tells of itself: versions, groups, resources, and the schema of every kind (OpenAPI v3) by which kubectl checks and merges.</summary>
internal static class Discovery
{
    private static readonly string[] Verbs = ["create", "delete", "get", "list", "patch", "update", "watch"];

    public static JsonNode? Find(string path) => path.Split('/') switch
    {
        ["version"] => new JsonObject { ["major"] = "1", ["minor"] = "32", ["gitVersion"] = "v1.32.0-tests", ["platform"] = "linux/amd64" },
        ["livez" or "readyz" or "healthz"] => "ok",
        ["api"] => new JsonObject { ["kind"] = "APIVersions", ["versions"] = new JsonArray("v1") },
        ["apis"] => new JsonObject { ["kind"] = "APIGroupList", ["apiVersion"] = "v1", ["groups"] = new JsonArray([.. Groups().Select(Group)]) },
        ["api", "v1"] => Resources("", "v1"),
        ["apis", var group, var version] when Schema.Kinds.Any(k => k.Group == group && k.Version == version) => Resources(group, version),
        ["openapi", "v3"] => Paths(),
        ["openapi", "v3", "api", "v1"] => OpenApi("", "v1"),
        ["openapi", "v3", "apis", var group, var version] => OpenApi(group, version),
        _ => null,
    };

    private static IEnumerable<string> Groups() => Schema.Kinds.Select(k => k.Group).Where(g => g.Length > 0).Distinct();

    private static JsonObject Group(string group)
    {
        var version = Schema.Kinds.First(k => k.Group == group).Version;
        JsonObject Named() => new() { ["groupVersion"] = $"{group}/{version}", ["version"] = version };
        return new JsonObject { ["name"] = group, ["versions"] = new JsonArray(Named()), ["preferredVersion"] = Named() };
    }

    private static JsonObject Resources(string group, string version)
    {
        var resources = new JsonArray();
        foreach (var kind in Schema.Kinds.Where(k => k.Group == group && k.Version == version))
        {
            var resource = Resource(kind.Plural, kind.Name, kind, Verbs, kind.ShortNames);
            if (kind.Name is "Pod" or "Service" or "Deployment" or "ReplicaSet" or "HorizontalPodAutoscaler") resource["categories"] = new JsonArray("all");
            resources.Add(resource);
            if (kind.HasScale)
            {
                var scale = Resource($"{kind.Plural}/scale", "Scale", kind, ["get", "patch", "update"], []);
                (scale["group"], scale["version"]) = ("autoscaling", "v1");
                resources.Add(scale);
            }

            if (kind.Name == "Pod") resources.Add(Resource("pods/log", "Pod", kind, ["get"], []));
        }

        return new JsonObject { ["kind"] = "APIResourceList", ["apiVersion"] = "v1", ["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}", ["resources"] = resources };
    }

    private static JsonObject Resource(string name, string kindName, Kind kind, string[] verbs, IReadOnlyList<string> shortNames) => new()
    {
        ["name"] = name,
        ["singularName"] = name.Contains('/') ? "" : kind.Name.ToLowerInvariant(),
        ["namespaced"] = kind.IsNamespaced,
        ["kind"] = kindName,
        ["verbs"] = new JsonArray([.. verbs.Select(v => (JsonNode)v)]),
        ["shortNames"] = new JsonArray([.. shortNames.Select(s => (JsonNode)s)]),
    };

    private static JsonObject Paths()
    {
        var paths = new JsonObject { ["api/v1"] = Url("api/v1") };
        foreach (var kind in Schema.Kinds.Where(k => k.Group.Length > 0)) paths[$"apis/{kind.GroupVersion}"] = Url($"apis/{kind.GroupVersion}");
        return new JsonObject { ["paths"] = paths };
    }

    private static JsonObject Url(string path) => new() { ["serverRelativeURL"] = $"/openapi/v3/{path}?hash=0" };

    private static JsonObject OpenApi(string group, string version)
    {
        var (paths, schemas) = (new JsonObject(), new JsonObject());
        foreach (var type in Schema.Types.Keys) schemas[type] = TypeSchema(type);
        foreach (var kind in Schema.Kinds.Where(k => k.Group == group && k.Version == version))
        {
            schemas[kind.Name]!["x-kubernetes-group-version-kind"] = new JsonArray(Gvk(kind));
            var start = group.Length == 0 ? $"/api/{version}" : $"/apis/{group}/{version}";
            paths[$"{start}{(kind.IsNamespaced ? "/namespaces/{namespace}" : "")}/{kind.Plural}/{{name}}"] = new JsonObject
            {
                ["patch"] = Operation(kind),
                ["put"] = Operation(kind),
            };
            paths[$"{start}{(kind.IsNamespaced ? "/namespaces/{namespace}" : "")}/{kind.Plural}"] = new JsonObject { ["post"] = Operation(kind) };
        }

        return new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "v1.32.0" },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas },
        };
    }

    private static JsonObject Operation(Kind kind) => new()
    {
        ["parameters"] = new JsonArray(Parameter("dryRun"), Parameter("fieldManager"), Parameter("fieldValidation"), Parameter("force")),
        ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "OK" } },
        ["x-kubernetes-group-version-kind"] = Gvk(kind),
    };

    private static JsonObject Parameter(string name) => new() { ["name"] = name, ["in"] = "query", ["schema"] = new JsonObject { ["type"] = "string", ["uniqueItems"] = true } };

    private static JsonObject Gvk(Kind kind) => new() { ["group"] = kind.Group, ["version"] = kind.Version, ["kind"] = kind.Name };

    private static JsonObject TypeSchema(string type)
    {
        var properties = new JsonObject();
        foreach (var field in Schema.FieldsOf(type))
        {
            var member = field.Type.IsList ? new JsonObject { ["type"] = "array", ["items"] = Of(field.Type.Name) } : Of(field.Type.Name);
            if (field.Type.MergeKey is { } key)
            {
                member["x-kubernetes-list-type"] = "map";
                member["x-kubernetes-list-map-keys"] = new JsonArray(key);
                member["x-kubernetes-patch-merge-key"] = key;
                member["x-kubernetes-patch-strategy"] = "merge";
            }

            properties[field.Name] = member;
        }

        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (Schema.FieldsOf(type).Where(f => f.IsRequired).Select(f => (JsonNode)f.Name).ToArray() is { Length: > 0 } required) schema["required"] = new JsonArray(required);
        return schema;
    }

    private static JsonObject Of(string type) => type switch
    {
        "string" or "quantity" => new() { ["type"] = "string" },
        "time" => new() { ["type"] = "string", ["format"] = "date-time" },
        "int" => new() { ["type"] = "integer", ["format"] = "int64" },
        "bool" => new() { ["type"] = "boolean" },
        "intstr" => new() { ["type"] = "string", ["format"] = "int-or-string" },
        "map" or "quantities" => new() { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = "string" } },
        "any" => new() { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true },
        _ => new() { ["allOf"] = new JsonArray(new JsonObject { ["$ref"] = $"#/components/schemas/{type}" }) },
    };
}
