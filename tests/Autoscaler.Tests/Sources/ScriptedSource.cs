using System.Collections.Concurrent;
using Platform.Autoscaler.Sources;
using Platform.Contracts.Scaling;
using Platform.Hosting.Measurements;

namespace Platform.Autoscaler.Tests.Sources;

/// <summary>Answers for any metric as a test says; one whose server is <c>hung</c> only when it is given up.</summary>
internal sealed class ScriptedSource : IMetricSource
{
    public ConcurrentQueue<string> Asked { get; } = new();

    public Func<string, Reading> Answer { get; set; } = _ => Reading.Of(1);

    public int UnderWay;

    public bool Reads(ExternalMetric metric) => true;

    public string Server(ExternalMetric metric) => ((PrometheusMetric)metric).Address is "none" ? new Uri("no address").Authority : ((PrometheusMetric)metric).Address;

    public async Task<Reading> ReadAsync(ExternalMetric metric, SourceQuestion question, CancellationToken ct)
    {
        Asked.Enqueue(question.Application);
        if (Server(metric) != "hung") return Answer(question.Application);
        Interlocked.Increment(ref UnderWay);
        await Task.Delay(Timeout.Infinite, ct);
        return Reading.None("never");
    }
}
