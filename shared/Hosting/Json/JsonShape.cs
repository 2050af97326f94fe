using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Platform.Hosting.Json;

/// <summary>
/// Compares a JSON text with the type that it should have become, to its end: the serializer stops at the first thing that is wrong,
/// people want all of them.
/// </summary>
internal static class JsonShape
{
    private const int ShownLength = 60;

    public static IEnumerable<FieldProblem> Check(JsonElement element, Type type) => Check(element, type, "", PlatformJson.Requests);

    /// <summary>A serializer's path as ours: <c>$.scaling.metrics[0]</c> is <c>scaling.metrics[0]</c>.</summary>
    public static string PathOf(string? path) => path is null ? "" : path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path.TrimStart('$');

    private static IEnumerable<FieldProblem> Check(JsonElement element, Type type, string path, JsonSerializerOptions options)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        var shape = options.GetTypeInfo(type);
        return shape.Kind switch
        {
            JsonTypeInfoKind.Object => Object(element, shape, path, options),
            JsonTypeInfoKind.Enumerable when shape.ElementType is { } item => List(element, item, path, options),
            JsonTypeInfoKind.Dictionary when shape.ElementType is { } value => Dictionary(element, value, path, options),
            _ => Scalar(element, type, path, options),
        };
    }

    private static IEnumerable<FieldProblem> Object(JsonElement element, JsonTypeInfo shape, string path, JsonSerializerOptions options)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            yield return new FieldProblem(path, "an object", Shown(element));
            yield break;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            var at = Join(path, member.Name);
            var property = shape.Properties.FirstOrDefault(p => p.Name == member.Name);
            if (property is null || property.Set is null && property.AssociatedParameter is null)
            {
                yield return new FieldProblem(at, "one of " + string.Join(", ", shape.Properties.Where(p => p.Set is not null || p.AssociatedParameter is not null).Select(p => p.Name)),
                    $"the unknown member '{Clipped(member.Name)}'");
                continue;
            }

            if (!seen.Add(member.Name)) yield return new FieldProblem(at, "the member once", "it twice");
            if (member.Value.ValueKind == JsonValueKind.Null)
            {
                if (!property.IsSetNullable || property.PropertyType.IsValueType && Nullable.GetUnderlyingType(property.PropertyType) is null)
                {
                    yield return new FieldProblem(at, JsonNames.Expected(property.PropertyType), "null");
                }

                continue;
            }

            foreach (var problem in Check(member.Value, property.PropertyType, at, options)) yield return problem;
        }

        foreach (var missing in shape.Properties.Where(p => p.IsRequired && !seen.Contains(p.Name)))
        {
            yield return new FieldProblem(Join(path, missing.Name), JsonNames.Expected(missing.PropertyType), "nothing");
        }
    }

    private static IEnumerable<FieldProblem> List(JsonElement element, Type item, string path, JsonSerializerOptions options) =>
        element.ValueKind != JsonValueKind.Array
            ? [new FieldProblem(path, "an array", Shown(element))]
            : element.EnumerateArray().SelectMany((e, i) => Element(e, item, $"{path}[{i}]", options));

    private static IEnumerable<FieldProblem> Dictionary(JsonElement element, Type value, string path, JsonSerializerOptions options) =>
        element.ValueKind != JsonValueKind.Object
            ? [new FieldProblem(path, "an object", Shown(element))]
            : element.EnumerateObject().SelectMany(m => Element(m.Value, value, Join(path, m.Name), options));

    private static IEnumerable<FieldProblem> Element(JsonElement element, Type type, string path, JsonSerializerOptions options) =>
        element.ValueKind == JsonValueKind.Null && Nullable.GetUnderlyingType(type) is null
            ? [new FieldProblem(path, JsonNames.Expected(type), "null")]
            : Check(element, type, path, options);

    private static IEnumerable<FieldProblem> Scalar(JsonElement element, Type type, string path, JsonSerializerOptions options)
    {
        if (!Reads(element, type, options)) yield return new FieldProblem(path, JsonNames.Expected(type), Shown(element));
        else if (element.ValueKind == JsonValueKind.String && NoNulText.HasNul(element.GetString())) yield return new FieldProblem(path, "text without the character U+0000", "one with it");
    }

    /// <summary>Asks the converter itself, so that this never differs from what the serializer takes.</summary>
    private static bool Reads(JsonElement element, Type type, JsonSerializerOptions options)
    {
        try
        {
            return element.Deserialize(type, options) is not null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }

    private static string Shown(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => $"'{Clipped(element.GetString() ?? "")}'",
        _ => Clipped(element.GetRawText()),
    };

    private static string Clipped(string text)
    {
        text = Logging.Secrets.MaskText(text);
        return text.Length <= ShownLength ? text : text[..ShownLength] + "…";
    }

    private static string Join(string path, string member) => path.Length == 0 ? member : path + "." + member;
}
