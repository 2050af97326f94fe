using Platform.Messaging;
using Platform.Metrics.Streaming;

namespace Platform.Hosting.Health;

/// <summary>The bus and the outboxes.</summary>
internal sealed class BusReadiness(IMessagingStatus status) : IReadinessCheck
{
    public string Name => "bus";

    public ValueTask<string?> WaitingForAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(status.WaitingFor.Count == 0 ? null : string.Join("; ", status.WaitingFor));
}

/// <summary>The metric stream's reading by a module.</summary>
internal sealed class ReadingReadiness(string module, IEnumerable<IMetricReading> readings) : IReadinessCheck
{
    private readonly IMetricReading[] _readings = [.. readings.Where(reading => reading.Subscriber == module)];

    public string Name => "metrics";

    public string? Module => module;

    public ValueTask<string?> WaitingForAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(_readings.Select(reading => reading.WaitingFor).FirstOrDefault(reason => reason is not null));
}

/// <summary>The metric stream.</summary>
internal sealed class StreamReadiness(IMetricStreamStatus status) : IReadinessCheck
{
    public string Name => "metric stream";

    public ValueTask<string?> WaitingForAsync(CancellationToken cancellationToken) => ValueTask.FromResult(status.WaitingFor);
}
