using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.Hosting.Health;
using Platform.Messaging;
using Platform.Testing;

namespace Platform.Hosting.Tests.Health;

public sealed class HeartbeatTests : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private readonly ManualTimeProvider _clock = new();
    private readonly Bus _bus = new();
    private readonly Lines _log = new();
    private readonly Started _started = new();
    private readonly Heartbeat _heartbeat;

    public HeartbeatTests() => _heartbeat = new Heartbeat(
        [TestHost.Module()], new Readiness([]), new Nowhere(), _bus, _bus, Options.Create(new HeartbeatOptions { Interval = Interval }), _started, _clock, _log);

    [Fact]
    public async Task WhileTheBusIsAway_NothingIsPublished_ItIsSaidOnce_AndSoIsItsReturn()
    {
        await _heartbeat.StartAsync(TestContext.Current.CancellationToken);
        await UntilAsync(() => _bus.Published == 1);
        _bus.Away = "RabbitMQ at 127.0.0.1:5672 is not usable since 12:00:03 UTC: connection refused";
        await PassAsync(Interval);
        for (var look = 0; look < 60; look++) await PassAsync(TimeSpan.FromMilliseconds(500));
        Assert.Equal(1, _bus.Published);
        Assert.Equal(
            ["Waiting for the bus: RabbitMQ at 127.0.0.1:5672 is not usable since 12:00:03 UTC: connection refused. Messages wait in the outbox; the reports of this process are left out until it is back."],
            _log.Written);

        _bus.Away = null;
        await PassAsync(TimeSpan.FromMilliseconds(500));
        await UntilAsync(() => _bus.Published == 2);
        Assert.Equal(["The bus is back after 00:00:30.5000000."], _log.Written.Skip(1));
    }

    [Fact]
    public async Task AtTheStart_ABusThatConnectsInTime_IsNotWorthALine()
    {
        _bus.Away = "RabbitMQ is not usable: connecting";
        await _heartbeat.StartAsync(TestContext.Current.CancellationToken);
        await UntilAsync(() => _bus.Looks == 1);
        for (var look = 0; look < 9; look++) await PassAsync(TimeSpan.FromMilliseconds(500));
        _bus.Away = null;
        await PassAsync(TimeSpan.FromMilliseconds(500));
        await UntilAsync(() => _bus.Published == 1);
        Assert.Empty(_log.Written);
    }

    public async ValueTask DisposeAsync()
    {
        await _heartbeat.StopAsync(CancellationToken.None);
        _heartbeat.Dispose();
        _started.Dispose();
    }

    /// <summary>Lets time pass until the heartbeat has looked once more.</summary>
    private async Task PassAsync(TimeSpan time)
    {
        var before = _bus.Looks;
        await UntilAsync(() => _clock.NextDue <= _clock.GetUtcNow() + time);
        _clock.Advance(time);
        await UntilAsync(() => _bus.Looks > before);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition()) await Task.Delay(1, patience.Token);
    }

    private sealed class Bus : IEventPublisher, IMessagingStatus
    {
        private volatile string? _away;
        private int _published;
        private int _looks;

        public string? Away
        {
            get
            {
                var away = _away;
                Interlocked.Increment(ref _looks);
                return away;
            }
            set => _away = value;
        }

        public int Looks => Volatile.Read(ref _looks);

        public int Published => Volatile.Read(ref _published);

        public IReadOnlyList<string> WaitingFor => [];

        public long OutboxBacklog => 0;

        public Task PublishAsync<T>(T @event, CancellationToken cancellation = default)
            where T : class, IEvent
        {
            Interlocked.Increment(ref _published);
            return Task.CompletedTask;
        }
    }

    private sealed class Nowhere : IServiceAddresses
    {
        public Uri Control(string module) => new("http://127.0.0.1:8014/");

        public Uri? Traffic(string module) => null;
    }

    private sealed class Started : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _never = new();

        public CancellationToken ApplicationStarted { get; } = new(canceled: true);

        public CancellationToken ApplicationStopping => _never.Token;

        public CancellationToken ApplicationStopped => _never.Token;

        public void StopApplication() => _never.Cancel();

        public void Dispose() => _never.Dispose();
    }

    private sealed class Lines : ILogger<Heartbeat>
    {
        private readonly ConcurrentQueue<string> _written = new();

        public IReadOnlyCollection<string> Written => _written;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _written.Enqueue(formatter(state, exception));
    }
}
