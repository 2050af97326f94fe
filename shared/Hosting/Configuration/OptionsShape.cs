using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Platform.Contracts.Units;

namespace Platform.Hosting.Configuration;

/// <summary>What an options type looks like: its keys, their kinds, ranges and defaults.</summary>
internal static class OptionsShape
{
    public static IReadOnlyList<PropertyInfo> Properties(Type type) =>
        [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetIndexParameters().Length == 0 && (p.SetMethod is { IsPublic: true } || p.GetMethod is { IsPublic: true } && ElementOf(p.PropertyType) is not null && p.SetMethod is null && IsMutable(p.PropertyType)))];

    /// <summary>Whether a collection that cannot be replaced can at least be added to.</summary>
    private static bool IsMutable(Type type) => type.GetGenericTypeDefinition() is var open && (open == typeof(IList<>) || open == typeof(ICollection<>) || open == typeof(List<>));

    /// <summary>The element type of a list; null: it is none.</summary>
    public static Type? ElementOf(Type type)
    {
        if (!type.IsGenericType || type.GetGenericArguments() is not [var element]) return null;
        return type.IsAssignableFrom(typeof(List<>).MakeGenericType(element)) ? element : null;
    }

    /// <summary>The value type of a dictionary with text keys; null: it is none.</summary>
    public static Type? ValueOf(Type type)
    {
        if (!type.IsGenericType || type.GetGenericArguments() is not [var key, var value] || key != typeof(string)) return null;
        return type.IsAssignableFrom(typeof(Dictionary<,>).MakeGenericType(typeof(string), value)) ? value : null;
    }

    public static string Expected(PropertyInfo property, ValidationAttribute rule) => rule switch
    {
        RangeAttribute range => $"{Bound(range, range.Minimum)} to {Bound(range, range.Maximum)}",
        RequiredAttribute => "a value",
        AllowedValuesAttribute allowed => "one of " + string.Join(", ", allowed.Values.Select(Text)),
        LengthAttribute length => $"a length of {length.MinimumLength} to {length.MaximumLength}",
        MinLengthAttribute length => $"a length of at least {length.Length}",
        MaxLengthAttribute length => $"a length of at most {length.Length}",
        RegularExpressionAttribute expression => $"text that matches {expression.Pattern}",
        _ => rule.FormatErrorMessage(property.Name),
    };

    /// <summary>Ranges of durations are written as text in the attribute, hours first.</summary>
    private static string Bound(RangeAttribute range, object bound) =>
        range.OperandType == typeof(TimeSpan) && bound is string text ? Duration.Format(TimeSpan.Parse(text, CultureInfo.InvariantCulture)) : Text(bound);

    /// <summary>A value as it would be written in a configuration file.</summary>
    public static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "true" : "false",
        TimeSpan duration => Duration.Format(duration),
        Enum name => char.ToLowerInvariant(name.ToString()[0]) + name.ToString()[1..],
        IDictionary dictionary => string.Join(", ", dictionary.Keys.Cast<object>().Select(k => $"{k}={Text(dictionary[k])}")),
        IEnumerable items => string.Join(", ", items.Cast<object?>().Select(Text)),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
