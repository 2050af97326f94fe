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

/// <summary>The metric stream.</summary>
internal sealed class StreamReadiness(IMetricStreamStatus status) : IReadinessCheck
{
    public string Name => "metric stream";

    public ValueTask<string?> WaitingForAsync(CancellationToken cancellationToken) => ValueTask.FromResult(status.WaitingFor);
}
