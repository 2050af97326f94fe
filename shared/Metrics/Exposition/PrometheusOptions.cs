namespace Platform.Metrics.Exposition;

/// <summary>Configuration section <c>Prometheus</c>: what <c>/metrics</c> shows.</summary>
public sealed class PrometheusOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Prometheus";

    /// <summary>The meters shown; a trailing <c>*</c> matches any ending. Configured ones are added to the default.</summary>
    public ICollection<string> Meters { get; } =
        ["Platform.*", "MassTransit", "Npgsql", "System.Runtime", "System.Net.Http", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel"];

    /// <summary>The most label combinations of one instrument, 1 to 100,000; further ones are summed in a series labelled <c>overflow="true"</c>. Default 1000.</summary>
    public int MaximumSeriesPerInstrument { get; set; } = 1_000;

    internal bool Shows(string meter) => Meters.Any(pattern => pattern.EndsWith('*')
        ? meter.StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal)
        : meter == pattern);
}
