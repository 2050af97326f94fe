using MassTransit;
using Platform.Autoscaler.Cost;
using Platform.Autoscaler.History;
using Platform.Contracts.Replicas;

namespace Platform.Autoscaler.RightSizing;

/// <summary>
/// Hears of replicas that ended because they had no more memory: the engine says so, or one that was near its limit was killed (137).
/// Told twice, the peak is the same, so nothing has to be remembered of the message. What an experiment fills or kills says nothing of the size.
/// </summary>
internal sealed class OutOfMemoryFacts(CostBook book, FleetHistory history) : IConsumer<ReplicaStopped>, IConsumer<ReplicaUnhealthy>
{
    /// <summary>128 + SIGKILL: what the kernel's out-of-memory killer leaves.</summary>
    private const int Killed = 137;

    public Task Consume(ConsumeContext<ReplicaStopped> context)
    {
        var stopped = context.Message;
        if (!stopped.Expected && stopped.ExitCode == Killed && !history.IsExperiment(stopped.Application, stopped.At)) book.Find(stopped.Application)?.OutOfMemory(stopped.At, isCertain: false);
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<ReplicaUnhealthy> context)
    {
        var unhealthy = context.Message;
        if (unhealthy.Reason.Contains("OOMKilled", StringComparison.OrdinalIgnoreCase) && !history.IsExperiment(unhealthy.Application, unhealthy.At)) book.Find(unhealthy.Application)?.OutOfMemory(unhealthy.At, isCertain: true);
        return Task.CompletedTask;
    }
}
