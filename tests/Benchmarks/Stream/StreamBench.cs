using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.Metrics;
using Platform.Metrics.Kafka;
using Platform.Metrics.Streaming;
using Platform.Metrics.Windows;
using Platform.Testing;

namespace Platform.Benchmarks.Stream;

/// <summary>
/// Samples per second from <see cref="IMetricStream.Publish"/> to a subscriber's <see cref="MetricWindows"/>: through channels, and
/// through the Kafka protocol (librdkafka's mock cluster in this process unless --bootstrap names a real one). One publisher keeps at
/// most a window of batches under way, so nothing is dropped and what is counted is what arrived.
/// </summary>
internal sealed class StreamBench : IBench
{
    private const int UnderWay = 8192;

    public string Name => "stream";

    public string Description => "samples/s through the in-process and the Kafka metric stream";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("seconds", "how long each line is measured, after a second of warm-up", "5"),
        new("batches", "batch sizes in samples, separated by commas", "20,100,200"),
        new("bootstrap", "a Kafka cluster's host:port; mock: three brokers inside this process", "mock"),
    ];

    public async Task<BenchResult> RunAsync(BenchContext context)
    {
        var rows = new List<IReadOnlyDictionary<string, object?>>();
        var seconds = context.Seconds("seconds");
        foreach (var part in context.Text("batches").Split(','))
        {
            if (!int.TryParse(part, out var size) || size is < 1 or > 10_000) throw new BenchUsageException($"--batches: expected sizes from 1 to 10000, found '{part}'.");
            context.Say($"in-process, batches of {size} …");
            var inProcess = new InProcessMetricStream(Configured("", ""));
            rows.Add(await MeasureAsync("inProcess", inProcess, inProcess, size, seconds, context.CancellationToken));
        }

        if (KafkaLibrary.Problem is { } missing)
        {
            context.Say($"Kafka is left out: {missing}");
            return Judge(rows);
        }

        using var cluster = context.Text("bootstrap") == "mock" ? MockKafkaCluster.Start() : null;
        foreach (var size in context.Text("batches").Split(',').Select(int.Parse))
        {
            context.Say($"Kafka, batches of {size} …");
            var topic = $"platform.bench.{size}.{Environment.ProcessId}";
            await using var kafka = new KafkaMetricStream(
                Configured(cluster?.BootstrapServers ?? context.Text("bootstrap"), topic), TimeProvider.System, NullLogger<KafkaMetricStream>.Instance);
            rows.Add(await MeasureAsync("kafka", kafka, kafka, size, seconds, context.CancellationToken));
        }

        return Judge(rows);
    }

    private static BenchResult Judge(List<IReadOnlyDictionary<string, object?>> rows)
    {
        var promises = new List<BenchPromise>();
        Promise("inProcess", 1_000_000);
        Promise("kafka", 200_000);
        return new BenchResult(rows, promises);

        void Promise(string stream, double least)
        {
            var figures = rows.Where(row => (string)row["stream"]! == stream).Select(row => (double)row["samplesPerSecond"]!).ToArray();
            if (figures.Length > 0) promises.Add(new BenchPromise($"{stream}: at least {least:N0} samples/s at every batch size (lowest: {figures.Min():N0})", figures.Min() >= least));
        }
    }

    private static async Task<IReadOnlyDictionary<string, object?>> MeasureAsync(
        string name, IMetricStream stream, IMetricStreamStatus status, int size, TimeSpan duration, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var windows = new MetricWindows(TimeProvider.System);
        var received = 0L;
        var slots = new SemaphoreSlim(UnderWay);
        var subscription = stream.SubscribeAsync("bench", stop.Token);
        var reading = Task.Run(async () =>
        {
            await foreach (var batch in subscription)
            {
                windows.Add(batch);
                Interlocked.Add(ref received, batch.Samples.Count);
                if (slots.CurrentCount < UnderWay) slots.Release();
            }
        }, CancellationToken.None);

        // Until the subscriber takes part: a Kafka consumer group needs a few seconds to form.
        var random = new Random(1);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (Interlocked.Read(ref received) == 0)
        {
            stream.Publish(Batch(size, random));
            await Task.Delay(100, patience.Token);
        }

        await Task.Delay(500, cancellationToken);
        using var publishing = new CancellationTokenSource();
        var publisher = Task.Run(() => PublishAsync(stream, size, slots, publishing.Token), CancellationToken.None);
        await Task.Delay(1000, cancellationToken);
        var before = Interlocked.Read(ref received);
        var processor = Environment.CpuUsage.TotalTime;
        var allocated = GC.GetTotalAllocatedBytes();
        var watch = Stopwatch.StartNew();
        await Task.Delay(duration, cancellationToken);
        var samples = Interlocked.Read(ref received) - before;
        var elapsed = watch.Elapsed.TotalSeconds;
        var bytes = (double)(GC.GetTotalAllocatedBytes() - allocated) / samples;
        var cores = (Environment.CpuUsage.TotalTime - processor).TotalSeconds / elapsed;

        await publishing.CancelAsync();
        await publisher;
        await stop.CancelAsync();
        await reading;
        var figures = status.Figures;
        var refused = windows.Figures;
        return new Dictionary<string, object?>
        {
            ["subject"] = "ours",
            ["stream"] = name,
            ["batchSamples"] = size,
            ["histogramShare"] = 0.1,
            ["samplesPerSecond"] = samples / elapsed,
            ["batchesPerSecond"] = samples / elapsed / size,
            ["processorCores"] = cores,
            ["allocatedBytesPerSample"] = bytes,
            ["droppedBatches"] = figures.Unsent + figures.Dropped.Values.Sum(),
            ["poisonRecords"] = figures.Poison,
            ["refusedSamples"] = refused.Late + refused.Future + refused.NotANumber + refused.BeyondBounds,
        };
    }

    private static async Task PublishAsync(IMetricStream stream, int size, SemaphoreSlim slots, CancellationToken stop)
    {
        // Made beforehand: what the sources spend on measuring is not the stream's.
        var random = new Random(2);
        var templates = Enumerable.Range(0, 64).Select(_ => Batch(size, random)).ToArray();
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            if (!await slots.WaitAsync(TimeSpan.FromMilliseconds(200), CancellationToken.None)) continue;
            stream.Publish(templates[i % templates.Length] with { At = TimeProvider.System.GetUtcNow() });
        }
    }

    /// <summary>What a gateway sends for one application: a tenth of the samples are latency histograms of 50 requests.</summary>
    private static MetricBatch Batch(int size, Random random) => new()
    {
        Source = "gateway/1",
        Application = $"application-{random.Next(8)}",
        At = TimeProvider.System.GetUtcNow(),
        Interval = TimeSpan.FromSeconds(1),
        Samples = [.. Enumerable.Range(0, size).Select(i =>
        {
            var replica = $"storefront-v1-{i / 10:D4}";
            if (i % 10 != 9) return new MetricSample(Names[i % 10], "v1", replica, i % 2 == 0 ? random.Next(1000) : random.NextDouble());
            var latencies = new LatencyHistogram();
            for (var request = 0; request < 50; request++) latencies.Record(0.02 * Math.Exp(random.NextDouble() * 3));
            return new MetricSample("latency", "v1", replica, 50, latencies);
        })],
    };

    private static readonly string[] Names = ["requests", "errors", "inFlight", "cpu", "memory", "held", "hits", "misses", "retries"];

    private static IOptions<MetricStreamOptions> Configured(string servers, string topic) => Microsoft.Extensions.Options.Options.Create(new MetricStreamOptions
    {
        Kind = servers.Length == 0 ? MetricStreamKind.InProcess : MetricStreamKind.Kafka,
        BootstrapServers = servers,
        Topic = topic,
        SubscriberCapacity = 2 * UnderWay,
        ProducerCapacity = 2 * UnderWay,
    });
}
