using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Workloads.Runtimes.Docker.Engine;

/// <summary>The engine's JSON: members in Pascal case, what is not said left out.</summary>
internal static class EngineJson
{
    public static JsonSerializerOptions Options { get; } = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>The message of an error's body; null: it has none.</summary>
    public static string? Message(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("message", out var message) ? message.GetString() : null;
        }
        catch (JsonException)
        {
            return body.Length is > 0 and < 500 ? body.Trim() : null;
        }
    }
}
