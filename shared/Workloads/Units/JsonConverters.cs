using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Workloads.Units;

/// <summary>Durations in JSON: read as people write them, written as <c>1m30s</c>.</summary>
public sealed class DurationJsonConverter : JsonConverter<TimeSpan>
{
    /// <inheritdoc/>
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Durations.TryParse(reader.GetString(), out var duration)
            ? duration
            : throw new JsonException("Expected " + Durations.Expected + ".");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Durations.Format(value));
}

/// <summary>Shares in JSON: <c>"5%"</c>, <c>"0.05"</c> or <c>0.05</c>; written as a number. For single properties: <c>[JsonConverter(typeof(PercentageJsonConverter))]</c>.</summary>
public sealed class PercentageJsonConverter : JsonConverter<double>
{
    /// <inheritdoc/>
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number => reader.GetDouble(),
        JsonTokenType.String when Percentages.TryParse(reader.GetString(), out var share) => share,
        _ => throw new JsonException("Expected " + Percentages.Expected + "."),
    };

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

/// <summary>Sizes in JSON: <c>"256Mi"</c> or bytes; written as bytes. For single properties.</summary>
public sealed class ByteSizeJsonConverter : JsonConverter<long>
{
    /// <inheritdoc/>
    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number when reader.TryGetInt64(out var bytes) && bytes >= 0 => bytes,
        JsonTokenType.String when ByteSizes.TryParse(reader.GetString(), out var bytes) => bytes,
        _ => throw new JsonException("Expected " + ByteSizes.Expected + "."),
    };

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}
