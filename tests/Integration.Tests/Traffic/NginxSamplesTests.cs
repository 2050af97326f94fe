using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.Contracts.Metrics;
using Platform.Effects;
using Platform.Gateway;
using Platform.Gateway.Routers.Nginx;
using Platform.Gateway.Routing;
using Platform.Gateway.Tests.Support;
using Platform.Metrics.Streaming;
using Platform.Testing;
using static Platform.Integration.Tests.Traffic.NginxUnderTest;

namespace Platform.Integration.Tests.Traffic;

/// <summary>What a real nginx answered, as the metric stream has it.</summary>
public sealed class NginxSamplesTests
{
    [Fact]
    public async Task Every_request_is_counted_once_across_reloads_and_logs_begun_anew()
    {
        await using var one = await Upstream.StartAsync("one");
        await using var two = await Upstream.StartAsync("two");
        await using var nginx = await NginxUnderTest.StartAsync();
        using var tables = new RouteTables(
            new RouteFile(Path.Combine(nginx.Server.Generated, ".routes.json"), UnhinderedEffects.Instance, NullLogger<RouteFile>.Instance), new GatewayOptions(), TimeProvider.System);
        nginx.Options.LogLimit = 8 << 10;
        var stream = new KeptStream();
        using var samples = new NginxSamples(
            tables, nginx.Local, Options.Create(nginx.Options), stream, UnhinderedEffects.Instance, TimeProvider.System, NullLogger<NginxSamples>.Instance);
        await RouteAsync(100, 0);
        await samples.PublishAsync(CancellationToken.None);

        const int Each = 150;
        foreach (var weight in new[] { 0, 10, 50, 100 })
        {
            await RouteAsync(100 - weight, weight);
            for (var i = 0; i < Each; i++)
            {
                await nginx.CountAsync(1);
                if (i % 25 == 0) await samples.PublishAsync(CancellationToken.None);
            }
        }

        await Eventually.HoldsAsync(
            async () =>
            {
                await samples.PublishAsync(CancellationToken.None);
                return stream.Sum(MetricNames.Requests) >= 4 * Each && !File.Exists(Path.Combine(nginx.Server.Generated, "logs/shop.log.1"));
            },
            "everything is counted and the old log is gone");
        Assert.Equal(4 * Each, stream.Sum(MetricNames.Requests));
        Assert.Equal(two.Seen.Count, stream.Sum(MetricNames.Requests, "two"));
        Assert.Equal(0, stream.Sum(MetricNames.Errors));
        Assert.True(new FileInfo(Path.Combine(nginx.Server.Generated, "logs/shop.log")).Length < 4 * Each * 100);

        async Task RouteAsync(int first, int second)
        {
            var table = nginx.Table(Revision("v1", first, one), Revision("v2", second, two));
            await nginx.RouteAsync(table);
            tables.Apply(table, Guid.NewGuid());
        }
    }

    private sealed class KeptStream : IMetricStream
    {
        private readonly ConcurrentQueue<MetricBatch> _batches = [];

        public void Publish(MetricBatch batch) => _batches.Enqueue(batch);

        public IAsyncEnumerable<MetricBatch> SubscribeAsync(string subscriber, CancellationToken cancellationToken) => throw new NotSupportedException();

        public double Sum(string metric, string? replica = null) =>
            _batches.SelectMany(b => b.Samples).Where(s => s.Name == metric && (replica is null || s.Replica == replica)).Sum(s => s.Value);
    }
}
