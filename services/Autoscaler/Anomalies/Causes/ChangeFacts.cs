using MassTransit;
using Platform.Autoscaler.Anomalies.Watching;
using Platform.Autoscaler.History;
using Platform.Contracts.Deployments;
using Platform.Contracts.Experiments;
using Platform.Contracts.Health;
using Platform.Contracts.Replicas;
using Platform.Contracts.Scaling;
using Platform.Messaging;

namespace Platform.Autoscaler.Anomalies.Causes;

/// <summary>Notes on the bus' events what may later explain an anomaly.</summary>
internal sealed class ChangeFacts :
    IConsumer<RolloutStarted>,
    IConsumer<DeploymentCompleted>,
    IConsumer<DeploymentFailed>,
    IConsumer<DeploymentRolledBack>,
    IConsumer<ApplicationScaled>,
    IConsumer<ReplicaStopped>,
    IConsumer<ReplicaUnhealthy>,
    IConsumer<AlertRaised>,
    IConsumer<AlertResolved>,
    IConsumer<ExperimentStarted>,
    IConsumer<ExperimentEnded>,
    IConsumer<ApplicationRemoved>
{
    public Task Consume(ConsumeContext<RolloutStarted> context)
    {
        var e = context.Message;

        // The same revision again is shipped for its settings.
        var (kind, description) = e.StableRevision == e.Revision
            ? (ChangeKind.Configuration, $"{e.RequestedBy} shipped {e.Revision} again, {e.Strategy}, with other settings.")
            : (ChangeKind.Rollout, e.StableRevision is null ? $"{e.RequestedBy} shipped {e.Revision}, {e.Strategy}." : $"{e.RequestedBy} shipped {e.Revision} in place of {e.StableRevision}, {e.Strategy}.");
        return Note(context, new Change { Id = e.CorrelationId, Application = e.Application, Kind = kind, At = e.At, Description = description });
    }

    public Task Consume(ConsumeContext<DeploymentCompleted> context) => End(context, context.Message.CorrelationId, context.Message.At);

    public Task Consume(ConsumeContext<DeploymentFailed> context) => End(context, context.Message.CorrelationId, context.Message.At);

    public async Task Consume(ConsumeContext<DeploymentRolledBack> context)
    {
        var e = context.Message;
        await End(context, e.CorrelationId, e.At);
        await Note(context, new Change
        {
            Id = e.CorrelationId,
            Application = e.Application,
            Kind = ChangeKind.Rollback,
            At = e.At,
            Description = $"{e.Revision} was taken back, {e.StableRevision} serves again: {e.Reason}",
        });
    }

    public Task Consume(ConsumeContext<ApplicationScaled> context)
    {
        var e = context.Message;
        return Note(context, new Change
        {
            Id = e.CorrelationId,
            Application = e.Application,
            Kind = ChangeKind.Scaling,
            At = e.At,
            Description = $"{e.RequestedBy} scaled from {e.From} to {e.To} replicas: {e.Reason}",
        });
    }

    public Task Consume(ConsumeContext<ReplicaStopped> context)
    {
        var e = context.Message;
        return e.Expected
            ? Task.CompletedTask
            : Note(context, new Change { Id = e.CorrelationId, Application = e.Application, Kind = ChangeKind.Replica, At = e.At, Description = $"Replica {e.Replica} of {e.Revision} died." });
    }

    public Task Consume(ConsumeContext<ReplicaUnhealthy> context)
    {
        var e = context.Message;
        return Note(context, new Change
        {
            Id = e.CorrelationId,
            Application = e.Application,
            Kind = ChangeKind.Replica,
            At = e.At,
            Description = $"Replica {e.Replica} of {e.Revision} became unhealthy: {e.Reason}",
        });
    }

    public Task Consume(ConsumeContext<AlertRaised> context)
    {
        var e = context.Message;
        return Note(context, new Change { Id = e.CorrelationId, Application = e.Application, Kind = ChangeKind.Alert, At = e.At, Description = $"{e.Rule}: {e.Message}" });
    }

    public Task Consume(ConsumeContext<AlertResolved> context) => End(context, context.Message.CorrelationId, context.Message.At);

    public Task Consume(ConsumeContext<ExperimentStarted> context)
    {
        var e = context.Message;
        var what = e.Faults.Count == 0 ? e.InducesLoad ? "load" : e.Hypothesis : string.Join("; ", e.Faults);
        return Note(context, new Change
        {
            Id = e.CorrelationId,
            Application = e.Application,
            Kind = ChangeKind.Experiment,
            At = e.At,
            Ended = Mask.LatestOf(e.At, e.PlannedDuration),
            Description = $"{e.RequestedBy} ran experiment {e.Name}: {what}",
        });
    }

    public async Task Consume(ConsumeContext<ExperimentEnded> context)
    {
        var e = context.Message;

        // Its start is still to come, or says more.
        await AnomalyStore.NoteIfNewAsync(context.Transaction(), new Change
        {
            Id = e.CorrelationId, Application = e.Application, Kind = ChangeKind.Experiment, At = e.At - e.Duration, Description = $"Experiment {e.Name}: {e.Message}",
        });
        await AnomalyStore.EndExperimentAsync(context.Transaction(), e.CorrelationId, e.At);
    }

    public Task Consume(ConsumeContext<ApplicationRemoved> context) => AnomalyStore.RemoveAsync(context.Transaction(), context.Message.Application);

    private static Task Note(ConsumeContext context, Change change) => AnomalyStore.NoteAsync(context.Transaction(), change);

    private static Task End(ConsumeContext context, Guid id, DateTimeOffset at) => AnomalyStore.EndChangeAsync(context.Transaction(), id, at);
}
