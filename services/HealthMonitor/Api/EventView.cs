using System.Text.Json;
using Platform.HealthMonitor.Events;

namespace Platform.HealthMonitor.Api;

/// <summary>An event of the log.</summary>
internal sealed record EventView(
    long Sequence, Guid Id, string Type, string Application, DateTimeOffset At, Guid CorrelationId, string Severity, string Summary, JsonElement Data)
{
    public static EventView Of(EventRecord record)
    {
        using var document = JsonDocument.Parse(record.Data);
        return new EventView(
            record.Sequence, record.Id, record.Type, record.Application, record.At, record.CorrelationId, record.Severity, record.Summary, document.RootElement.Clone());
    }
}
