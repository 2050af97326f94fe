using System.Collections.Concurrent;
using MassTransit;
using Platform.Contracts;
using Platform.Contracts.Deployments;
using Platform.Contracts.Replicas;
using Platform.Contracts.Scaling;

namespace Platform.Testing.DeploymentWorld;

/// <summary>Sees every event of the deployment service and keeps it outside, where no kill reaches it. A message repeated is one.</summary>
internal sealed class Witness(ConcurrentDictionary<Guid, IEvent> seen) :
    IConsumer<RolloutStarted>, IConsumer<RolloutStepCompleted>, IConsumer<RolloutProgressed>, IConsumer<DeploymentCompleted>, IConsumer<DeploymentFailed>, IConsumer<DeploymentRolledBack>,
    IConsumer<ApplicationRemoved>, IConsumer<ApplicationScaled>, IConsumer<ScalingRefused>, IConsumer<ReplicaCreated>, IConsumer<ReplicaStarted>, IConsumer<ReplicaStopped>, IConsumer<ReplicaUnhealthy>
{
    public Task Consume(ConsumeContext<RolloutStarted> context) => See(context);

    public Task Consume(ConsumeContext<RolloutStepCompleted> context) => See(context);

    public Task Consume(ConsumeContext<RolloutProgressed> context) => See(context);

    public Task Consume(ConsumeContext<DeploymentCompleted> context) => See(context);

    public Task Consume(ConsumeContext<DeploymentFailed> context) => See(context);

    public Task Consume(ConsumeContext<DeploymentRolledBack> context) => See(context);

    public Task Consume(ConsumeContext<ApplicationRemoved> context) => See(context);

    public Task Consume(ConsumeContext<ApplicationScaled> context) => See(context);

    public Task Consume(ConsumeContext<ScalingRefused> context) => See(context);

    public Task Consume(ConsumeContext<ReplicaCreated> context) => See(context);

    public Task Consume(ConsumeContext<ReplicaStarted> context) => See(context);

    public Task Consume(ConsumeContext<ReplicaStopped> context) => See(context);

    public Task Consume(ConsumeContext<ReplicaUnhealthy> context) => See(context);

    private Task See<T>(ConsumeContext<T> context) where T : class, IEvent
    {
        seen.TryAdd(context.MessageId!.Value, context.Message);
        return Task.CompletedTask;
    }
}
