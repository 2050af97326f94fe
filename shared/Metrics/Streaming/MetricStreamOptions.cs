using Microsoft.Extensions.Options;

namespace Platform.Metrics.Streaming;

/// <summary>What carries the metric stream.</summary>
public enum MetricStreamKind
{
    /// <summary>Channels inside this process.</summary>
    InProcess,
    /// <summary>A Kafka topic.</summary>
    Kafka,
}

/// <summary>Configuration section <c>Stream</c>.</summary>
public sealed class MetricStreamOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Stream";

    /// <summary><c>inProcess</c> (default) or <c>kafka</c>.</summary>
    public MetricStreamKind Kind { get; set; } = MetricStreamKind.InProcess;

    /// <summary>Kafka's addresses, <c>host:port,host:port</c>. Default <c>127.0.0.1:9092</c>.</summary>
    public string BootstrapServers { get; set; } = "127.0.0.1:9092";

    /// <summary>The Kafka topic. Default <c>platform.metrics</c>.</summary>
    public string Topic { get; set; } = "platform.metrics";

    /// <summary>
    /// The last part of this process's consumer groups, <c>platform.&lt;subscriber&gt;.&lt;instance&gt;</c>: two instances of a service each see
    /// the whole stream, so they must not share a group. Default: a new one for each start.
    /// </summary>
    public string Instance { get; set; } = Guid.NewGuid().ToString("N")[..12];

    /// <summary>Batches kept for a subscriber that is slower than the stream, 1 to 1,000,000. Default 4096.</summary>
    public int SubscriberCapacity { get; set; } = 4096;

    /// <summary>Batches kept while Kafka does not take them, 1 to 1,000,000. Default 8192.</summary>
    public int ProducerCapacity { get; set; } = 8192;
}

/// <summary>Finds every problem in the section, the missing Kafka library included, before anything starts.</summary>
internal sealed class MetricStreamOptionsValidation(Func<string?> kafkaProblem) : IValidateOptions<MetricStreamOptions>
{
    public ValidateOptionsResult Validate(string? name, MetricStreamOptions options)
    {
        var problems = new List<string>();
        Within("SubscriberCapacity", options.SubscriberCapacity);
        Within("ProducerCapacity", options.ProducerCapacity);
        if (options.Kind == MetricStreamKind.Kafka)
        {
            if (string.IsNullOrWhiteSpace(options.BootstrapServers)) problems.Add("Stream:BootstrapServers: expected host:port, found nothing.");
            if (string.IsNullOrWhiteSpace(options.Topic)) problems.Add("Stream:Topic: expected a topic's name, found nothing.");
            if (kafkaProblem() is { } missing) problems.Add($"Stream:Kind is kafka, but {missing}");
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);

        void Within(string field, int value)
        {
            if (value is < 1 or > 1_000_000) problems.Add($"Stream:{field}: expected 1 to 1000000, found {value}.");
        }
    }
}
