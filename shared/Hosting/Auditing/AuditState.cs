using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Hosting.Json;
using Platform.Hosting.Logging;

namespace Platform.Hosting.Auditing;

/// <summary>A state as the audit log keeps it: JSON without secrets.</summary>
internal static class AuditState
{
    public static JsonNode? Of(object? state) => state is null ? null : Masked("", JsonSerializer.SerializeToNode(state, PlatformJson.Options));

    private static JsonNode? Masked(string name, JsonNode? node) => node switch
    {
        null => null,
        JsonObject members => new JsonObject(members.Select(m => KeyValuePair.Create(m.Key, Masked(m.Key, m.Value)))),
        JsonArray items => new JsonArray([.. items.Select(i => Masked(name, i))]),
        JsonValue value when value.TryGetValue<string>(out var text) => JsonValue.Create(Secrets.MaskValue(name, text)),
        _ => node.DeepClone(),
    };
}
