using System.Diagnostics.Metrics;
using Platform.Gateway.Holding;
using Platform.Gateway.Replicas;
using Platform.Gateway.Routing;

namespace Platform.Gateway.Measuring;

/// <summary>
/// The gateway's figures for Prometheus and OpenTelemetry. They are read from counters that are kept anyway, when somebody collects:
/// a request pays nothing for them.
/// </summary>
internal sealed class GatewayInstruments : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _mirrorDropped;

    public GatewayInstruments(RouteTables tables, HoldRoom holdRoom, IMeterFactory meters)
    {
        _meter = meters.Create("Platform.Gateway");
        _retries = _meter.CreateCounter<long>("platform.gateway.retries", "{request}", "Tries beyond a request's first.");
        _refused = _meter.CreateCounter<long>("platform.gateway.refused", "{request}", "Requests the gateway answered itself, by reason.");
        _mirrorDropped = _meter.CreateCounter<long>("platform.gateway.mirror_dropped", "{request}", "Requests that were to be mirrored and were not, by reason.");
        _meter.CreateObservableCounter("platform.gateway.mirrored", () => tables.Replicas.Select(r => Of(r, r.Mirrored.Requests)), "{request}", "Copies of requests ended; no client saw their answers.");
        _meter.CreateObservableCounter("platform.gateway.mirrored_errors", () => tables.Replicas.Select(r => Of(r, r.Mirrored.Errors)), "{request}", "Copies of requests ended with a 5xx status or without a whole answer.");
        _meter.CreateObservableCounter("platform.gateway.requests", () => tables.Replicas.Select(r => Of(r, r.Counters.Requests)), "{request}", "Requests ended.");
        _meter.CreateObservableCounter("platform.gateway.errors", () => tables.Replicas.Select(r => Of(r, r.Counters.Errors)), "{request}", "Requests ended with a 5xx status or without a whole answer.");
        _meter.CreateObservableUpDownCounter("platform.gateway.in_flight", () => tables.Replicas.Select(r => Of(r, r.Serving)), "{request}", "Requests under way.");
        _meter.CreateObservableUpDownCounter("platform.gateway.held", () => holdRoom.Held, "{request}", "Requests that wait for a ready replica.");
    }

    /// <summary>A request was tried again.</summary>
    public void Retried(string application) => _retries.Add(1, new KeyValuePair<string, object?>("application", application));

    /// <summary>A request was answered by the gateway itself.</summary>
    public void Refused(string reason) => _refused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>A request that was to be mirrored was not.</summary>
    public void MirrorDropped(string application, string reason) =>
        _mirrorDropped.Add(1, new KeyValuePair<string, object?>("application", application), new KeyValuePair<string, object?>("reason", reason));

    public void Dispose() => _meter.Dispose();

    private static Measurement<long> Of(Replica replica, long value) => new(value,
        new("application", replica.Application), new("revision", replica.Revision), new("replica", replica.Id));
}
