using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Metrics.Streaming;
using Platform.Testing;

namespace Platform.Metrics.Tests.Streaming;

public sealed class MetricReadingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reading_StreamThrowsOnce_ComesBack_AndSaysSoMeanwhileAndAfterwards()
    {
        var stream = new ScriptedStream(new IOException("the broker hung up"));
        await using var world = await World.StartAsync(stream);

        await Eventually.HoldsAsync(() => world.Reading.WaitingFor is not null, "the loss is told");
        Assert.Equal("reading failed at 00:00:00 UTC, trying again: the broker hung up", world.Reading.WaitingFor);

        await world.AdvanceUntilAsync(() => stream.Subscriptions == 2, "it subscribes again");
        stream.Publish(Batches.Numbered(7));
        await Eventually.HoldsAsync(() => world.Reader.Numbers.Count == 1, "the batch arrives");

        Assert.Equal([7], world.Reader.Numbers);
        await Eventually.HoldsAsync(() => world.Reading.WaitingFor is null, "the way back is told");
        await Eventually.HoldsAsync(() => world.Log.Count == 2, "both are logged");
        Assert.Collection(
            world.Log,
            lost => Assert.Equal("Warning: test reads no metrics, trying again: the broker hung up", lost),
            back => Assert.Equal("Information: test reads metrics again, after 00:00:01", back));
    }

    [Fact]
    public async Task Reading_StreamThrowsAgainAndAgain_TellsTheFirstTime_AndLogsOnce()
    {
        var stream = new ScriptedStream([.. Enumerable.Range(0, 5).Select(_ => new IOException("away"))]);
        await using var world = await World.StartAsync(stream);

        await world.AdvanceUntilAsync(() => stream.Subscriptions == 5, "it subscribes again");
        await Eventually.HoldsAsync(() => world.Reading.WaitingFor is not null, "the loss is told");

        Assert.Equal("reading failed at 00:00:00 UTC, trying again: away", world.Reading.WaitingFor);
        Assert.Single(world.Log);
    }

    [Fact]
    public async Task Reading_IdleStreamAfterALoss_IsReadyOnceTheNewSubscriptionHasHeld()
    {
        var stream = new ScriptedStream(new IOException("away"));
        await using var world = await World.StartAsync(stream);
        await Eventually.HoldsAsync(() => world.Reading.WaitingFor is not null, "the loss is told");

        await world.AdvanceUntilAsync(() => stream.Subscriptions == 2, "it subscribes again");
        world.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(world.Reading.WaitingFor);
    }

    [Fact]
    public async Task Reading_StreamEndsByItself_SubscribesAgain_AfterAPause()
    {
        var stream = new ScriptedStream([null]);
        await using var world = await World.StartAsync(stream);

        await Eventually.HoldsAsync(() => world.Reading.WaitingFor is not null, "the end is told");
        Assert.Equal(1, stream.Subscriptions); // no time has passed: it does not spin
        await world.AdvanceUntilAsync(() => stream.Subscriptions == 2, "it subscribes again");
        Assert.Equal("Warning: test reads no metrics, trying again: the stream ended", Assert.Single(world.Log));
    }

    [Fact]
    public async Task Reading_ReaderThrows_LeavesNoSubscriptionBehind()
    {
        var stream = new ScriptedStream();
        await using var world = await World.StartAsync(stream, refused: 3);
        await Eventually.HoldsAsync(() => stream.Live == 1, "it subscribes");

        stream.Publish(Batches.Numbered(3));
        await world.AdvanceUntilAsync(() => stream.Subscriptions == 2, "it subscribes again");
        stream.Publish(Batches.Numbered(4));
        await Eventually.HoldsAsync(() => world.Reader.Numbers.Contains(4), "the next batch arrives");

        Assert.Equal(1, stream.Live);
    }

    /// <summary>A host whose only reader is <see cref="Recorder"/>, on a clock that is moved by hand.</summary>
    private sealed class World(IHost host, ManualTimeProvider time, Lines lines) : IAsyncDisposable
    {
        public ManualTimeProvider Time => time;

        public Recorder Reader => host.Services.GetRequiredService<Recorder>();

        public IMetricReading Reading => host.Services.GetRequiredService<IMetricReading>();

        public IReadOnlyList<string> Log => [.. lines.Written];

        public static async Task<World> StartAsync(IMetricStream stream, int? refused = null)
        {
            var (time, lines) = (new ManualTimeProvider(), new Lines());
            var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
            builder.Logging.AddProvider(lines);
            builder.Services.AddSingleton<TimeProvider>(time).AddSingleton(stream).AddSingleton(new Recorder(refused));
            builder.AddMetricReader<Recorder>("test");
            var host = builder.Build();
            await host.StartAsync(Cancel);
            return new World(host, time, lines);
        }

        public Task AdvanceUntilAsync(Func<bool> condition, string what) => Eventually.HoldsAsync(
            () =>
            {
                if (condition()) return true;
                // Only a timer that waits is helped along: time does not run ahead of whoever has yet to arm one.
                if (time.NextDue is { } due) time.Advance(due - time.GetUtcNow());
                return false;
            },
            what);

        public async ValueTask DisposeAsync()
        {
            await host.StopAsync(CancellationToken.None);
            host.Dispose();
        }
    }

    private sealed class Recorder(int? refused) : IMetricReader
    {
        public ConcurrentQueue<int> Numbers { get; } = [];

        public void Add(MetricBatch batch)
        {
            var number = Batches.NumberOf(batch);
            if (number == refused) throw new InvalidOperationException($"Not {number}.");
            Numbers.Enqueue(number);
        }
    }

    /// <summary>A stream whose first subscriptions fail as told; null: it ends without an error. Those after them work.</summary>
    private sealed class ScriptedStream(params Exception?[] ends) : IMetricStream
    {
        private readonly ConcurrentDictionary<int, Channel<MetricBatch>> _live = [];
        private int _subscriptions;

        public int Subscriptions => Volatile.Read(ref _subscriptions);

        public int Live => _live.Count;

        public void Publish(MetricBatch batch)
        {
            foreach (var channel in _live.Values) channel.Writer.TryWrite(batch);
        }

        public IAsyncEnumerable<MetricBatch> SubscribeAsync(string subscriber, CancellationToken cancellationToken)
        {
            Assert.Equal("test", subscriber);
            var channel = Channel.CreateUnbounded<MetricBatch>();
            var number = Subscriptions;
            if (number < ends.Length)
            {
                channel.Writer.Complete(ends[number]);
            }
            else
            {
                _live[number] = channel;
                cancellationToken.Register(() => _live.TryRemove(number, out _));
            }

            Interlocked.Increment(ref _subscriptions);
            return channel.Reader.ReadAllAsync(cancellationToken);
        }
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Written { get; } = [];

        public ILogger CreateLogger(string categoryName) =>
            categoryName.Contains(nameof(Recorder), StringComparison.Ordinal) ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Enqueue($"{logLevel}: {formatter(state, exception)}");

        public void Dispose() => Written.Clear();
    }
}
