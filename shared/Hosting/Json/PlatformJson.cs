using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Platform.Hosting.Json;

/// <summary>How the platform reads and writes JSON: camelCase, enums and durations as text, nothing unknown, nothing twice.</summary>
public static class PlatformJson
{
    internal const int MaxDepth = 32;

    /// <summary>The options, read-only.</summary>
    public static JsonSerializerOptions Options { get; } = Frozen(Apply);

    /// <summary>As <see cref="Options"/>, and stricter: for what clients send.</summary>
    internal static JsonSerializerOptions Requests { get; } = Frozen(ApplyToRequests);

    /// <summary>Puts the rules for what clients send into <paramref name="options"/>.</summary>
    internal static void ApplyToRequests(JsonSerializerOptions options)
    {
        Apply(options);
        ((DefaultJsonTypeInfoResolver)options.TypeInfoResolver!).Modifiers.Add(NoNulText.Apply);
    }

    /// <summary>Puts the rules into <paramref name="options"/>.</summary>
    public static void Apply(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.DictionaryKeyPolicy = null;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.MaxDepth = MaxDepth;
        options.TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { NoNullElements.Apply } };
        options.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.Converters.Add(new DurationJsonConverter());
    }

    private static JsonSerializerOptions Frozen(Action<JsonSerializerOptions> apply)
    {
        var options = new JsonSerializerOptions();
        apply(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
