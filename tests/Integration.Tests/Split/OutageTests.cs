using System.Diagnostics;
using System.Globalization;
using Platform.Contracts.Http;
using Platform.Contracts.Units;

namespace Platform.Integration.Tests.Split;

/// <summary>
/// A server stopped for half a minute in the middle of a rollout and started again; <c>SPLIT_OUTAGE=2m</c> makes it longer.
/// </summary>
[Collection(ServersTakenAway.Name)]
public sealed class OutageTests(SplitPlatform platform, ITestOutputHelper output) : IClassFixture<SplitPlatform>
{
    private const int Rate = 15;
    private const int MostUnderWay = 3;
    private static readonly string[] WithStore = ["deployment", "autoscaler", "healthmonitor"];
    private static readonly string[] All = ["gateway", .. WithStore];
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(120);

    private static TimeSpan Outage =>
        Environment.GetEnvironmentVariable("SPLIT_OUTAGE") is { Length: > 0 } given && Duration.TryParse(given, out var asked) ? asked : TimeSpan.FromSeconds(30);

    [Fact]
    public Task RabbitMq_Away_NothingIsLostOrDoneTwice_AndReplicasAreStillCaredFor() => SurviveAsync(
        "rabbitmq", platform.Rabbit.StopAsync, platform.Rabbit.StartAsync, All, "RabbitMQ at ", meanwhile: ReplaceAsync, after: SaidOnce);

    [Fact]
    public Task PostgreSql_Away_NothingIsLostOrDoneTwice() => SurviveAsync(
        "postgresql", platform.Postgres.StopAsync, platform.Postgres.StartAsync, WithStore, "PostgreSQL");

    [Fact]
    public Task Kafka_Away_NothingIsLostOrDoneTwice() => SurviveAsync(
        "kafka",
        () => { platform.StopKafka(); return Task.CompletedTask; },
        () => { platform.StartKafka(); return Task.CompletedTask; },
        All, "Kafka at ");

    private async Task SurviveAsync(
        string revision, Func<Task> stop, Func<Task> start, IReadOnlyList<string> waiting, string what, Func<Task<string>>? meanwhile = null, Action? after = null)
    {
        platform.SkipUnlessComplete();
        await platform.ServeSomethingAsync();
        await using var traffic = platform.Visit(Rate);
        var rollout = await platform.DeployAsync(Revisions.Steady(platform, revision));
        await platform.RolloutAsync(rollout, r => r.State == "starting", "has begun");

        var since = TimeProvider.System.GetTimestamp();
        string? replaced = null;
        await stop();
        try
        {
            foreach (var module in waiting) await platform.WaitsForAsync(module, w => w is not null && w.Any(reason => reason.Contains(what, StringComparison.Ordinal)), $"says that it waits for {what}");
            foreach (var module in waiting.Count > 0 ? All.Except(waiting) : []) await platform.WaitsForAsync(module, w => w is { Count: 0 }, "needs it not");
            if (meanwhile is not null) replaced = await meanwhile();
            var left = Outage - TimeProvider.System.GetElapsedTime(since);
            if (left > TimeSpan.Zero) await Task.Delay(left);
            Assert.Empty(traffic.Failures);
        }
        finally
        {
            await start();
        }

        var back = TimeProvider.System.GetTimestamp();
        var away = TimeProvider.System.GetElapsedTime(since, back);
        var ended = await platform.RolloutAsync(rollout, r => r.EndedAt is not null, "ends after the outage", Longest);
        Assert.True(ended.State == "completed", $"{ended.State}: {ended.Message}");
        await Settled.CheckAsync(platform, revision);
        await traffic.EndAsync();
        Assert.Empty(traffic.Failures);
        await Settled.EventsOnceAsync(platform, ended, except: replaced);
        after?.Invoke();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{revision} away for {away.TotalSeconds:0.0} s: everything at rest {TimeProvider.System.GetElapsedTime(back).TotalSeconds:0.0} s after it was back; {traffic.Answered} visits answered, {traffic.Failures.Count} failed."));
    }

    /// <summary>One line when the bus goes, one when it is back, and no stack of a report that could not be sent.</summary>
    private void SaidOnce()
    {
        foreach (var service in platform.Services)
        {
            Assert.Equal((service.Module, 1, 1), (service.Module, service.Said("Waiting for the bus: RabbitMQ at "), service.Said("The bus is back after ")));
            // What was under way at the very moment fails as the connection breaks; nothing is tried after that.
            Assert.InRange(service.Said("S-FAULT"), 0, MostUnderWay);
        }
    }

    /// <summary>A replica ends on its own while the bus is away: nobody but the owner of replicas is needed to put another in its place.</summary>
    private async Task<string> ReplaceAsync()
    {
        var before = (await platform.ApplicationAsync(a => a.ReadyReplicas > 0, "has a ready replica")).Replicas.First(r => r is { State: "ready", ProcessId: not null });
        using var signal = Process.Start("kill", ["-TERM", $"{before.ProcessId}"]);
        await platform.ApplicationAsync(
            a => a.Replicas.All(r => r.ProcessId != before.ProcessId) && Ready(a, before.Revision) >= 2, "has another replica in its place", TimeSpan.FromSeconds(60));
        return before.Id;
    }

    private static int Ready(ApplicationView application, string revision) => application.Replicas.Count(r => r.Revision == revision && r.State == "ready");
}
