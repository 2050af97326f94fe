using System.Globalization;
using System.Text;
using System.Text.Json;
using Serilog.Events;
using Serilog.Formatting;

namespace Platform.Hosting.Logging;

/// <summary>A line for machines: one JSON object per event.</summary>
internal sealed class JsonFormatter : ITextFormatter
{
    public void Format(LogEvent logEvent, TextWriter output)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("at", logEvent.Timestamp.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
            json.WriteString("level", logEvent.Level.ToString().ToLowerInvariant());
            json.WriteString("message", PlainMessage.Of(logEvent));
            json.WriteString("template", logEvent.MessageTemplate.Text);
            if (logEvent.TraceId is { } trace) json.WriteString("traceId", trace.ToHexString());
            if (logEvent.SpanId is { } span) json.WriteString("spanId", span.ToHexString());
            if (logEvent.Exception is not null) json.WriteString("exception", Secrets.MaskText(logEvent.Exception.ToString()));
            foreach (var (name, value) in logEvent.Properties)
            {
                json.WritePropertyName(char.ToLowerInvariant(name[0]) + name[1..]);
                Write(json, value);
            }

            json.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)));
    }

    private static void Write(Utf8JsonWriter json, LogEventPropertyValue value)
    {
        switch (value)
        {
            case ScalarValue { Value: null }: json.WriteNullValue(); break;
            case ScalarValue { Value: bool flag }: json.WriteBooleanValue(flag); break;
            case ScalarValue { Value: int number }: json.WriteNumberValue(number); break;
            case ScalarValue { Value: long number }: json.WriteNumberValue(number); break;
            case ScalarValue { Value: double number } when double.IsFinite(number): json.WriteNumberValue(number); break;
            case ScalarValue scalar: json.WriteStringValue(Secrets.MaskText(Convert.ToString(scalar.Value, CultureInfo.InvariantCulture) ?? "")); break;
            case SequenceValue sequence:
                json.WriteStartArray();
                foreach (var element in sequence.Elements) Write(json, element);
                json.WriteEndArray();
                break;
            case StructureValue structure:
                json.WriteStartObject();
                foreach (var property in structure.Properties)
                {
                    json.WritePropertyName(property.Name);
                    Write(json, property.Value);
                }

                json.WriteEndObject();
                break;
            default: json.WriteStringValue(Secrets.MaskText(value.ToString())); break;
        }
    }
}
