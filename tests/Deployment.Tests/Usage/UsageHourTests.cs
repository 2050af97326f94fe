using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Platform.Contracts.Metrics;
using Platform.Deployment.Usage;
using Platform.Metrics;
using Platform.Metrics.Streaming;
using Platform.Testing.DeploymentWorld;

namespace Platform.Deployment.Tests.Usage;

public sealed class UsageHourTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Of_CountsEveryRequestOnce_AndReplicasOverall()
    {
        var usage = UsageHour.Of(Batch(
            Noon.AddMinutes(59),
            new MetricSample(MetricNames.Requests, "v1", "", 90),
            // Told for the revision and for its replica: the whole counts.
            new MetricSample(MetricNames.Requests, "v1", "r1", 90),
            new MetricSample(MetricNames.Requests, "v2", "r2", 10),
            new MetricSample(MetricNames.MirroredRequests, "v2", "", 50),
            new MetricSample(MetricNames.Errors, "v2", "", 3),
            new MetricSample(MetricNames.Cpu, "v1", "r1", 0.5),
            new MetricSample(MetricNames.Cpu, "v1", "r3", 0.25),
            new MetricSample(MetricNames.ReadyReplicas, "v1", "", 2),
            new MetricSample(MetricNames.ReadyReplicas, "", "", 2),
            new MetricSample(MetricNames.WantedReplicas, "", "", 3)));

        Assert.Equal((Noon, 100L, 3L), (usage.Hour, usage.Requests, usage.Errors));
        Assert.Equal((1.5, 2.0, 0.0), (usage.CpuSeconds, usage.ShortSeconds, usage.OutSeconds));
    }

    [Fact]
    public void Plus_OfParts_IsTheWhole()
    {
        var one = UsageHour.Of(Batch(Noon, Latency(10, 0.01), new MetricSample(MetricNames.Requests, "v1", "", 10)));
        var both = one.Plus(UsageHour.Of(Batch(Noon, Latency(30, 0.5), new MetricSample(MetricNames.Requests, "v1", "", 30))));

        Assert.Equal((40L, 40L), (both.Requests, both.Latencies.Count));
        Assert.InRange(both.Latencies.Quantile(0.5), 0.49, 0.51);
        Assert.Equal(10, one.Latencies.Count);
    }

    [Fact]
    public async Task WhatIsHeard_IsWrittenDown_AddedUp_AndReadAgain()
    {
        await using var world = new World();
        var life = await world.StartAsync();
        await World.UntilAsync("it acts", () => Task.FromResult(life.Host.Services.GetRequiredService<Deployment.Replicas.Leadership>().WaitingFor is null), () => "it does not");
        var ledger = life.Host.Services.GetRequiredService<UsageLedger>();
        var writer = life.Host.Services.GetServices<IHostedService>().OfType<UsageWriter>().Single();
        var now = world.Time.GetUtcNow();

        for (var i = 0; i < 2; i++)
        {
            ledger.Add(Batch(now, Latency(5, 0.2), new MetricSample(MetricNames.Requests, "v1", "", 5)));
            ledger.Add(Batch(now.AddDays(2), new MetricSample(MetricNames.Requests, "v1", "", 1_000_000)));
            await writer.WriteAsync(default);
        }

        var read = Assert.Single(await life.Database.ReadAsync(reader => reader.UsageAsync(now.AddHours(-1), now.AddDays(3), most: 10)));
        Assert.Equal(("shop", UsageHour.HourOf(now), 10L, 10L), (read.Application, read.Hour, read.Requests, read.Latencies.Count));
    }

    private static MetricSample Latency(int count, double seconds)
    {
        var latencies = new LatencyHistogram();
        latencies.Record(seconds, count);
        return new MetricSample(MetricNames.Latency, "v1", "", count, latencies);
    }

    private static MetricBatch Batch(DateTimeOffset at, params MetricSample[] samples) =>
        new() { Source = "test", Application = "shop", At = at, Interval = TimeSpan.FromSeconds(2), Samples = samples };
}
