using Platform.Contracts.Deployments;
using Platform.Contracts.Http;
using Platform.Contracts.Replicas;
using Platform.Contracts.Scaling;
using Platform.Testing;

namespace Platform.HealthMonitor.Tests;

/// <summary>Events to publish.</summary>
internal static class Facts
{
    public const string Shop = "shop";

    public static RolloutStarted Started(Guid? id = null) => new()
    {
        Application = Shop, At = DateTimeOffset.UtcNow, CorrelationId = id ?? Guid.NewGuid(), Revision = "v1", Strategy = "rolling", RequestedBy = "test", Scaling = new ScalingSettings(),
    };

    public static ApplicationScaled Scaled(int to) => new()
    {
        Application = Shop, At = DateTimeOffset.UtcNow, CorrelationId = Guid.NewGuid(), From = 0, To = to, RequestedBy = "test", Reason = "Because.",
    };

    public static ReplicaStopped Stopped(string id) => new()
    {
        Application = Shop, At = DateTimeOffset.UtcNow, CorrelationId = Guid.NewGuid(), Replica = id, Revision = "v1", Expected = true,
    };

    public static ReplicaCreated Created(string id) => new()
    {
        Application = Shop, At = DateTimeOffset.UtcNow, CorrelationId = Guid.NewGuid(), Replica = id, Revision = "v1",
    };

    public static ReplicaStarted Replica(string id) => new()
    {
        Application = Shop, At = DateTimeOffset.UtcNow, CorrelationId = Guid.NewGuid(), Replica = id, Revision = "v1", Address = new Uri("http://127.0.0.1:1"), StartupDuration = TimeSpan.FromSeconds(1),
    };

    /// <summary>A rollout of two steps that is being watched, with a point of evidence.</summary>
    public static RolloutProgressed Progressed(Guid rollout, DateTimeOffset at, int step) => new()
    {
        Application = Shop, At = at, CorrelationId = rollout, Revision = "v1", State = "watching", Message = "watching v1", Course = new RolloutCourse
        {
            Steps = [.. new[] { 10, 100 }.Select(weight => new CourseStep { Weight = weight, Replicas = 1, OldReplicas = 1, Hold = TimeSpan.FromMinutes(1) })],
            Step = step,
            Since = at,
            Evidence = new EvidenceView { At = at, Step = step, Weight = 10, Outcome = "inconclusive", Sentence = "Too few.", Requests = 7, ErrorRate = 0, P95 = TimeSpan.Zero, Metrics = [] },
        },
    };

    /// <summary>A running application with one ready replica.</summary>
    public static async Task DeployAsync(ModuleHost host)
    {
        var started = Started();
        await host.PublishAsync(started);
        await host.PublishAsync(Replica("r1"));
        await host.PublishAsync(Scaled(1));
        using var client = host.Admin("healthmonitor");
        await ModuleHost.UntilAsync(client, "/events?application=shop", page => page.GetProperty("items").GetArrayLength() >= 3);
        await host.PublishAsync(new DeploymentCompleted { Application = Shop, At = DateTimeOffset.UtcNow, CorrelationId = started.CorrelationId, Revision = "v1", Duration = TimeSpan.FromSeconds(2) });
        await ModuleHost.UntilAsync(client, "/events?application=shop", page => page.GetProperty("items").GetArrayLength() >= 4);
    }
}
