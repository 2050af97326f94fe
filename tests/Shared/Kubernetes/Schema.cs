using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Testing.Kubernetes;

/// <summary>A member's type: a scalar by name, an object, or a list of either.</summary>
internal sealed record TypeRef(string Name, bool IsList, string? MergeKey);

internal sealed record Field(string Name, TypeRef Type, bool IsRequired);

/// <summary>A kind of object.</summary>
internal sealed record Kind(string Name, string Group, string Version, string Plural, bool IsNamespaced, bool HasScale, IReadOnlyList<string> ShortNames)
{
    public string GroupVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>As messages name it: <c>deployments.apps</c>.</summary>
    public string Qualified => Group.Length == 0 ? Plural : $"{Plural}.{Group}";
}

/// <summary>What is wrong with an object, at which member, for a <c>Status</c> object's causes.</summary>
internal sealed record Cause(string Field, string Reason, string Message);

/// <summary>The types, parsed; and the checks that follow from them alone.</summary>
internal static class Schema
{
    private static readonly HashSet<string> Scalars = ["string", "int", "bool", "time", "intstr", "quantity", "map", "quantities", "any"];

    public static IReadOnlyDictionary<string, IReadOnlyList<Field>> Types { get; } = ParseTypes();

    public static IReadOnlyList<Kind> Kinds { get; } = [.. Lines(ApiTypes.Kinds).Select(ParseKind)];

    public static bool IsObject(string type) => !Scalars.Contains(type);

    public static Kind Of(string kind) => Kinds.First(k => k.Name == kind);

    /// <summary>The members of a kind's object, the three of every object among them.</summary>
    public static IReadOnlyList<Field> FieldsOf(string type) => Kinds.Any(k => k.Name == type) || type == "Scale"
        ? [new Field("apiVersion", new TypeRef("string", false, null), false), new Field("kind", new TypeRef("string", false, null), false), new Field("metadata", new TypeRef("Metadata", false, null), false), .. Types[type]]
        : Types[type];

    /// <summary>Members that the type does not have, and values that are not of its type.</summary>
    public static void Decode(JsonNode? value, TypeRef type, string path, List<string> unknown, List<string> wrong)
    {
        if (value is null) return;
        if (type.IsList)
        {
            if (value is not JsonArray list)
            {
                wrong.Add($"{path}: expected a list");
                return;
            }

            for (var i = 0; i < list.Count; i++) Decode(list[i], new TypeRef(type.Name, false, null), $"{path}[{i}]", unknown, wrong);
            return;
        }

        if (!IsObject(type.Name))
        {
            if (!IsScalar(value, type.Name)) wrong.Add($"{path}: {value.ToJsonString()} is not of type {type.Name}");
            return;
        }

        if (value is not JsonObject members)
        {
            wrong.Add($"{path}: expected an object");
            return;
        }

        var fields = FieldsOf(type.Name);
        foreach (var (name, member) in members)
        {
            var at = path.Length == 0 ? name : $"{path}.{name}";
            if (fields.FirstOrDefault(f => f.Name == name) is { } field) Decode(member, field.Type, at, unknown, wrong);
            else unknown.Add(at);
        }
    }

    /// <summary>What must be there and is not.</summary>
    public static void Require(JsonNode? value, TypeRef type, string path, List<Cause> causes)
    {
        if (value is null || !IsObject(type.Name)) return;
        if (value is JsonArray list)
        {
            for (var i = 0; i < list.Count; i++) Require(list[i], new TypeRef(type.Name, false, null), $"{path}[{i}]", causes);
            return;
        }

        foreach (var field in FieldsOf(type.Name))
        {
            var at = path.Length == 0 ? field.Name : $"{path}.{field.Name}";
            var member = value[field.Name];
            if (field.IsRequired && (member is null || member is JsonArray { Count: 0 } || member is JsonValue v && v.TryGetValue<string>(out var text) && text.Length == 0)) causes.Add(new Cause(at, "FieldValueRequired", "Required value"));
            Require(member, field.Type, at, causes);
        }
    }

    private static bool IsScalar(JsonNode value, string type) => type switch
    {
        "string" => value.GetValueKind() == JsonValueKind.String,
        "time" => value.GetValueKind() == JsonValueKind.String && DateTimeOffset.TryParse(value.GetValue<string>(), CultureInfo.InvariantCulture, out _),
        "int" => value is JsonValue v && v.GetValueKind() == JsonValueKind.Number && long.TryParse(v.ToJsonString(), out _),
        "bool" => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        "intstr" => value.GetValueKind() is JsonValueKind.Number or JsonValueKind.String,
        "quantity" => Platform.Workloads.Runtimes.Kubernetes.Api.Quantity.Parse(value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString()) is not null,
        "map" => value is JsonObject map && map.All(m => m.Value?.GetValueKind() is JsonValueKind.String),
        "quantities" => value is JsonObject amounts && amounts.All(a => a.Value is not null && IsScalar(a.Value, "quantity")),
        _ => true,
    };

    private static Dictionary<string, IReadOnlyList<Field>> ParseTypes()
    {
        var types = new Dictionary<string, IReadOnlyList<Field>>(StringComparer.Ordinal);
        List<Field> fields = [];
        foreach (var line in Lines(ApiTypes.Text))
        {
            if (!line.StartsWith(' '))
            {
                types[line] = fields = [];
                continue;
            }

            var parts = line.Trim().Split(' ');
            var (type, isRequired) = (parts[1].TrimEnd('!'), parts[1].EndsWith('!'));
            var close = type.IndexOf(']');
            fields.Add(new Field(parts[0], close < 0 ? new TypeRef(type, false, null) : new TypeRef(type[(close + 1)..], true, close > 1 ? type[1..close] : null), isRequired));
        }

        return types;
    }

    private static Kind ParseKind(string line)
    {
        var parts = line.Split(' ');
        var flags = parts[4..];
        return new Kind(parts[0], parts[1] == "-" ? "" : parts[1], parts[2], parts[3], !flags.Contains("cluster"), flags.Contains("scale"), [.. flags.Where(f => f is not ("cluster" or "scale"))]);
    }

    private static IEnumerable<string> Lines(string text) => text.Split('\n').Where(l => l.Length > 0);
}
