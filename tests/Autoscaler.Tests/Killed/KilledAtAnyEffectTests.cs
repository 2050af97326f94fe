using Platform.Autoscaler.Anomalies.Watching;
using Platform.Autoscaler.Applications;
using Platform.Autoscaler.Cost;
using Platform.Autoscaler.Decisions;
using Platform.Autoscaler.Scaling;
using Platform.Contracts.Anomalies;
using Platform.Contracts.Scaling;
using Platform.Effects;
using Platform.Messaging;
using Platform.Storage;
using Platform.Testing;

namespace Platform.Autoscaler.Tests.Killed;

/// <summary>
/// Killed before and after each effect of what the autoscaler writes, and started again on the same data: a decision, a policy's life, an anomaly's
/// beginning and end, an hour's cost. Nothing is half written, nothing is lost or told twice.
/// </summary>
public sealed class KilledAtAnyEffectTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    /// <summary>How long it stays dead: the lease of the killed one must run out.</summary>
    private static readonly TimeSpan Dead = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo _folder = Directory.CreateDirectory(Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"autoscaler-killed-{Guid.NewGuid():N}"));

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public Task ADecision_IsSentOnceAndStandsEverywhereOrNowhere() => KillEverywhereAsync(Noon, life => life.DeployAsync(), life => life.DecideAsync(), JudgeDecisionAsync);

    /// <summary>Negative controls: what is told in one commit and remembered in another must be found out.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ADecisionInTwoCommits_IsFoundOut(bool sentFirst)
    {
        var found = await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => KillEverywhereAsync(Noon, life => life.DeployAsync(), life => InTwoAsync(life, sentFirst), JudgeDecisionAsync));
        Assert.StartsWith("killed ", found.Message, StringComparison.Ordinal);
    }

    private static async Task InTwoAsync(Life life, bool sentFirst)
    {
        var (row, now, command) = ((await life.Database.ReadAsync(reader => ApplicationStore.FindAsync(reader, "shop")))!, Noon + Dead, Guid.NewGuid());
        var json = DecisionStore.Serialize(new ScalingDecision { At = now, Outcome = ScalingOutcome.Scale, Current = 1, Desired = 4, Recommended = 4, Stabilized = 4, Reason = "load" });
        List<Func<Transaction, Task>> halves =
        [
            async transaction =>
            {
                await ApplicationStore.DecidedAsync(transaction, row with { Pending = command, PendingTo = 4, PendingSince = now }, json);
                await DecisionStore.ListAsync(transaction, await DecisionStore.NumberAsync(transaction, 1), "shop", now, json, 100);
                await DecisionStore.ChangedAsync(transaction, "shop", command, 3, now, DateTimeOffset.UnixEpoch);
            },
            transaction => transaction.SendAsync(new ScaleApplication { Application = "shop", At = now, CorrelationId = command, RequestedBy = "autoscaler", Reason = "load", Replicas = 4 }),
        ];
        if (sentFirst) halves.Reverse();
        foreach (var half in halves) await life.Database.TransactAsync(half);
    }

    private static async Task JudgeDecisionAsync(Life life, string where)
    {
        await life.DecideAsync();
        var commands = await life.AllAsync<string>("SELECT correlation_id FROM outbox_message WHERE type LIKE '%ScaleApplication%'");
        Assert.True(commands.Count == 1, $"{where}: {commands.Count} commands");
        Assert.True(commands[0] == await life.ValueAsync<string>("SELECT pending FROM applications WHERE name = 'shop'"), $"{where}: it waits for another command");
        Assert.True(commands[0] == string.Concat(await life.AllAsync<string>("SELECT command FROM changes")), $"{where}: the history has another change");
        Assert.True(1 == await life.ValueAsync<long>("SELECT COUNT(*) FROM decisions WHERE decision LIKE '%\"outcome\":\"scale\"%'"), $"{where}: the list has other decisions");
        Assert.True(await life.ValueAsync<bool>("SELECT COUNT(*) = MAX(sequence) AND COUNT(*) = (SELECT value FROM counters WHERE name = 'decisions') FROM decisions"), $"{where}: numbers are missing");
    }

    [Fact]
    public async Task APolicy_HasEveryVersionOnceWithItsAudit()
    {
        await KillEverywhereAsync(Noon, life => life.DeployAsync(), life => life.PoliciesAsync(), async (life, where) =>
        {
            await life.PoliciesAsync();
            Assert.Equal(["1/False", "2/False", "3/True"], (await life.AllAsync<Version>("SELECT version AS number, deleted FROM policies ORDER BY version")).Select(v => $"{v.Number}/{v.Deleted}"));
            Assert.True(3 == await life.ValueAsync<long>("SELECT COUNT(*) FROM audit WHERE target = 'busy'"), $"{where}: {await life.ValueAsync<long>("SELECT COUNT(*) FROM audit")} entries");
            Assert.True(4 == await life.ValueAsync<long>("SELECT touched FROM applications WHERE name = 'shop'"), $"{where}: whoever decides does not read it again");
        });
    }

    /// <summary>It lasts three minutes: the one of the kill may be lost, as a measurement.</summary>
    [Fact]
    public async Task AnAnomaly_IsToldOnceWhenItBeginsAndOnceWhenItEnds()
    {
        var start = new DateTimeOffset(2026, 1, 2, 4, 0, 0, TimeSpan.Zero);
        const int Quiet = SeriesWatch.WarmUp + 60;
        await KillEverywhereAsync(
            start,
            async life =>
            {
                await life.DeployAsync();
                for (var minute = 0; minute < Quiet; minute++) await life.MinuteAsync(Errors(minute));
            },
            LiveAsync,
            async (life, where) =>
            {
                await LiveAsync(life);
                Assert.True(1 == await life.ValueAsync<long>("SELECT COUNT(*) FROM anomalies WHERE ended IS NOT NULL"), $"{where}: {await life.ValueAsync<long>("SELECT COUNT(*) FROM anomalies")} anomalies");
                Assert.True(1 == await life.SentAsync<AnomalyDetected>(), $"{where}: its beginning is told {await life.SentAsync<AnomalyDetected>()} times");
                Assert.True(1 == await life.SentAsync<AnomalyEnded>(), $"{where}: its end is told {await life.SentAsync<AnomalyEnded>()} times");
                Assert.Equal(1, await life.ValueAsync<long>("SELECT COUNT(DISTINCT correlation_id) FROM outbox_message WHERE type LIKE '%Anomaly%' AND correlation_id = (SELECT id FROM anomalies)"));
            },
            // What is written of the minutes before and between is the history's, which has a test of its own.
            (effects, at) => effects.Passed[at].What.Contains("anomal", StringComparison.Ordinal) || effects.Passed[Math.Min(at + 3, effects.Passed.Count - 1)].What.Contains("anomal", StringComparison.Ordinal)
                || effects.Passed[Math.Max(at - 3, 0)].What.Contains("anomal", StringComparison.Ordinal));

        async Task LiveAsync(Life life)
        {
            var since = await life.ValueAsync<long>("SELECT COUNT(*) FROM anomalies WHERE ended IS NOT NULL");
            for (var minute = life.MinutesSince(start); minute < Quiet + 120 && since == 0; minute++)
            {
                await life.MinuteAsync(minute is >= Quiet + 2 and < Quiet + 5 ? 40 : Errors(minute));
                since = await life.ValueAsync<long>("SELECT COUNT(*) FROM anomalies WHERE ended IS NOT NULL");
            }
        }
    }

    [Fact]
    public async Task AnHoursCost_IsWrittenWholeAndNoSecondCountsTwice()
    {
        var start = new DateTimeOffset(2026, 1, 2, 11, 58, 30, TimeSpan.Zero);
        await KillEverywhereAsync(start, life => life.DeployAsync(), LiveAsync, async (life, where) =>
        {
            await LiveAsync(life);
            var hours = await life.Database.ReadAsync(reader => CostStore.HoursAsync(reader, "shop", DateTimeOffset.UnixEpoch));
            Assert.Equal(hours.Count, hours.Select(hour => hour.Hour).Distinct().Count());
            Assert.All(hours, hour => Assert.True(Math.Abs(hour.Running - hour.Seconds) < 1e-6 && Math.Abs(hour.Requests - (20 * hour.Seconds)) < 1e-6, $"{where}: {hour}"));
            var measured = hours.Sum(hour => hour.Seconds);
            var lived = life.SecondsSince(start);
            Assert.InRange(measured, lived - Dead.TotalSeconds - 60 - 70, lived);
            var accounts = await life.Database.ReadAsync(CostStore.LoadAsync);
            Assert.Single(accounts);
        });

        static async Task LiveAsync(Life life)
        {
            for (var second = 0; second < 150; second++) await life.CostSecondAsync();
        }
    }

    private static double Errors(int minute) => 1 + new Random(minute).NextDouble();

    /// <summary>Learns which effects a script has, and then kills it on either side of each, in a copy of the world that the seed makes.</summary>
    private async Task KillEverywhereAsync(
        DateTimeOffset start, Func<Life, Task> seed, Func<Life, Task> script, Func<Life, string, Task> judge, Func<KillingEffects, int, bool>? matters = null)
    {
        var seeded = Path.Combine(_folder.FullName, "seed");
        var clock = new ManualTimeProvider(start);
        await using (var life = new Life(seeded, clock, UnhinderedEffects.Instance)) await seed(life);
        var begin = clock.GetUtcNow() + Dead;

        var learned = new KillingEffects();
        await using (var life = new Life(Copy(seeded, "learned"), clock = new ManualTimeProvider(begin), learned))
        {
            await script(life);
            await judge(life, "not killed");
        }

        var points = Enumerable.Range(0, learned.Passed.Count).Where(at => matters?.Invoke(learned, at) ?? true).Select(at => at + 1).ToList();
        Assert.InRange(points.Count, 5, 150);
        foreach (var at in points)
        {
            foreach (var after in (bool[])[false, true])
            {
                var data = Copy(seeded, $"{at}-{after}");
                clock = new ManualTimeProvider(begin);
                var effects = new KillingEffects(at, after);
                await using (var life = new Life(data, clock, effects))
                {
                    try
                    {
                        await script(life);
                    }
                    catch (KilledException)
                    {
                        Assert.True(effects.Dead);
                    }
                }

                clock.Advance(Dead);
                await using (var next = new Life(data, clock, UnhinderedEffects.Instance)) await judge(next, $"killed {(after ? "after" : "before")} effect {at}, {learned.Passed[at - 1]}");
                Directory.Delete(data, recursive: true);
            }
        }
    }

    private string Copy(string from, string name)
    {
        var to = Directory.CreateDirectory(Path.Combine(_folder.FullName, name)).FullName;
        foreach (var file in Directory.EnumerateFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        return to;
    }

    private sealed record Version
    {
        public long Number { get; init; }

        public bool Deleted { get; init; }
    }
}
