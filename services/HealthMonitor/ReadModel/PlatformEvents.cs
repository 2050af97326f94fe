using MassTransit;
using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.Contracts.Anomalies;
using Platform.Contracts.Deployments;
using Platform.Contracts.Experiments;
using Platform.Contracts.Health;
using Platform.Contracts.Replicas;
using Platform.Contracts.Scaling;
using Platform.Contracts.Traffic;
using Platform.HealthMonitor.Events;
using Platform.HealthMonitor.Live;
using Platform.Messaging;

namespace Platform.HealthMonitor.ReadModel;

/// <summary>Listens to every event of the platform: brings the read model up to date and keeps what is news in the log.</summary>
internal sealed class PlatformEvents(IOptions<HealthMonitorOptions> options, EventSignal signal, LiveMetrics metrics, TimeProvider time) :
    IConsumer<RolloutStarted>,
    IConsumer<RolloutStepCompleted>,
    IConsumer<RolloutProgressed>,
    IConsumer<DeploymentCompleted>,
    IConsumer<DeploymentFailed>,
    IConsumer<DeploymentRolledBack>,
    IConsumer<ApplicationRemoved>,
    IConsumer<ApplicationScaled>,
    IConsumer<ScalingRefused>,
    IConsumer<ScalingProgressed>,
    IConsumer<ReplicaCreated>,
    IConsumer<ReplicaStarted>,
    IConsumer<ReplicaStopped>,
    IConsumer<ReplicaUnhealthy>,
    IConsumer<TrafficShifted>,
    IConsumer<TrafficNotShifted>,
    IConsumer<ReplicaDrained>,
    IConsumer<AlertRaised>,
    IConsumer<AlertResolved>,
    IConsumer<AnomalyDetected>,
    IConsumer<AnomalyEnded>,
    IConsumer<ExperimentStarted>,
    IConsumer<ExperimentEnded>,
    IConsumer<ServiceReported>
{
    public Task Consume(ConsumeContext<RolloutStarted> context) => TakeAsync(context);

    public Task Consume(ConsumeContext<RolloutStepCompleted> context) => TakeAsync(context);

    public Task Consume(ConsumeContext<RolloutProgressed> context) => TakeAsync(context);

    public Task Consume(ConsumeContext<DeploymentCompleted> context) => TakeAsync(context);

    public Task Consume(ConsumeContext<DeploymentFailed> context) => TakeAsync(context);

    public Task Consume(ConsumeContext<DeploymentRolledBack> context) => TakeAsync(context);

    public Task Consume(ConsumeContext<ApplicationRemoved> context) => TakeAsync(context);

    public Task Consume(ConsumeContext<ApplicationScaled> context) => TakeAsync(context);

    public Task Consume(ConsumeContext<ScalingRefused> context) => TakeAsync(context);

    public Task Consume(ConsumeContext<ScalingProgressed> context)
    {
        var told = context.Message;
        context.Transaction().OnCommitted(() => metrics.Sample(told.Application, told.At, (LiveMetrics.SampledNeeded, told.Needed), (LiveMetrics.SampledShadow, told.Shadow)));
        return TakeAsync(context);
    }

    public Task Consume(ConsumeContext<ReplicaCreated> context) => TakeAsync(context);

    public Task Consume(ConsumeContext<ReplicaStarted> context) => TakeAsync(context);

    public Task Consume(ConsumeContext<ReplicaStopped> context) => TakeAsync(context);

    public Task Consume(ConsumeContext<ReplicaUnhealthy> context) => TakeAsync(context);

    public Task Consume(ConsumeContext<TrafficShifted> context) => TakeAsync(context);

    public Task Consume(ConsumeContext<TrafficNotShifted> context) => TakeAsync(context);

    public Task Consume(ConsumeContext<ReplicaDrained> context) => TakeAsync(context);

    public Task Consume(ConsumeContext<AlertRaised> context) => TakeAsync(context);

    public Task Consume(ConsumeContext<AlertResolved> context) => TakeAsync(context);

    public Task Consume(ConsumeContext<AnomalyDetected> context) => TakeAsync(context);

    public Task Consume(ConsumeContext<AnomalyEnded> context) => TakeAsync(context);

    public Task Consume(ConsumeContext<ExperimentStarted> context) => TakeAsync(context);

    public Task Consume(ConsumeContext<ExperimentEnded> context) => TakeAsync(context);

    public Task Consume(ConsumeContext<ServiceReported> context) => TakeAsync(context);

    private async Task TakeAsync<T>(ConsumeContext<T> context) where T : class, IEvent
    {
        var transaction = context.Transaction();
        if (!await Projection.ApplyAsync(transaction, context.Message)) return;
        await EventLog.AppendAsync(transaction, EventLog.Record(context.Message, context.MessageId ?? Guid.NewGuid()), options.Value, time.GetUtcNow());
        transaction.OnCommitted(signal.Pulse);
    }
}
