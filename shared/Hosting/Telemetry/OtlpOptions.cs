using System.ComponentModel.DataAnnotations;

namespace Platform.Hosting.Telemetry;

/// <summary>Where traces and metrics go. Section <c>Otlp</c>.</summary>
internal sealed class OtlpOptions : IValidatable
{
    /// <summary>The collector (Jaeger takes it too): http://127.0.0.1:4317. Default: none, nothing is sent.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>grpc (port 4317 as a rule) or http (port 4318, protobuf; the paths /v1/traces and /v1/metrics are added).</summary>
    [AllowedValues("grpc", "http")]
    public string Protocol { get; set; } = "grpc";

    /// <summary>The share of traces that is kept; those begun elsewhere are kept as their beginning says.</summary>
    [Range(0.0, 1.0)]
    public double SampleRatio { get; set; } = 1;

    /// <summary>How often metrics are sent.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan MetricInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public IEnumerable<ConfigurationProblem> Validate()
    {
        if (Endpoint is { Scheme: not ("http" or "https") }) yield return new ConfigurationProblem(nameof(Endpoint), "an http or https URI", $"'{Endpoint}'");
    }
}
