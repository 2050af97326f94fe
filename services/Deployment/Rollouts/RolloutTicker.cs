using Microsoft.Extensions.Options;
using Platform.Messaging;
using Platform.Storage;

namespace Platform.Deployment.Rollouts;

/// <summary>
/// Makes the sagas look again when their time has come. The time is a column, so it survives; the tick itself may be lost,
/// because the row stays due until the saga has looked.
/// </summary>
internal sealed partial class RolloutTicker(
    [FromKeyedServices(DeploymentModule.Name)] Database database,
    ICommandSender sender,
    Facts facts,
    IOptions<DeploymentOptions> options,
    TimeProvider time,
    ILogger<RolloutTicker> log) : BackgroundService
{
    /// <summary>A tick that has not been answered is repeated after this.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly Dictionary<Guid, DateTimeOffset> _ticked = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await TickAsync(stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                LogFailed(log, error.Message);
            }

            await facts.Rollouts.WaitAsync(options.Value.RolloutTick / 2, time, stoppingToken);
        }
    }

    private async Task TickAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var due = await database.ReadAsync(reader => reader.DueTicksAsync(now), ct);
        foreach (var gone in _ticked.Keys.Except(due.Select(d => d.Id)).ToList()) _ticked.Remove(gone);
        foreach (var tick in due)
        {
            // A row that became due again since the last tick is a new reason to look.
            if (_ticked.TryGetValue(tick.Id, out var last) && last >= tick.DueAt && now - last < Patience) continue;
            _ticked[tick.Id] = now;
            await sender.SendAsync(
                new AdvanceRollout { Application = tick.Application, At = now, CorrelationId = tick.Id, RequestedBy = "deployment", Reason = "due" }, ct);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Rollouts cannot be advanced at the moment: {Reason}")]
    private static partial void LogFailed(ILogger log, string reason);
}

/// <summary>A rollout whose time has come.</summary>
internal sealed record DueTick
{
    /// <summary>The rollout.</summary>
    public required Guid Id { get; init; }
    /// <summary>The application.</summary>
    public required string Application { get; init; }
    /// <summary>Since when.</summary>
    public required DateTimeOffset DueAt { get; init; }
}
