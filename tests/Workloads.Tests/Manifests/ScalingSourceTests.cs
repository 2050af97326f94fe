using System.Text.Json;
using Platform.Contracts.Scaling;
using Platform.Workloads.Manifests;

namespace Workloads.Tests.Manifests;

public sealed class ScalingSourceTests
{
    private const string Prometheus = "prometheus: { address: 'http://p:9090', query: up }";
    private const string RabbitMq = "rabbitmq: { host: 'amqp://mq', queue: orders }";

    [Fact]
    public void Read_AQueue_HasKedasDefaults()
    {
        var metric = Metric("name: backlog, target: 30, rabbitmq: { host: 'amqp://127.0.0.1/', queue: orders, mode: queueLength }");

        Assert.Equal(new RabbitMqMetric { Host = "amqp://127.0.0.1/", Queue = "orders" }, metric.Source);
        Assert.True(metric.RabbitMq!.IsAmqp);
        Assert.Equal((30.0, 0.0, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(5)), (metric.Target, metric.Activation, metric.Interval, metric.Timeout));
    }

    [Fact]
    public void Read_Everything_IsRead()
    {
        var queue = Metric("name: rate, target: 2.5, activation: 5, interval: 30s, timeout: 3s, rabbitmq: { host: 'https://mq/api-of', queue: 'a b', virtualHost: shop, mode: messageRate, excludeUnacknowledged: true, username: app, password: secret://mq }");
        var query = Metric("name: rps, target: 50, prometheus: { address: 'http://p:9090', query: 'sum(rate(x{app=\"{{application}}\"}[{{interval}}]))', headers: { Authorization: Bearer secret://prom } }");

        Assert.Equal(
            new RabbitMqMetric { Host = "https://mq/api-of", Queue = "a b", VirtualHost = "shop", Mode = "messageRate", ExcludeUnacknowledged = true, Username = "app", Password = "secret://mq" },
            queue.Source);
        Assert.Equal((5.0, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(3)), (queue.Activation, queue.Interval, queue.Timeout));
        Assert.Equal("Bearer secret://prom", query.Prometheus!.Headers["Authorization"]);
    }

    [Theory]
    [InlineData("name: q, target: 1, " + Prometheus + ", " + RabbitMq, "rabbitmq", "one source; this one has prometheus and rabbitmq")]
    [InlineData("name: q, " + Prometheus, "target", "is missing")]
    [InlineData("name: cpu, target: 50%, " + Prometheus, "name", "'cpu' is what the platform measures itself")]
    [InlineData("name: requestsPerSecond, target: 5, " + RabbitMq, "name", "is what the platform measures itself")]
    [InlineData("name: q, target: 1, interval: 30s", "interval", "this metric comes from the platform's own stream")]
    [InlineData("name: q, target: 1, activation: 3", "activation", "this metric comes from the platform's own stream")]
    [InlineData("name: q, target: 1, activation: -1, " + RabbitMq, "activation", "a number, 0 or more")]
    [InlineData("name: q, target: 1, interval: 2s, " + RabbitMq, "timeout", "may not take longer (5s) than until the next one (2s)")]
    [InlineData("name: q, target: 1, interval: 2m, " + RabbitMq, "interval", "from 1s to 1m")]
    [InlineData("name: q, target: 1, prometheus: { address: 'p:9090', query: up }", "prometheus.address", "an address such as")]
    [InlineData("name: q, target: 1, prometheus: { address: 'http://p' }", "prometheus.query", "a PromQL query")]
    [InlineData("name: q, target: 1, prometheus: { address: 'http://p', query: 'x{r=\"{{revision}}\"}' }", "prometheus", "'{{revision}}' stands for nothing here; known: application, interval")]
    [InlineData("name: q, target: 1, rabbitmq: { queue: a }", "rabbitmq.host", "is missing")]
    [InlineData("name: q, target: 1, rabbitmq: { host: 'amqp://mq' }", "rabbitmq.queue", "is missing")]
    [InlineData("name: q, target: 1, rabbitmq: { host: 'amqp://mq/shop', queue: a }", "rabbitmq.host", "so has the virtual host")]
    [InlineData("name: q, target: 1, rabbitmq: { host: 'kafka://mq', queue: a }", "rabbitmq.host", "Expected amqp://host:5672")]
    [InlineData("name: q, target: 1, rabbitmq: { host: 'amqp://mq', queue: a, mode: MessageRate }", "rabbitmq.mode", "Did you mean 'messageRate'?")]
    [InlineData("name: q, target: 1, rabbitmq: { host: 'amqp://mq', queue: a, mode: messageRate }", "rabbitmq.mode", "Only the management API knows")]
    [InlineData("name: q, target: 1, rabbitmq: { host: 'amqp://mq', queue: a, excludeUnacknowledged: true }", "rabbitmq.excludeUnacknowledged", "never counted")]
    [InlineData("name: q, target: 1, rabbitmq: { host: 'amqp://mq', queue: a, password: secret://mq }", "rabbitmq.username", "the user whose password it is")]
    [InlineData("name: q, target: 1, rabbitmq: { host: 'amqp://mq', queueName: a, queue: a }", "rabbitmq.queueName", "Did you mean 'queue'?")]
    public void Read_OneMistake_IsReportedAtItsPath(string metric, string path, string message)
    {
        var problem = Assert.Single(Problems(metric), p => p.Path == "scaling.metrics[0]." + path);

        Assert.Contains(message, problem.Message);
    }

    [Theory]
    [InlineData("rabbitmq: { host: 'amqp://app:hunter2@mq', queue: a }")]
    [InlineData("rabbitmq: { host: 'amqp://mq', queue: a, username: app, password: hunter2 }")]
    [InlineData("prometheus: { address: 'http://p', query: up, headers: { Authorization: Bearer hunter2 } }")]
    public void Read_APassword_IsRefusedWithoutShowingIt(string source)
    {
        var problems = Problems("name: q, target: 1, " + source);

        Assert.Single(problems);
        Assert.DoesNotContain("hunter2", JsonSerializer.Serialize(problems));
    }

    [Fact]
    public void Read_MoreSourcesThanAreAsked_IsRefused()
    {
        var metrics = string.Join(", ", Enumerable.Range(0, 9).Select(i => $"{{ name: m{i}, target: 1, {RabbitMq} }}"));

        Assert.Contains(ManifestReader.Read(Manifest(metrics), null).Problems, p => p.Path == "scaling.metrics" && p.Message.Contains("9 metrics have a source", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{ name: q, target: 0.5, activation: 7, " + RabbitMq + " }, { name: cpu, target: 70% }")]
    [InlineData("{ name: r, target: 1, rabbitmq: { host: 'http://mq:15672', queue: a, mode: messageRate, excludeUnacknowledged: true, username: u, password: secret://p, virtualHost: v } }")]
    [InlineData("{ name: p, target: 9, interval: 1s, timeout: 1s, prometheus: { address: 'http://p:9090', query: 'sum(x{a=\"b\"})', headers: { X-Scope-OrgID: shop } } }")]
    public void Write_WhatWasRead_IsReadAgain(string metrics)
    {
        var manifest = ManifestReader.Read(Manifest(metrics), null).Manifest!;

        var again = ManifestReader.Read(ManifestWriter.Write(manifest), null);

        Assert.Empty(again.Problems);
        Assert.Equal(manifest.Scaling.Metrics, again.Manifest!.Scaling.Metrics);
    }

    [Fact]
    public void Json_OfATarget_ComesBackEqual()
    {
        MetricTarget[] targets =
        [
            Metric("name: q, target: 1, " + RabbitMq), Metric("name: p, target: 1, prometheus: { address: 'http://p', query: up, headers: { A: b } }"), new MetricTarget { Name = "cpu", Target = 0.5 },
        ];

        Assert.Equal(targets, JsonSerializer.Deserialize<MetricTarget[]>(JsonSerializer.Serialize(targets)));
    }

    private static MetricTarget Metric(string metric)
    {
        var result = ManifestReader.Read(Manifest($"{{ {metric} }}"), null);
        Assert.Empty(result.Problems);
        return Assert.Single(result.Manifest!.Scaling.Metrics);
    }

    private static IReadOnlyList<ManifestProblem> Problems(string metric) => ManifestReader.Read(Manifest($"{{ {metric} }}"), null).Problems;

    private static string Manifest(string metrics) => $"{{ name: shop, revision: v1, process: {{ command: [shop] }}, scaling: {{ metrics: [ {metrics} ] }} }}";
}
