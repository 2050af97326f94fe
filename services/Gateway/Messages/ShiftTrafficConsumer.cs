using MassTransit;
using Platform.Contracts.Traffic;
using Platform.Gateway.Draining;
using Platform.Gateway.Routers;
using Platform.Gateway.Routing;
using Platform.Messaging;

namespace Platform.Gateway.Messages;

/// <summary>
/// Puts tables in force. Idempotent by generation: a repeated command changes nothing and is answered again, so that a lost answer is
/// had by asking again.
/// </summary>
internal sealed partial class ShiftTrafficConsumer(RouterSet routers, RouteTables tables, Drainer drainer, IEventPublisher events, TimeProvider time, ILogger<ShiftTrafficConsumer> logger) : IConsumer<ShiftTraffic>
{
    public Task Consume(ConsumeContext<ShiftTraffic> context) => HandleAsync(context.Message, context.CancellationToken);

    internal async Task HandleAsync(ShiftTraffic command, CancellationToken cancellationToken)
    {
        var problems = RouteTableRules.Problems(command.Table).ToList();
        if (command.Table.Application != command.Application) problems.Add($"application: the command is about '{command.Application}', the table about '{command.Table.Application}'.");
        if (problems.Count > 0) throw new InvalidOperationException($"The table of {command.Application} is refused: {string.Join(' ', problems)}");

        var (inForce, problem) = await routers.ApplyAsync(command.Table, command.CorrelationId, cancellationToken);
        if (problem is not null)
        {
            LogNotShifted(inForce.Router, inForce.Generation, inForce.Application, problem);
            await events.PublishAsync(
                new TrafficNotShifted
                {
                    Application = inForce.Application,
                    At = time.GetUtcNow(),
                    CorrelationId = command.CorrelationId,
                    Generation = inForce.Generation,
                    Router = inForce.Router,
                    Reason = problem,
                },
                cancellationToken);
            return;
        }

        await events.PublishAsync(
            new TrafficShifted
            {
                Application = inForce.Application,
                At = time.GetUtcNow(),
                CorrelationId = command.CorrelationId,
                Generation = inForce.Generation,
                Weights = inForce.Removed ? new Dictionary<string, int>() : inForce.Revisions.ToDictionary(r => r.Revision, r => r.Weight),
            },
            cancellationToken);
        if (!await routers.HasDrainedAsync(inForce.Application, cancellationToken)) return;
        foreach (var gone in tables.Gone(command.Application, command.Awaiting, command.CorrelationId))
        {
            await drainer.AnnounceAsync(gone, cut: 0, cancellationToken);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Router} does not route by table {Generation} of {Application}: {Reason}")]
    private partial void LogNotShifted(string router, long generation, string application, string reason);
}
