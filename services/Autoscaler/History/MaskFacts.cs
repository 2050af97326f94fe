using MassTransit;
using Platform.Autoscaler.Applications;
using Platform.Contracts.Deployments;
using Platform.Contracts.Experiments;
using Platform.Contracts.Health;
using Platform.Messaging;

namespace Platform.Autoscaler.History;

/// <summary>
/// Marks what is known to be untypical: while a rollout restarts replicas their cpu and latency are; while a critical alert lasts or an experiment runs,
/// everything is, and decisions are told.
/// </summary>
internal sealed class MaskFacts(FleetHistory history, TimeProvider time) :
    IConsumer<RolloutStarted>,
    IConsumer<DeploymentCompleted>,
    IConsumer<DeploymentFailed>,
    IConsumer<DeploymentRolledBack>,
    IConsumer<AlertRaised>,
    IConsumer<AlertResolved>,
    IConsumer<ExperimentStarted>,
    IConsumer<ExperimentEnded>,
    IConsumer<ApplicationRemoved>
{
    public Task Consume(ConsumeContext<RolloutStarted> context)
    {
        var e = context.Message;
        return BeginAsync(context, new Mask { Id = Id(e.CorrelationId), Application = e.Application, Cause = $"rollout of {e.Revision}", Scope = MaskScope.Resources, Begins = e.At });
    }

    public Task Consume(ConsumeContext<DeploymentCompleted> context) => EndAsync(context, context.Message.CorrelationId, context.Message.Application, context.Message.At);

    public Task Consume(ConsumeContext<DeploymentFailed> context) => EndAsync(context, context.Message.CorrelationId, context.Message.Application, context.Message.At);

    public Task Consume(ConsumeContext<DeploymentRolledBack> context) => EndAsync(context, context.Message.CorrelationId, context.Message.Application, context.Message.At);

    public Task Consume(ConsumeContext<AlertRaised> context)
    {
        var e = context.Message;
        return e.Severity == "critical"
            ? BeginAsync(context, new Mask
            {
                Id = Id(e.CorrelationId), Application = e.Application, Cause = $"alert {e.Rule}", Kind = MaskKind.Alert, Scope = MaskScope.Everything, Begins = e.At,
            })
            : Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<AlertResolved> context) => EndAsync(context, context.Message.CorrelationId, context.Message.Application, context.Message.At);

    public Task Consume(ConsumeContext<ExperimentStarted> context)
    {
        var e = context.Message;
        return BeginAsync(context, new Mask
        {
            Id = Id(e.CorrelationId), Application = e.Application, Cause = $"experiment {e.Name}", Kind = MaskKind.Experiment, Scope = MaskScope.Everything,
            InducesLoad = e.InducesLoad, Begins = e.At, Latest = Mask.LatestOf(e.At, e.PlannedDuration),
        });
    }

    public Task Consume(ConsumeContext<ExperimentEnded> context) => EndAsync(context, context.Message.CorrelationId, context.Message.Application, context.Message.At);

    public async Task Consume(ConsumeContext<ApplicationRemoved> context)
    {
        var transaction = context.Transaction();
        await HistoryStore.RemoveAsync(transaction, context.Message.Application);
        transaction.OnCommitted(() => history.Remove(context.Message.Application));
    }

    private static string Id(Guid correlation) => correlation.ToString("D");

    private async Task BeginAsync(ConsumeContext context, Mask mask)
    {
        var transaction = context.Transaction();
        await HistoryStore.BeginMaskAsync(transaction, mask, time.GetUtcNow());
        await ApplyAsync(context, mask.Id);
    }

    private async Task EndAsync(ConsumeContext context, Guid id, string application, DateTimeOffset at)
    {
        await HistoryStore.EndMaskAsync(context.Transaction(), Id(id), application, at, time.GetUtcNow());
        await ApplyAsync(context, Id(id));
    }

    private async Task ApplyAsync(ConsumeContext context, string id)
    {
        var transaction = context.Transaction();
        var mask = (await HistoryStore.MaskAsync(transaction, id))!;

        // The end of something that never began here: of an alert that is not critical, or the beginning is still to come.
        if (mask.Cause.Length == 0) return;

        // Decisions go by it.
        if (mask.Kind is not MaskKind.Rollout) await ApplicationStore.TouchAsync(transaction, mask.Application);
        transaction.OnCommitted(() => history.Of(mask.Application).Apply(mask, time.GetUtcNow()));
    }
}
