using System.Reflection;
using System.Text.Json.Serialization;
using Platform.Contracts;
using Platform.Hosting.Configuration;

namespace Platform.CommandLine.Reference;

/// <summary>Commands and events, from the records and their documentation.</summary>
internal static class MessagesPage
{
    private static readonly NullabilityInfoContext Nullability = new();

    public static string Write()
    {
        var messages = typeof(IMessage).Assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IMessage)))
            .OrderBy(t => t.Name, StringComparer.Ordinal).ToList();
        var page = new Markdown("Messages", "the records in shared/Contracts");
        page.Paragraph("Commands have one owner and are *sent*; events are *published* to whoever cares. Both are delivered at least once. " +
            "Outside the platform, events arrive by [webhook, server-sent events or Dapr](../how-to/watch-and-alert.md), as JSON with the members below.");
        page.Paragraph("Every message carries:").Table(Columns, Members(typeof(IMessage)));
        page.Paragraph("Every command also carries:").Table(Columns, Members(typeof(ICommand)));
        Write(page, "Commands", messages.Where(t => t.IsAssignableTo(typeof(ICommand))));
        Write(page, "Events", messages.Where(t => t.IsAssignableTo(typeof(IEvent))));
        Write(page, "Parts of messages", Parts(messages));
        return page.ToString();
    }

    private static readonly string[] Columns = ["member", "type", ""];

    private static void Write(Markdown page, string heading, IEnumerable<Type> types)
    {
        page.Heading(2, heading);
        foreach (var type in types) page.Heading(3, type.Name).Paragraph(XmlDocumentation.Summary(type)).Table(Columns, Members(type));
    }

    /// <summary>Own members; what is inherited word for word is listed once, above.</summary>
    private static IEnumerable<string[]> Members(Type type) => Properties(type)
        .Select(p => (Property: p, Text: XmlDocumentation.Summary(p))).Where(p => p.Text.Length > 0)
        .Select(p => new[] { Markdown.Code(Markdown.Member(p.Property.Name)), TypeName(p.Property), p.Text });

    private static IEnumerable<PropertyInfo> Properties(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetIndexParameters().Length == 0 && p.GetCustomAttribute<JsonIgnoreAttribute>() is null);

    /// <summary>Records that messages are made of, and what those are made of.</summary>
    private static IEnumerable<Type> Parts(IEnumerable<Type> messages)
    {
        var found = new SortedDictionary<string, Type>(StringComparer.Ordinal);
        var open = new Queue<Type>(messages);
        while (open.TryDequeue(out var type))
        {
            foreach (var part in Properties(type).SelectMany(p => Inside(p.PropertyType)).Where(t => t.Namespace?.StartsWith("Platform.", StringComparison.Ordinal) == true && !t.IsEnum))
            {
                if (found.TryAdd(part.Name, part)) open.Enqueue(part);
            }
        }

        return found.Values;
    }

    private static IEnumerable<Type> Inside(Type type) => type.IsGenericType ? type.GetGenericArguments().SelectMany(Inside) : [type];

    private static string TypeName(PropertyInfo property)
    {
        var optional = Nullability.Create(property).ReadState == NullabilityState.Nullable ? ", may be null" : "";
        return JsonTypeName.Of(property.PropertyType) + optional;
    }
}

/// <summary>What a .NET type looks like in JSON, in words.</summary>
internal static class JsonTypeName
{
    public static string Of(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum) return "one of " + string.Join(", ", Enum.GetNames(type).Select(n => Markdown.Code(Markdown.Member(n))));
        if (type.IsGenericType && type.GetGenericArguments() is [_, var value]) return $"map of {Of(value)}";
        if (type.IsGenericType && type.GetGenericArguments() is [var item]) return $"list of {Of(item)}";
        return type switch
        {
            _ when type == typeof(string) => "text",
            _ when type == typeof(bool) => "true or false",
            _ when type == typeof(int) || type == typeof(long) => "whole number",
            _ when type == typeof(double) => "number",
            _ when type == typeof(TimeSpan) => "duration",
            _ when type == typeof(DateTimeOffset) => "time (UTC)",
            _ when type == typeof(Guid) => "UUID",
            _ when type == typeof(Uri) => "URL",
            _ => type.Name,
        };
    }
}
