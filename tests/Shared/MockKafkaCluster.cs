using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Platform.Testing;

/// <summary>
/// A Kafka cluster that speaks the wire protocol on loopback, from librdkafka itself: a client created with
/// <c>test.mock.num.brokers</c> hosts it. Needs nothing but the library.
/// </summary>
internal sealed class MockKafkaCluster : IDisposable
{
    private readonly IProducer<Null, Null> _host;
    private readonly nint _cluster;

    private MockKafkaCluster(int brokers)
    {
        _host = new ProducerBuilder<Null, Null>(new Dictionary<string, string>
        {
            ["bootstrap.servers"] = "127.0.0.1:1", // replaced by the mock cluster's
            ["test.mock.num.brokers"] = brokers.ToString(),
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        _cluster = HandleMockCluster(Native(_host.Handle));
        BootstrapServers = Marshal.PtrToStringUTF8(Bootstraps(_cluster))!;
    }

    /// <summary>Where the cluster listens.</summary>
    public string BootstrapServers { get; }

    /// <summary>Why there can be no cluster here; null: there can.</summary>
    public static string? Unavailable => Metrics.Kafka.KafkaLibrary.Problem;

    public static MockKafkaCluster Start(int brokers = 3)
    {
        if (Unavailable is { } problem) throw new InvalidOperationException(problem);
        return new MockKafkaCluster(brokers);
    }

    public void CreateTopic(string topic, int partitions) => Check(TopicCreate(_cluster, topic, partitions, 1));

    /// <summary>Stops a broker: its connections are cut and new ones refused.</summary>
    public void Down(int broker) => Check(SetDown(_cluster, broker));

    /// <summary>Starts it again.</summary>
    public void Up(int broker) => Check(SetUp(_cluster, broker));

    public void Dispose() => _host.Dispose();

    private static void Check(int error)
    {
        if (error != 0) throw new InvalidOperationException($"The mock cluster refused: {(ErrorCode)error}.");
    }

    /// <summary>The client's rd_kafka_t, which Confluent.Kafka keeps to itself.</summary>
    private static nint Native(Handle handle)
    {
        const BindingFlags Any = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;
        var librdkafka = typeof(Handle).GetProperty("LibrdkafkaHandle", Any)?.GetValue(handle)
            ?? throw new InvalidOperationException("Confluent.Kafka no longer has Handle.LibrdkafkaHandle.");
        return ((SafeHandle)librdkafka).DangerousGetHandle();
    }

    [DllImport("librdkafka.so.1", EntryPoint = "rd_kafka_handle_mock_cluster")]
    private static extern nint HandleMockCluster(nint client);

    [DllImport("librdkafka.so.1", EntryPoint = "rd_kafka_mock_cluster_bootstraps")]
    private static extern nint Bootstraps(nint cluster);

    [DllImport("librdkafka.so.1", EntryPoint = "rd_kafka_mock_topic_create")]
    private static extern int TopicCreate(nint cluster, [MarshalAs(UnmanagedType.LPUTF8Str)] string topic, int partitions, int replicas);

    [DllImport("librdkafka.so.1", EntryPoint = "rd_kafka_mock_broker_set_down")]
    private static extern int SetDown(nint cluster, int broker);

    [DllImport("librdkafka.so.1", EntryPoint = "rd_kafka_mock_broker_set_up")]
    private static extern int SetUp(nint cluster, int broker);
}
