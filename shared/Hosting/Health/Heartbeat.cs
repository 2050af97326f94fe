using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Contracts.Health;
using Platform.Messaging;

namespace Platform.Hosting.Health;

/// <summary>Publishes <see cref="ServiceReported"/> for each module of this process, with what it waits for. A report that cannot be sent is not sent late: the next one says more.</summary>
internal sealed partial class Heartbeat(
    IReadOnlyList<ServiceModule> modules, Readiness readiness, IServiceAddresses addresses, IEventPublisher publisher, IMessagingStatus messaging,
    IOptions<HeartbeatOptions> options, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<Heartbeat> logger) : BackgroundService
{
    /// <summary>At its start a bus is not connected yet; that is not worth a line.</summary>
    private static readonly TimeSpan Connecting = TimeSpan.FromSeconds(5);

    /// <summary>While the bus is away it is looked at more often than reports are due, so that a service is known soon after the bus is back.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    private readonly Guid _instance = Guid.NewGuid();
    private DateTimeOffset? _awaySince;
    private bool _reported;
    private bool _said;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Addresses are known once every port is open.
        await StartedAsync(stoppingToken);
        using var timer = new PeriodicTimer(options.Value.Interval, clock);
        do
        {
            var away = IsBusAway();
            timer.Period = away && Look < options.Value.Interval ? Look : options.Value.Interval;
            if (away) continue;
            foreach (var module in modules) await ReportAsync(module, stoppingToken);
            _reported = true;
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Says once that the bus has gone and once that it is back, for the whole process.</summary>
    private bool IsBusAway()
    {
        var now = clock.GetUtcNow();
        if (messaging.Away is { } reason)
        {
            _awaySince ??= now;
            if (_said || (!_reported && now - _awaySince < Connecting)) return true;
            _said = true;
            LogAway(logger, reason);
            return true;
        }

        if (_said) LogBack(logger, now - _awaySince!.Value);
        (_said, _awaySince) = (false, null);
        return false;
    }

    private async Task StartedAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
    }

    private async Task ReportAsync(ServiceModule module, CancellationToken stoppingToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        patience.CancelAfter(options.Value.Interval);
        try
        {
            var waiting = await readiness.WaitingForAsync(module.Name, patience.Token);
            await publisher.PublishAsync(
                new ServiceReported
                {
                    Application = "platform",
                    At = clock.GetUtcNow(),
                    CorrelationId = _instance,
                    Service = module.Name,
                    Address = addresses.Control(module.Name),
                    Version = HostVersion.Text,
                    Ready = waiting.Count == 0,
                    WaitingFor = waiting,
                    Interval = options.Value.Interval,
                },
                patience.Token);
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            LogUnsent(logger, module.Name, exception.Message);
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "The report of {Service} could not be sent: {Reason}")]
    private static partial void LogUnsent(ILogger logger, string service, string reason);

    [LoggerMessage(2, LogLevel.Warning, "Waiting for the bus: {Reason}. Messages wait in the outbox; the reports of this process are left out until it is back.")]
    private static partial void LogAway(ILogger logger, string reason);

    [LoggerMessage(3, LogLevel.Information, "The bus is back after {Away}.")]
    private static partial void LogBack(ILogger logger, TimeSpan away);
}
