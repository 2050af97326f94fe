using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Platform.Autoscaler.Anomalies.Watching;
using Platform.Autoscaler.History;
using Platform.Contracts.Deployments;
using Platform.Contracts.Metrics;
using Platform.Testing;

namespace Platform.Autoscaler.Tests.Anomalies;

/// <summary>From minutes to rows, events and answers, over a real bus and a real database.</summary>
public sealed class AnomalyWatchTests
{
    private const string Shop = "shop";
    private static readonly DateTimeOffset End = DateTimeOffset.UtcNow;

    [Fact]
    public async Task AnAnomalyAfterARollout_IsKeptOnceWithItsCauseAndItsEnd()
    {
        await using var host = await ModuleHost.StartAsync([AutoscalerModule.Module]);
        using var client = host.Admin("autoscaler");
        var rollout = Guid.NewGuid();
        await host.PublishAsync(new RolloutStarted { Application = Shop, At = End - TimeSpan.FromMinutes(5), CorrelationId = rollout, Revision = "v2", StableRevision = "v1", Strategy = "canary", RequestedBy = "alice" });
        await host.PublishAsync(new DeploymentCompleted { Application = Shop, At = End - TimeSpan.FromMinutes(4), CorrelationId = rollout, Revision = "v2", Duration = TimeSpan.FromMinutes(1) });
        await host.UntilNotedAsync(rollout);
        await ModuleHost.UntilAsync(() => host.App.Services.GetRequiredService<FleetHistory>().Find(Shop)?.Masks().Any(mask => mask.Ends is not null) == true, "the end of the rollout's mask");

        using var watch = ActivatorUtilities.CreateInstance<AnomalyWatch>(host.App.Services);
        var (series, random, now) = (new SeriesHistory(MetricNames.Errors), new Random(3), FleetHistory.MinuteOf(End));
        Task MeasureAsync(long minute, double value) => watch.TakeAsync(new ClosedMinute(minute, [new ClosedSample(Shop, series, ValueCode.Encode(value))]), CancellationToken.None);
        for (var minute = now - SeriesWatch.WarmUp - 100; minute < now; minute++) await MeasureAsync(minute, 1 + random.NextDouble());
        await MeasureAsync(now, 40);

        var page = await ModuleHost.UntilAsync(client, "/anomalies?application=shop&open=true", p => p.GetProperty("items").GetArrayLength() > 0);
        var anomaly = Assert.Single(page.GetProperty("items").EnumerateArray());
        Assert.Equal(("errors", "critical"), (anomaly.GetProperty("metric").GetString(), anomaly.GetProperty("severity").GetString()));
        var cause = Assert.Single(anomaly.GetProperty("causes").EnumerateArray());
        Assert.Equal(("rollout", rollout), (cause.GetProperty("kind").GetString(), cause.GetProperty("correlationId").GetGuid()));
        Assert.Contains("alice shipped v2 in place of v1", cause.GetProperty("description").GetString());

        for (var minute = now + 1; minute <= now + SeriesWatch.WarmUp / 5 + 1; minute++) await MeasureAsync(minute, 1 + random.NextDouble());
        page = await ModuleHost.UntilAsync(client, "/anomalies?application=shop&metric=errors", p => p.GetProperty("items")[0].GetProperty("outcome").ValueKind is JsonValueKind.String);
        Assert.Equal(cause.ToString(), page.GetProperty("items")[0].GetProperty("causes")[0].ToString());
    }

    [Fact]
    public async Task TheSameAnomalyFoundAgain_IsNeitherKeptNorEndedTwice()
    {
        await using var host = await ModuleHost.StartAsync([AutoscalerModule.Module]);
        var database = host.App.Services.GetRequiredKeyedService<Platform.Storage.Database>(AutoscalerModule.Name);
        var anomaly = new Anomaly
        {
            Id = Anomaly.IdOf(Shop, MetricNames.Cpu, End), Application = Shop, Metric = MetricNames.Cpu, Began = End, Kind = "level", Severity = "info",
            Score = 0.999, Value = 3, ExpectedLow = 1, ExpectedHigh = 2, Message = "It is high.",
        };
        var ended = anomaly with { Ended = End + TimeSpan.FromMinutes(9), Outcome = "returned" };
        bool[] begun = [await database.TransactAsync(t => AnomalyStore.BeginAsync(t, anomaly, 10), default), await database.TransactAsync(t => AnomalyStore.BeginAsync(t, anomaly, 10), default)];
        Anomaly?[] ends = [await database.TransactAsync(t => AnomalyStore.EndAsync(t, ended), default), await database.TransactAsync(t => AnomalyStore.EndAsync(t, ended), default)];
        Assert.Equal([true, false], begun);
        Assert.Equal([true, false], ends.Select(end => end is not null));
    }

    [Fact]
    public async Task ManyAnomalies_TheOldestOfTheApplicationGo()
    {
        await using var host = await ModuleHost.StartAsync([AutoscalerModule.Module]);
        var database = host.App.Services.GetRequiredKeyedService<Platform.Storage.Database>(AutoscalerModule.Name);
        for (var i = 0; i < 15; i++)
        {
            var began = End + TimeSpan.FromMinutes(20 * i);
            var anomaly = new Anomaly
            {
                Id = Anomaly.IdOf(Shop, MetricNames.Cpu, began), Application = Shop, Metric = MetricNames.Cpu, Began = began, Kind = "level", Severity = "info",
                Score = 0.999, Value = i, ExpectedLow = 1, ExpectedHigh = 2, Message = "It is high.",
            };
            await database.TransactAsync(t => AnomalyStore.BeginAsync(t, anomaly, 10), default);
            await database.TransactAsync(t => AnomalyStore.EndAsync(t, anomaly with { Ended = began, Outcome = "returned" }), default);
        }

        var kept = await database.ReadAsync(reader => AnomalyStore.PageAsync(reader, Shop, null, DateTimeOffset.UnixEpoch, false, long.MaxValue, 100), default);
        Assert.Equal(Enumerable.Range(5, 10).Reverse().Select(i => (double)i), kept.Select(row => row.Value));
        Assert.Equal(kept.Select(row => row.Sequence).OrderDescending(), kept.Select(row => row.Sequence));
        Assert.All(kept, row => Assert.True(row.Sequence > 0));
    }

    [Theory]
    [InlineData("/anomalies?limit=0")]
    [InlineData("/anomalies?limit=1001")]
    [InlineData("/anomalies?after=x")]
    [InlineData("/anomalies?since=yesterday")]
    public async Task BadQuestions_AreRefused(string path)
    {
        await using var host = await ModuleHost.StartAsync([AutoscalerModule.Module]);
        using var client = host.Admin("autoscaler");
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }
}

file static class Notes
{
    /// <summary>Waits for the rollout's end, which is noted last.</summary>
    public static async Task UntilNotedAsync(this ModuleHost host, Guid id)
    {
        var database = host.App.Services.GetRequiredKeyedService<Platform.Storage.Database>(AutoscalerModule.Name);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await database.ReadAsync(reader => reader.FirstOrDefaultAsync<long>("SELECT COUNT(*) FROM anomaly_changes WHERE id = @id AND ended IS NOT NULL", new { id }), deadline.Token) == 0)
        {
            await Task.Delay(20, deadline.Token);
        }
    }
}
