using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Platform.Hosting.Json;

/// <summary>
/// Refuses the character U+0000 in what clients send: PostgreSQL cannot keep it in text, and programs in C end there, so that two
/// readers would see two names.
/// </summary>
internal static class NoNulText
{
    public static void Apply(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object) return;
        foreach (var property in type.Properties)
        {
            if (property.Set is not { } set || !MayHoldText(property.PropertyType)) continue;
            property.Set = (target, value) =>
            {
                if (HasNul(value)) throw new JsonException();
                set(target, value);
            };
        }
    }

    public static bool HasNul(object? value) => value switch
    {
        string text => text.Contains('\0', StringComparison.Ordinal),
        IEnumerable<string> texts => texts.Any(HasNul),
        IEnumerable<KeyValuePair<string, string>> pairs => pairs.Any(pair => HasNul(pair.Key) || HasNul(pair.Value)),
        _ => false,
    };

    private static bool MayHoldText(Type type) =>
        type == typeof(string) || typeof(IEnumerable<string>).IsAssignableFrom(type) || typeof(IEnumerable<KeyValuePair<string, string>>).IsAssignableFrom(type);
}
