using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Platform.Hosting.Json;

/// <summary>The serializer refuses null for members that are not nullable, but lets it into lists. Here it may not: nobody expects it there.</summary>
internal static class NoNullElements
{
    public static void Apply(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object) return;
        foreach (var property in type.Properties)
        {
            if (property.Set is not { } set || property.PropertyType == typeof(string) || !typeof(IEnumerable).IsAssignableFrom(property.PropertyType)) continue;
            if (property.AttributeProvider is PropertyInfo member && MayHoldNull(member)) continue;
            property.Set = (target, value) =>
            {
                if (value is IDictionary or IEnumerable && Elements(value).Any(e => e is null)) throw new JsonException();
                set(target, value);
            };
        }
    }

    private static IEnumerable<object?> Elements(object collection) =>
        collection is IDictionary dictionary ? dictionary.Values.Cast<object?>() : ((IEnumerable)collection).Cast<object?>();

    private static bool MayHoldNull(PropertyInfo member)
    {
        var nullability = new NullabilityInfoContext().Create(member);
        var element = nullability.ElementType ?? nullability.GenericTypeArguments.LastOrDefault();
        return element is null || element.WriteState == NullabilityState.Nullable || member.PropertyType.Namespace == "System.Text.Json.Nodes";
    }
}
