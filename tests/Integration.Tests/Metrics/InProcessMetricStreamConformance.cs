using Microsoft.Extensions.Options;
using Platform.Metrics.Streaming;

namespace Platform.Integration.Tests.Metrics;

public sealed class InProcessMetricStreamConformance : MetricStreamConformance
{
    private readonly InProcessMetricStream _stream = new(Options.Create(new MetricStreamOptions()));

    private protected override IMetricStream Stream => _stream;

    private protected override IMetricStreamStatus Status => _stream;

    public override ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
