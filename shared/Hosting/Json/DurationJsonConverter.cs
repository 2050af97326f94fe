using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.Contracts.Units;

namespace Platform.Hosting.Json;

/// <summary>Durations as people write them: <c>5m</c>, <c>1m30s</c>, <c>500ms</c>, or <c>00:05:00</c>. Written as the first form.</summary>
internal sealed class DurationJsonConverter : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Duration.TryParse(reader.GetString(), out var value)
            ? value
            : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Duration.Format(value));
}
