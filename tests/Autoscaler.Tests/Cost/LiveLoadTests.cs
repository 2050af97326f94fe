using FsCheck;
using FsCheck.Fluent;
using Platform.Autoscaler.Applications;
using Platform.Autoscaler.Cost;
using Platform.Autoscaler.Scaling;
using Platform.Contracts.Metrics;
using Platform.Hosting.Json;
using Platform.Metrics.Streaming;
using Platform.Metrics.Windows;
using Platform.Testing;
using System.Text.Json;

namespace Platform.Autoscaler.Tests.Cost;

public sealed class LiveLoadTests
{
    private const int Seconds = 60;

    [Fact]
    public void Read_SeveralSeconds_IsWhatWasMeasuredInEach()
    {
        var world = new World();
        for (var s = 0; s < 10; s++) world.Measure(replicas: s < 5 ? 1 : 2, requests: 10 * s, ready: 1);
        Span<LoadSecond> seconds = stackalloc LoadSecond[10];
        Assert.Equal(10, LiveLoad.Read(world.Windows, world.Account, Days.Start, 3, seconds));
        Assert.Equal([0, 10, 20, 30, 40, 50, 60, 70, 80, 90], seconds.ToArray().Select(second => second.Requests));

        // The second replica is there two seconds before its first measurement, for it must have been starting.
        Assert.Equal([1, 1, 1, 2, 2, 2, 2, 2, 2, 2], seconds.ToArray().Select(second => second.Running));
        Assert.All(seconds.ToArray(), second => Assert.Equal((3, 1), (second.Wanted, second.Ready)));
    }

    [Fact]
    public void Read_SecondsThatNobodyMeasured_AreLeftOut()
    {
        var world = new World();
        world.Measure(1, 10, 1);
        for (var s = 0; s < 8; s++) world.Pass();
        world.Measure(1, 20, 1);
        Span<LoadSecond> seconds = stackalloc LoadSecond[10];
        var read = LiveLoad.Read(world.Windows, world.Account, Days.Start, 1, seconds);
        Assert.Equal([Days.Start, Days.Start.AddSeconds(9)], seconds[..read].ToArray().Select(second => second.At));
    }

    [Fact]
    public void Read_NoReplicaAndNoCpu_UsesNothing()
    {
        var world = new World();
        world.Measure(0, 5, 0);
        Span<LoadSecond> seconds = stackalloc LoadSecond[1];
        Assert.Equal(1, LiveLoad.Read(world.Windows, world.Account, Days.Start, 0, seconds));
        Assert.Equal((0.0, 0.0, 0), (seconds[0].Cores, seconds[0].Bytes, seconds[0].Running));
    }

    /// <summary>However late its seconds are settled, and however many in one pass, an account's figures and its shadows' courses are to the last bit the same.</summary>
    [Fact]
    public void Read_SettledLater_TheFiguresAreTheSame() => Prop.ForAll(
        Gen.Choose(0, 400).ArrayOf(Seconds).ToArbitrary(), Gen.Choose(0, 4).ArrayOf(Seconds).ToArbitrary(), Gen.Choose(1, 20).ToArbitrary(), (requests, replicas, pass) =>
        {
            var (atOnce, later) = (Settled(requests, replicas, 1), Settled(requests, replicas, pass));
            Assert.Equal(JsonSerializer.Serialize(atOnce.Unwritten(), PlatformJson.Options), JsonSerializer.Serialize(later.Unwritten(), PlatformJson.Options));
            Assert.Equal(JsonSerializer.Serialize(atOnce.Save().State.Meter, PlatformJson.Options), JsonSerializer.Serialize(later.Save().State.Meter, PlatformJson.Options));
            Assert.NotEmpty(atOnce.Unwritten());
            Assert.InRange(later.Readings, 0, pass + (int)LiveLoad.Settling.TotalSeconds + 2);
        }).QuickCheckThrowOnFailure();

    /// <summary>A minute of an application that scales by requests and cpu, read once a second, settled every so many seconds.</summary>
    private static CostAccount Settled(int[] requests, int[] replicas, int pass)
    {
        var world = new World();
        var settled = Days.Start - TimeSpan.FromSeconds(1);
        var seconds = new LoadSecond[LiveLoad.Most];
        for (var s = 0; s < Seconds; s++)
        {
            world.Measure(replicas[s], requests[s], replicas[s]);
            world.Account.Read(world.Now, [new MeasuredMetric(MetricNames.RequestsPerSecond, 50, requests[s], 0, MetricKind.Total), new MeasuredMetric(MetricNames.Cpu, 0.7, requests[s] / 100.0, replicas[s], MetricKind.Resource)]);
            var through = world.Now - LiveLoad.Settling;
            if (s % pass != 0 && s != Seconds - 1) continue;
            while (settled < through)
            {
                var count = (int)Math.Min((through - settled).TotalSeconds, seconds.Length);
                var read = LiveLoad.Read(world.Windows, world.Account, settled.AddSeconds(1), 2, seconds.AsSpan(0, count));
                world.Account.Add(seconds.AsSpan(0, read));
                settled = settled.AddSeconds(count);
            }
        }

        return world.Account;
    }

    /// <summary>Windows, and an application that is measured.</summary>
    private sealed class World
    {
        private readonly ManualTimeProvider _time = new(Days.Start);

        public World()
        {
            Windows = new MetricWindows(_time, new MetricWindowsOptions { Retention = TimeSpan.FromSeconds(40) });
            var settings = Days.Settings();
            Account.Follow(new ScaledApplication { Name = "shop", Settings = JsonSerializer.Serialize(settings with { Behavior = settings.Behavior with { SyncPeriod = TimeSpan.FromSeconds(1) } }, PlatformJson.Options), Wanted = 1 });
        }

        public MetricWindows Windows { get; }

        public CostAccount Account { get; } = new("shop", Days.Start);

        public DateTimeOffset Now => _time.GetUtcNow();

        public void Pass() => _time.Advance(TimeSpan.FromSeconds(1));

        /// <summary>A second passes, and is measured.</summary>
        public void Measure(int replicas, double requests, int ready)
        {
            Pass();
            List<MetricSample> samples = [new(MetricNames.Requests, "", "", requests), new(MetricNames.ReadyReplicas, "", "", ready), new(MetricNames.ReadyReplicas, "v1", "", ready)];
            for (var r = 0; r < replicas; r++)
            {
                samples.Add(new MetricSample(MetricNames.Cpu, "v1", $"r{r}", requests / 100));
                samples.Add(new MetricSample(MetricNames.Memory, "v1", $"r{r}", 1e8));
            }

            Windows.Add(new MetricBatch { Source = "test", Application = "shop", At = Now, Interval = TimeSpan.FromSeconds(1), Samples = samples });
        }
    }
}
