namespace Platform.Messaging;

/// <summary>Which bus carries the messages. Section <c>Bus</c>.</summary>
public sealed class MessagingOptions
{
    /// <summary><c>inMemory</c> (default): all services in one process. <c>rabbitMq</c>: one process each, or several.</summary>
    public string Transport { get; set; } = "inMemory";

    /// <summary>RabbitMQ: where it is, as <c>amqp://user:password@host:port/virtual-host</c>. Default: <c>amqp://guest:guest@127.0.0.1:5672/</c>.</summary>
    public Uri Uri { get; set; } = new("amqp://guest:guest@127.0.0.1:5672/");

    /// <summary>In-memory bus: how long sent messages are kept, to be sent again by the next start in case the process was killed before they were handled. Default 10 min.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the ids of handled messages are kept to recognise a repetition. Longer than <see cref="Retention"/> and than a broker may hold a message back. Default 24 h.</summary>
    public TimeSpan InboxRetention { get; set; } = TimeSpan.FromHours(24);

    /// <summary>After the immediate retries a failed message is put aside and delivered again after each of these. Then it goes to the error queue. Default 1 s, 5 s, 15 s, 60 s.</summary>
    public IList<TimeSpan> Redelivery { get; } = [];

    /// <summary>How many immediate retries a failing message gets. Default 3.</summary>
    public int Retries { get; set; } = 3;

    internal IReadOnlyList<TimeSpan> RedeliveryOrDefault => Redelivery.Count > 0
        ? [.. Redelivery]
        : [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(60)];
}
