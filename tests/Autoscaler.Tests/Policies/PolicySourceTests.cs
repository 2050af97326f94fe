using Platform.Autoscaler.Policies;
using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Tests.Policies;

public sealed class PolicySourceTests
{
    [Fact]
    public void Apply_ATargetOfAMetricWithASource_KeepsTheSource()
    {
        var queue = new RabbitMqMetric { Host = "amqp://mq", Queue = "orders" };
        var manifest = new ScalingSettings { Metrics = [new MetricTarget { Name = "backlog", Target = 30, Activation = 5, RabbitMq = queue }] };

        var applied = PolicyEffect.Apply(manifest, new ScalingPolicySpec { Metrics = [new MetricTarget { Name = "backlog", Target = 10 }, new MetricTarget { Name = "cpu", Target = 0.7 }] });

        Assert.Equal(
            [new MetricTarget { Name = "backlog", Target = 10, Activation = 5, RabbitMq = queue }, new MetricTarget { Name = "cpu", Target = 0.7 }],
            applied.Metrics);
    }
}
