using System.Text.Json.Serialization;

namespace Platform.Contracts.Scaling;

/// <summary>Where the value of a scaling metric is asked for that nobody puts on the metric stream.</summary>
public abstract record ExternalMetric
{
    /// <summary>What answers, for people: <c>prometheus</c>, <c>rabbitmq</c>.</summary>
    [JsonIgnore]
    public abstract string Kind { get; }
}

/// <summary>A Prometheus, asked by an instant query whose answer must be one number: the value for the whole application.</summary>
public sealed record PrometheusMetric : ExternalMetric
{
    /// <summary>The server's address, <c>http://prometheus.example.org:9090</c>.</summary>
    public required string Address { get; init; }
    /// <summary>The query in PromQL; <c>{{application}}</c> and <c>{{interval}}</c> stand for what they say.</summary>
    public required string Query { get; init; }
    /// <summary>Headers of the request; a value may end with <c>secret://name</c>.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Kind => "prometheus";

    /// <summary>The same address, query and headers.</summary>
    public bool Equals(PrometheusMetric? other) =>
        other is not null && Address == other.Address && Query == other.Query && Headers.Count == other.Headers.Count
        && Headers.All(header => other.Headers.TryGetValue(header.Key, out var value) && value == header.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Address, Query, Headers.Count);
}

/// <summary>
/// A queue of RabbitMQ: its length, or how fast it grows. By <c>amqp</c> the length is that of the messages which are ready; by the management API
/// (<c>http</c>) it is with those that consumers have and did not acknowledge yet.
/// </summary>
public sealed record RabbitMqMetric : ExternalMetric
{
    /// <summary>The broker, <c>amqp://rabbit.example.org</c>, <c>amqps://…</c>, or its management API, <c>http://rabbit.example.org:15672</c>, <c>https://…</c>.</summary>
    public required string Host { get; init; }
    /// <summary>The queue's name.</summary>
    public required string Queue { get; init; }
    /// <summary>The queue's virtual host. Default <c>/</c>.</summary>
    public string VirtualHost { get; init; } = "/";
    /// <summary><c>queueLength</c> (default) or <c>messageRate</c>: messages published to the queue per second, which only the management API knows.</summary>
    public string Mode { get; init; } = RabbitMqModes.QueueLength;
    /// <summary>True: the management API's length, too, is that of the ready messages alone. Default false.</summary>
    public bool ExcludeUnacknowledged { get; init; }
    /// <summary>The user. Default <c>guest</c>, whom a broker admits from its own machine.</summary>
    public string Username { get; init; } = "guest";
    /// <summary>Its password, <c>secret://name</c>; null: <c>guest</c>.</summary>
    public string? Password { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Kind => "rabbitmq";

    /// <summary>Whether the broker itself is asked, not its management API.</summary>
    [JsonIgnore]
    public bool IsAmqp => Host.StartsWith("amqp", StringComparison.Ordinal);
}

/// <summary>What of a queue counts.</summary>
public static class RabbitMqModes
{
    /// <summary>Messages in the queue.</summary>
    public const string QueueLength = "queueLength";
    /// <summary>Messages published per second.</summary>
    public const string MessageRate = "messageRate";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [QueueLength, MessageRate];
}
