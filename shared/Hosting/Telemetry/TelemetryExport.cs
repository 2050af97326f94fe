using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Platform.Hosting.Telemetry;

/// <summary>
/// Sends what the platform, the bus, the web server, the HTTP client and PostgreSQL's driver say about themselves over OTLP.
/// ASP.NET Core, HttpClient, MassTransit and Npgsql bring their own sources; no instrumentation package is needed.
/// </summary>
internal sealed class TelemetryExport(OtlpOptions options, IReadOnlyList<ServiceModule> modules) : IHostedService, IDisposable
{
    /// <summary>The sources of spans.</summary>
    internal static readonly string[] Sources = ["Platform.*", "MassTransit", "Microsoft.AspNetCore", "System.Net.Http", "Npgsql"];

    /// <summary>The meters.</summary>
    internal static readonly string[] Meters =
        ["Platform.*", "MassTransit", "Microsoft.AspNetCore.*", "System.Net.Http", "Npgsql", "System.Runtime"];

    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    /// <summary>The service's name: the module's, or the platform's where several share the process.</summary>
    internal string ServiceName => modules is [var only] ? only.Name : "platform";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Endpoint is null) return Task.CompletedTask;
        var resource = ResourceBuilder.CreateEmpty().AddTelemetrySdk()
            .AddService(ServiceName, "platform", HostVersion.Text)
            .AddAttributes([KeyValuePair.Create<string, object>("platform.modules", modules.Select(m => m.Name).ToArray())]);
        _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(Sources)
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.SampleRatio)))
            .AddOtlpExporter(e => Configure(e, "v1/traces")).Build();
        _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(Meters)
            .AddOtlpExporter((exporter, reader) =>
            {
                Configure(exporter, "v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)options.MetricInterval.TotalMilliseconds;
            }).Build();
        return Task.CompletedTask;
    }

    /// <summary>The last spans and figures are sent before the process ends, or given up after a moment: a dead collector holds nobody up.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        const int PatienceMilliseconds = 2000;
        _traces?.Shutdown(PatienceMilliseconds);
        _metrics?.Shutdown(PatienceMilliseconds);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    private void Configure(OtlpExporterOptions exporter, string path)
    {
        exporter.Protocol = options.Protocol == "http" ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        exporter.Endpoint = options.Protocol == "http" ? new Uri(options.Endpoint!.AbsoluteUri.TrimEnd('/') + "/" + path) : options.Endpoint!;
    }
}
