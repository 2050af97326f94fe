using Platform.Contracts.Units;

namespace Platform.Hosting.Json;

/// <summary>What a type is called among people who write JSON.</summary>
internal static class JsonNames
{
    public static string Expected(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum) return "one of " + string.Join(", ", Enum.GetNames(type).Select(n => char.ToLowerInvariant(n[0]) + n[1..]));
        if (type == typeof(TimeSpan)) return Duration.Expected;
        if (type == typeof(string)) return "text";
        if (type == typeof(bool)) return "true or false";
        if (type == typeof(Guid)) return "a UUID";
        if (type == typeof(Uri)) return "a URI";
        if (type == typeof(DateTimeOffset) || type == typeof(DateTime)) return "a time such as 2026-01-31T12:00:00Z";
        if (type == typeof(int) || type == typeof(long) || type == typeof(short) || type == typeof(byte)) return "a whole number";
        if (type == typeof(double) || type == typeof(float) || type == typeof(decimal)) return "a number";
        return typeof(System.Collections.IEnumerable).IsAssignableFrom(type) ? "an array" : "an object";
    }
}
