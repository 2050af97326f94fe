using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Platform.EndToEnd.Tests.Telemetry;

/// <summary>A span as it came over the wire.</summary>
internal sealed record CollectedSpan(string TraceId, string SpanId, string ParentId, string Name);

/// <summary>An OpenTelemetry collector: takes OTLP over HTTP and keeps the spans.</summary>
internal sealed class TraceCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<CollectedSpan> _spans = new();
    private int _metricExports;

    private TraceCollector(WebApplication app) => _app = app;

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public int MetricExports => Volatile.Read(ref _metricExports);

    public IReadOnlyList<CollectedSpan> Of(string traceId) => [.. _spans.Where(s => s.TraceId == traceId)];

    public static async Task<TraceCollector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var collector = new TraceCollector(app);
        app.MapPost("/v1/traces", async (HttpContext http) => collector.Take(await BodyAsync(http)));
        app.MapPost("/v1/metrics", async (HttpContext http) =>
        {
            if ((await BodyAsync(http)).Length > 0) Interlocked.Increment(ref collector._metricExports);
        });
        await app.StartAsync();
        return collector;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static async Task<byte[]> BodyAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        return body.ToArray();
    }

    /// <summary>ExportTraceServiceRequest: 1 resource_spans → 2 scope_spans → 2 span { 1 trace_id, 2 span_id, 4 parent_span_id, 5 name }.</summary>
    private void Take(byte[] request)
    {
        foreach (var resource in Fields(request, 1))
        foreach (var scope in Fields(resource, 2))
        foreach (var span in Fields(scope, 2))
        {
            _spans.Enqueue(new CollectedSpan(Hex(Fields(span, 1)), Hex(Fields(span, 2)), Hex(Fields(span, 4)), Encoding.UTF8.GetString(Fields(span, 5).Single())));
        }
    }

    private static string Hex(IEnumerable<byte[]> field) => string.Concat(field.Select(Convert.ToHexStringLower));

    /// <summary>The length-delimited values of one field of a protobuf message; the other fields are passed over.</summary>
    private static IEnumerable<byte[]> Fields(byte[] message, int number)
    {
        for (var at = 0; at < message.Length;)
        {
            var key = Varint(message, ref at);
            switch (key & 7)
            {
                case 0:
                    Varint(message, ref at);
                    break;
                case 1:
                    at += 8;
                    break;
                case 5:
                    at += 4;
                    break;
                case 2:
                    var length = (int)Varint(message, ref at);
                    if ((int)(key >> 3) == number) yield return message[at..(at + length)];
                    at += length;
                    break;
                default:
                    throw new InvalidDataException($"Wire type {key & 7} is not protobuf's.");
            }
        }
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = message[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }
    }
}
