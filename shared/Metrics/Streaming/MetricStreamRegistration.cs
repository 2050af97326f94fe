using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Platform.Metrics.Kafka;

namespace Platform.Metrics.Streaming;

/// <summary>Registers the metric stream.</summary>
public static class MetricStreamRegistration
{
    /// <summary>
    /// Adds <see cref="IMetricStream"/> and <see cref="IMetricStreamStatus"/> as configured in <c>Stream</c>. Every module calls it; the first call counts.
    /// <code>"Stream": { "Kind": "kafka", "BootstrapServers": "127.0.0.1:9092", "Topic": "platform.metrics" }</code>
    /// </summary>
    public static IHostApplicationBuilder AddMetricStream(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<MetricStreamOptions>().BindConfiguration(MetricStreamOptions.Section).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MetricStreamOptions>>(new MetricStreamOptionsValidation(() => KafkaLibrary.Problem)));
        services.TryAddSingleton<InProcessMetricStream>();
        services.TryAddSingleton<KafkaMetricStream>();
        services.TryAddSingleton<IMetricStream>(provider => provider.GetRequiredService<IOptions<MetricStreamOptions>>().Value.Kind switch
        {
            MetricStreamKind.Kafka => provider.GetRequiredService<KafkaMetricStream>(),
            _ => provider.GetRequiredService<InProcessMetricStream>(),
        });
        services.TryAddSingleton(provider => (IMetricStreamStatus)provider.GetRequiredService<IMetricStream>());
        return builder;
    }
}
