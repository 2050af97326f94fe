using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Platform.Metrics.Streaming;

/// <summary>Registers those who read the metric stream.</summary>
public static class MetricReaderRegistration
{
    /// <summary>
    /// Makes <typeparamref name="TReader"/> a singleton that is given every batch of the metric stream, which it adds. A stream that is lost is
    /// found again; until then <see cref="IMetricReading.WaitingFor"/>, and so the module's readiness, says why.
    /// <code>builder.AddMetricReader&lt;RevisionMetrics&gt;("deployment");</code>
    /// </summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="subscriber">Who reads: the module's name. On Kafka a part of the consumer group.</param>
    public static IHostApplicationBuilder AddMetricReader<TReader>(this IHostApplicationBuilder builder, string subscriber)
        where TReader : class, IMetricReader
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(subscriber);
        builder.AddMetricStream();
        var services = builder.Services;
        services.TryAddSingleton<TReader>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<MetricReading<TReader>>(provider, subscriber));
        services.AddSingleton<IMetricReading>(provider => provider.GetRequiredService<MetricReading<TReader>>());
        services.AddHostedService(provider => provider.GetRequiredService<MetricReading<TReader>>());
        return builder;
    }
}
