using System.Text.Json;
using Platform.HealthMonitor.Events;

namespace Platform.HealthMonitor.Subscriptions;

/// <summary>An event as CloudEvents 1.0 in structured JSON: how it leaves the platform.</summary>
internal static class CloudEvent
{
    public const string ContentType = "application/cloudevents+json; charset=utf-8";
    public const string TypePrefix = "dev.platform.";

    /// <summary>The bytes of one event; the same for every attempt and every receiver.</summary>
    public static byte[] Write(EventRecord record)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("specversion", "1.0");
            json.WriteString("id", record.Id);
            json.WriteString("source", "/platform");
            json.WriteString("type", TypePrefix + record.Type);
            json.WriteString("subject", record.Application);
            json.WriteString("time", record.At);
            json.WriteString("datacontenttype", "application/json");

            // Extensions: lower-case names and strings, as the specification asks.
            json.WriteString("sequence", record.Sequence.ToString("D20"));
            json.WriteString("correlationid", record.CorrelationId);
            json.WritePropertyName("data");
            json.WriteRawValue(record.Data);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
