using MassTransit;
using Platform.Contracts.Traffic;
using Platform.Gateway.Draining;
using Platform.Gateway.Routing;
using Platform.Messaging;

namespace Platform.Gateway.Messages;

/// <summary>
/// Puts tables in force. Idempotent by generation: a repeated command changes nothing and is answered again, so that a lost answer is
/// had by asking again.
/// </summary>
internal sealed class ShiftTrafficConsumer(RouteTables tables, Drainer drainer, IEventPublisher events, TimeProvider time) : IConsumer<ShiftTraffic>
{
    public Task Consume(ConsumeContext<ShiftTraffic> context) => HandleAsync(context.Message, context.CancellationToken);

    internal async Task HandleAsync(ShiftTraffic command, CancellationToken cancellationToken)
    {
        var problems = RouteTableRules.Problems(command.Table).ToList();
        if (command.Table.Application != command.Application) problems.Add($"application: the command is about '{command.Application}', the table about '{command.Table.Application}'.");
        if (problems.Count > 0) throw new InvalidOperationException($"The table of {command.Application} is refused: {string.Join(' ', problems)}");

        var inForce = tables.Apply(command.Table, command.CorrelationId);
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
        foreach (var gone in tables.Gone(command.Application, command.Awaiting, command.CorrelationId))
        {
            await drainer.AnnounceAsync(gone, cut: 0, cancellationToken);
        }
    }
}
