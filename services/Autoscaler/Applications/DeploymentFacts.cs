using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.Contracts.Deployments;
using Platform.Contracts.Replicas;
using Platform.Contracts.Scaling;
using Platform.Hosting.Json;
using Platform.Messaging;
using Platform.Storage;

namespace Platform.Autoscaler.Applications;

/// <summary>Follows what the owner of replicas says: which settings hold, who has the application, how many replicas there are.</summary>
internal sealed class DeploymentFacts(IOptions<AutoscalerOptions> options) :
    IConsumer<RolloutStarted>,
    IConsumer<DeploymentCompleted>,
    IConsumer<DeploymentFailed>,
    IConsumer<DeploymentRolledBack>,
    IConsumer<ApplicationScaled>,
    IConsumer<ScalingRefused>,
    IConsumer<ReplicaStarted>,
    IConsumer<ReplicaUnhealthy>,
    IConsumer<ReplicaStopped>,
    IConsumer<ApplicationRemoved>
{
    /// <summary>Who scales without being a person: their changes are not held.</summary>
    private static readonly string[] Services = [AutoscalerModule.Name, "deployment"];

    public Task Consume(ConsumeContext<RolloutStarted> context)
    {
        var started = context.Message;
        var settings = started.Scaling is null ? null : JsonSerializer.Serialize(started.Scaling, PlatformJson.Options);
        return TouchingAsync(context, transaction => ApplicationStore.RolloutStartedAsync(
            transaction, started.Application, started.CorrelationId, started.Revision, settings, Math.Max(1, started.Scaling?.Min ?? 1), started.At));
    }

    public Task Consume(ConsumeContext<DeploymentCompleted> context) =>
        TouchingAsync(context, transaction => ApplicationStore.RolloutEndedAsync(transaction, context.Message.Application, context.Message.CorrelationId, context.Message.Revision, well: true));

    public Task Consume(ConsumeContext<DeploymentFailed> context) =>
        TouchingAsync(context, transaction => ApplicationStore.RolloutEndedAsync(transaction, context.Message.Application, context.Message.CorrelationId, null, well: false));

    public Task Consume(ConsumeContext<DeploymentRolledBack> context) =>
        TouchingAsync(context, transaction => ApplicationStore.RolloutEndedAsync(transaction, context.Message.Application, context.Message.CorrelationId, context.Message.StableRevision, well: false));

    public Task Consume(ConsumeContext<ApplicationScaled> context) => TouchingAsync(context, transaction => ScaledAsync(transaction, context.Message));

    private async Task ScaledAsync(Transaction transaction, ApplicationScaled scaled)
    {
        var known = await ApplicationStore.FindAsync(transaction, scaled.Application);
        await ApplicationStore.ScaledAsync(transaction, scaled.Application, scaled.To, scaled.At, scaled.CorrelationId);

        var byAPerson = known is not null && known.Pending != scaled.CorrelationId && !Services.Contains(scaled.RequestedBy, StringComparer.OrdinalIgnoreCase);
        if (byAPerson && options.Value.ManualHold > TimeSpan.Zero)
        {
            await ApplicationStore.HoldAsync(transaction, scaled.Application, scaled.At + options.Value.ManualHold, scaled.RequestedBy, scaled.Reason);
        }
    }

    public Task Consume(ConsumeContext<ScalingRefused> context) =>
        TouchingAsync(context, transaction => ApplicationStore.RefusedAsync(transaction, context.Message.Application, context.Message.CorrelationId));

    public Task Consume(ConsumeContext<ReplicaStarted> context)
    {
        var e = context.Message;
        return TouchingAsync(context, transaction => ApplicationStore.ReplicaAsync(transaction, e.Application, e.Replica, e.Revision, ready: true, stopped: false, e.At - e.StartupDuration, e.At));
    }

    public Task Consume(ConsumeContext<ReplicaUnhealthy> context)
    {
        var e = context.Message;
        return TouchingAsync(context, transaction => ApplicationStore.ReplicaAsync(transaction, e.Application, e.Replica, e.Revision, ready: false, stopped: false, e.At, e.At));
    }

    public Task Consume(ConsumeContext<ReplicaStopped> context)
    {
        var e = context.Message;
        return TouchingAsync(context, transaction => ApplicationStore.ReplicaAsync(transaction, e.Application, e.Replica, e.Revision, ready: false, stopped: true, e.At, e.At));
    }

    public Task Consume(ConsumeContext<ApplicationRemoved> context) =>
        TouchingAsync(context, transaction => ApplicationStore.RemovedAsync(transaction, context.Message.Application));

    private static async Task TouchingAsync<T>(ConsumeContext<T> context, Func<Transaction, Task> change) where T : class, IMessage
    {
        var transaction = context.Transaction();
        await change(transaction);
        await ApplicationStore.TouchAsync(transaction, context.Message.Application);
    }
}
