using MassTransit;
using Platform.Contracts.Traffic;
using Platform.Messaging;

namespace Platform.Deployment.Traffic;

/// <summary>The gateway says by which table it routes.</summary>
internal sealed class TrafficShiftedConsumer(Facts facts, TimeProvider time) : IConsumer<TrafficShifted>
{
    public async Task Consume(ConsumeContext<TrafficShifted> context)
    {
        var tx = context.Transaction();
        var message = context.Message;
        if (!await tx.CatchUpAsync(message.Application, message.Generation))
            await tx.AcknowledgeAsync(message.Application, message.Generation, time.GetUtcNow());
        await facts.ChangedAsync(tx, message.Application);
    }
}

/// <summary>The gateway says why it does not route by a table.</summary>
internal sealed class TrafficNotShiftedConsumer(Facts facts) : IConsumer<TrafficNotShifted>
{
    public async Task Consume(ConsumeContext<TrafficNotShifted> context)
    {
        var tx = context.Transaction();
        var message = context.Message;
        await tx.RefuseAsync(message.Application, message.Generation, $"{message.Router}: {message.Reason}");
        await facts.ChangedAsync(tx, message.Application);
    }
}

/// <summary>The gateway says that a replica has no request left.</summary>
internal sealed class ReplicaDrainedConsumer(Facts facts) : IConsumer<ReplicaDrained>
{
    public async Task Consume(ConsumeContext<ReplicaDrained> context)
    {
        var tx = context.Transaction();
        var message = context.Message;
        // Only a replica that is leaving, by a table the gateway already had: anything else is out of date.
        await tx.ExecuteAsync(
            "UPDATE replicas SET drained = 1 WHERE id = @Replica AND state = 'draining' AND left_generation <= @generation",
            new { message.Replica, generation = message.Generation > 0 ? message.Generation : long.MaxValue });
        await facts.ChangedAsync(tx, message.Application);
    }
}
