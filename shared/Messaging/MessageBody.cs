using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using MassTransit;

namespace Platform.Messaging;

/// <summary>Messages and sagas as rows: a type's name and JSON.</summary>
internal static class MessageBody
{
    private static readonly ConcurrentDictionary<string, Type?> Types = new(StringComparer.Ordinal);
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public static string Write(object message) => JsonSerializer.Serialize(message, message.GetType(), Options);

    /// <exception cref="JsonException">The text is not a message of the type.</exception>
    public static object Read(string body, Type type)
        => JsonSerializer.Deserialize(body, type, Options) ?? throw new JsonException($"The body of a {type.Name} is null.");

    /// <summary>The name under which <see cref="TypeOf"/> finds the type again, also in a later version of its assembly.</summary>
    public static string NameOf(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";

    /// <summary>Null: this version does not know the type.</summary>
    public static Type? TypeOf(string name) => Types.GetOrAdd(name, static n => Type.GetType(n));

    /// <summary>
    /// The message as it was published, although the consumer may only have asked for an interface of it: the most derived type is the
    /// first the envelope names.
    /// </summary>
    public static object Concrete<T>(ConsumeContext<T> context) where T : class
    {
        var assemblies = AppDomain.CurrentDomain.GetAssemblies();
        foreach (var urn in context.SupportedMessageTypes)
        {
            var type = Types.GetOrAdd(urn, _ => FromUrn(urn, assemblies));
            if (type is { IsInterface: false, IsAbstract: false } && context.SerializerContext.TryGetMessage(type, out var message)) return message;
        }

        return context.Message;
    }

    private static Type? FromUrn(string urn, IEnumerable<System.Reflection.Assembly> assemblies)
    {
        // urn:message:Namespace:Type
        var name = urn["urn:message:".Length..].Replace(':', '.');
        return assemblies.Where(a => !a.IsDynamic).Select(a => a.GetType(name)).FirstOrDefault(t => t is not null);
    }
}
