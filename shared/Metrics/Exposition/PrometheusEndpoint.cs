using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Platform.Metrics.Exposition;

/// <summary>The Prometheus page.</summary>
public static class PrometheusEndpoint
{
    /// <summary>Registers the collection of the process's instruments (section <c>Prometheus</c>). Repeated calls add nothing.</summary>
    public static IHostApplicationBuilder AddPrometheus(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<PrometheusOptions>().BindConfiguration(PrometheusOptions.Section)
            .Validate(
                options => options.MaximumSeriesPerInstrument is >= 1 and <= 100_000,
                "Prometheus:MaximumSeriesPerInstrument: expected 1 to 100000.")
            .ValidateOnStart();
        builder.Services.TryAddSingleton<PrometheusExposition>();
        return builder;
    }

    /// <summary>
    /// Serves every instrument of <see cref="System.Diagnostics.Metrics"/> that <see cref="PrometheusOptions.Meters"/> names, in text format 0.0.4.
    /// Needs <see cref="AddPrometheus"/>. Authorisation is the caller's: the result takes conventions.
    /// </summary>
    public static IEndpointConventionBuilder MapPrometheus(this IEndpointRouteBuilder endpoints, string pattern = "/metrics")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        // Resolved now, not at the first request: counters count from the start.
        var exposition = endpoints.ServiceProvider.GetRequiredService<PrometheusExposition>();
        return endpoints.MapGet(pattern, () => Results.Text(exposition.Write(), PrometheusExposition.ContentType)).ExcludeFromDescription();
    }
}
