using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Contracts.Health;
using Platform.Messaging;

namespace Platform.Hosting.Health;

/// <summary>Publishes <see cref="ServiceReported"/> for each module of this process, with what it waits for. A report that cannot be sent is not sent late: the next one says more.</summary>
internal sealed partial class Heartbeat(
    IReadOnlyList<ServiceModule> modules, Readiness readiness, IServiceAddresses addresses, IEventPublisher publisher,
    IOptions<HeartbeatOptions> options, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<Heartbeat> logger) : BackgroundService
{
    private readonly Guid _instance = Guid.NewGuid();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Addresses are known once every port is open.
        await StartedAsync(stoppingToken);
        using var timer = new PeriodicTimer(options.Value.Interval, clock);
        do
        {
            foreach (var module in modules) await ReportAsync(module, stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
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
}
