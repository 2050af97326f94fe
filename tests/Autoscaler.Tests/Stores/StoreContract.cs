using Platform.Autoscaler.Anomalies.Causes;
using Platform.Autoscaler.Anomalies.Watching;
using Platform.Autoscaler.Applications;
using Platform.Autoscaler.Cost;
using Platform.Autoscaler.Decisions;
using Platform.Autoscaler.History;
using Platform.Autoscaler.Policies;
using Platform.Autoscaler.Tests.Killed;
using Platform.Contracts.Metrics;
using Platform.Contracts.Scaling;
using Platform.Effects;
using Platform.Testing;

namespace Platform.Autoscaler.Tests.Stores;

/// <summary>
/// What every database must do with the autoscaler's tables: decisions, policies, anomalies, history and masks, costs. Run on SQLite here, and on
/// PostgreSQL in Integration.Tests.
/// </summary>
public abstract class StoreContract : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();
    private IReadOnlyList<KeyValuePair<string, string?>> _settings = [];

    public async ValueTask InitializeAsync() => _settings = await SettingsAsync();

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Settings of a store of this test's own.</summary>
    private protected abstract Task<IReadOnlyList<KeyValuePair<string, string?>>> SettingsAsync();

    [Fact]
    public async Task Decisions_AreListedInPagesTrimmedAndNotRepeatedByTheNextLife()
    {
        var clock = new ManualTimeProvider(Noon);
        await using (var life = Begin(clock))
        {
            await life.DeployAsync();
            await life.DecideAsync();
        }

        clock.Advance(TimeSpan.FromSeconds(20));
        await using var next = Begin(clock);
        await next.DecideAsync();
        Assert.Equal(1, await next.SentAsync<ScaleApplication>());
        var row = await next.Database.ReadAsync(reader => ApplicationStore.FindAsync(reader, "shop"));
        Assert.Equal(4, row!.PendingTo);
        Assert.Equal(ScalingOutcomes(2), (await next.Database.ReadAsync(reader => DecisionStore.PageAsync(reader, null, long.MaxValue, 10))).Select(line => line.Sequence));
        Assert.Empty(await next.Database.ReadAsync(reader => DecisionStore.PageAsync(reader, "cart", long.MaxValue, 10)));

        await next.Database.TransactAsync(async transaction =>
        {
            for (var i = 0; i < 40; i++) await DecisionStore.ListAsync(transaction, await DecisionStore.NumberAsync(transaction, 1), "shop", clock.GetUtcNow(), "{}", kept: 10);
        });
        Assert.InRange((await next.Database.ReadAsync(reader => DecisionStore.PageAsync(reader, "shop", long.MaxValue, 100))).Count, 10, 26);
    }

    [Fact]
    public async Task Facts_AnswerHoldAndRemoveWhatTheyAreAbout()
    {
        var clock = new ManualTimeProvider(Noon);
        await using var life = Begin(clock);
        await life.DeployAsync();
        await life.DecideAsync();
        var command = (await life.Database.ReadAsync(reader => ApplicationStore.FindAsync(reader, "shop")))!.Pending!.Value;

        await life.Database.TransactAsync(transaction => ApplicationStore.RefusedAsync(transaction, "shop", command));
        Assert.Empty(await life.Database.ReadAsync(reader => DecisionStore.ChangesAsync(reader, ["shop", "cart"])));
        await life.Database.TransactAsync(async transaction =>
        {
            await ApplicationStore.ScaledAsync(transaction, "shop", 3, clock.GetUtcNow(), Guid.NewGuid());
            await ApplicationStore.HoldAsync(transaction, "shop", clock.GetUtcNow() + TimeSpan.FromMinutes(10), "alice", "sale");
            await ApplicationStore.ReplicaAsync(transaction, "shop", "r1", "v1", ready: false, stopped: true, clock.GetUtcNow(), clock.GetUtcNow());
        });
        var shop = (await life.Database.ReadAsync(reader => ApplicationStore.FindAsync(reader, "shop")))!;
        Assert.Equal((3, "alice", null, Noon + TimeSpan.FromMinutes(10)), (shop.Wanted, shop.HoldBy, shop.Pending, shop.HoldUntil!.Value - TimeSpan.FromSeconds(5)));
        Assert.Empty(await life.Database.ReadAsync(reader => ApplicationStore.ReplicasOfAsync(reader, ["shop"])));

        await life.Database.TransactAsync(transaction => ApplicationStore.RemovedAsync(transaction, "shop"));
        Assert.Null(await life.Database.ReadAsync(reader => ApplicationStore.FindAsync(reader, "shop")));
        Assert.True(Assert.Single(await life.Database.ReadAsync(reader => ApplicationStore.TouchedAsync(reader, 0))).Removed);
    }

    [Fact]
    public async Task TwoInstances_OneDecides_AndWhoLostTheLeadershipWritesNothing()
    {
        var clock = new ManualTimeProvider(Noon);
        await using var first = Begin(clock);
        await using var second = Begin(clock);
        await first.DeployAsync();
        await first.DecideAsync();
        await second.DecideAsync();
        Assert.Equal((true, false, 1), (first.Service<Leadership>().IsHeld, second.Service<Leadership>().IsHeld, await first.SentAsync<ScaleApplication>()));

        // The first sleeps for longer than its lease; the change was done meanwhile, and twice as much is asked.
        clock.Advance(TimeSpan.FromSeconds(16));
        await first.Database.TransactAsync(async transaction =>
        {
            await ApplicationStore.ScaledAsync(transaction, "shop", 4, clock.GetUtcNow(), Guid.Parse(await first.ValueAsync<string>("SELECT pending FROM applications")));
            await ApplicationStore.TouchAsync(transaction, "shop");
        });
        await second.DecideAsync(requests: 400);
        Assert.Equal(2, await second.SentAsync<ScaleApplication>());
        await first.DecideAsync(requests: 400);
        Assert.Equal((false, true, 2), (first.Service<Leadership>().IsHeld, second.Service<Leadership>().IsHeld, await first.SentAsync<ScaleApplication>()));
    }

    [Fact]
    public async Task Policies_KeepEveryVersion()
    {
        await using var life = Begin(new ManualTimeProvider(Noon));
        await life.DeployAsync();
        await life.PoliciesAsync();
        Assert.Empty(await life.Database.ReadAsync(PolicyStore.CurrentAsync));
        Assert.Equal([3L, 2L, 1L], (await life.Database.ReadAsync(reader => PolicyStore.VersionsAsync(reader, "busy", long.MaxValue, 10))).Select(v => v.Version));
        Assert.Equal(6, (await life.Database.ReadAsync(reader => PolicyStore.VersionAsync(reader, "busy", 2)))!.Policy.Max);
        Assert.True((await life.Database.ReadAsync(reader => PolicyStore.FindAsync(reader, "busy")))!.Deleted);
        await life.Database.TransactAsync(transaction => PolicyStore.AddAsync(transaction, new ScalingPolicyView { Name = "all", Version = 1, Policy = new ScalingPolicySpec { Max = 3 }, At = Noon, By = "alice" }));
        Assert.Equal("alice", Assert.Single(await life.Database.ReadAsync(PolicyStore.CurrentAsync)).By);
    }

    [Fact]
    public async Task Anomalies_AreKeptOnceWhoeverFindsThem_WithTheirCausesUntilTheyGo()
    {
        await using var life = Begin(new ManualTimeProvider(Noon));
        var database = life.Database;
        var anomaly = Found(Noon);
        var seenByAnother = Found(Noon + TimeSpan.FromMinutes(1));
        var later = Found(Noon + TimeSpan.FromMinutes(30));
        var change = new Change { Id = Guid.NewGuid(), Kind = ChangeKind.Rollout, Application = "shop", At = Noon - TimeSpan.FromMinutes(1), Description = "alice shipped v2" };
        await database.TransactAsync(transaction => AnomalyStore.NoteAsync(transaction, change));
        await database.TransactAsync(transaction => AnomalyStore.EndChangeAsync(transaction, change.Id, Noon));
        var known = Assert.Single(await database.ReadAsync(reader => AnomalyStore.ChangesAsync(reader, "shop", Noon)));
        Assert.Equal((change.Id, Noon), (known.Id, known.Ended));

        bool[] begun = [await BeginAsync(anomaly), await BeginAsync(anomaly), await BeginAsync(seenByAnother), await BeginAsync(later)];
        Assert.Equal([true, false, false, true], begun);
        Assert.Equal(2, (await database.ReadAsync(AnomalyStore.OpenAsync)).Count);
        var ended = await database.TransactAsync(transaction => AnomalyStore.EndAsync(transaction, seenByAnother with { Ended = Noon + TimeSpan.FromMinutes(9), Outcome = "returned" }));
        Assert.Equal((anomaly.Id, anomaly.Began), (ended!.Id, ended.Began));
        Assert.Null(await database.TransactAsync(transaction => AnomalyStore.EndAsync(transaction, anomaly with { Ended = Noon + TimeSpan.FromMinutes(9), Outcome = "returned" })));

        Assert.Equal(2, await CountAsync(null, null, open: false));
        Assert.Equal(1, await CountAsync("shop", MetricNames.Cpu, open: true));
        Assert.Equal(0, await CountAsync("cart", null, open: false));
        for (var i = 0; i < 15; i++)
        {
            var more = Found(Noon + TimeSpan.FromHours(1 + i));
            await BeginAsync(more);
            await database.TransactAsync(transaction => AnomalyStore.EndAsync(transaction, more with { Ended = more.Began, Outcome = "returned" }));
        }

        Assert.InRange(await CountAsync("shop", null, open: false), 10, 12);
        await database.TransactAsync(transaction => AnomalyStore.RemoveAsync(transaction, "shop"));
        Assert.Equal(0, await CountAsync(null, null, open: false));

        Task<bool> BeginAsync(Anomaly found) => database.TransactAsync(transaction => AnomalyStore.BeginAsync(transaction, found, kept: 10));
        async Task<int> CountAsync(string? application, string? metric, bool open) =>
            (await database.ReadAsync(reader => AnomalyStore.PageAsync(reader, application, metric, DateTimeOffset.UnixEpoch, open, long.MaxValue, 100))).Count;
    }

    [Fact]
    public async Task History_TurnsTheDayIsReadBackAndMasked()
    {
        var clock = new ManualTimeProvider(new DateTimeOffset(2026, 1, 1, 23, 50, 0, TimeSpan.Zero));
        await using (var life = Begin(clock))
        {
            await life.DeployAsync();
            for (var minute = 0; minute < 20; minute++) await life.MinuteAsync(5);
            Assert.InRange(await life.ValueAsync<long>("SELECT COUNT(*) FROM history_minutes"), 8, 12);
            Assert.Equal(1, await life.ValueAsync<long>("SELECT COUNT(*) FROM history_days"));
        }

        clock.Advance(TimeSpan.FromSeconds(20));
        await using var next = Begin(clock);
        await next.MinuteAsync(5);
        Assert.InRange(next.Service<FleetHistory>().Minutes("shop", MetricNames.Errors, 19).Values.ToArray().Count(double.IsNaN), 0, 2);

        var mask = new Mask { Id = "m", Application = "shop", Cause = "alert NoReplicas", Kind = MaskKind.Alert, Scope = MaskScope.Everything, Begins = clock.GetUtcNow() };
        await next.Database.TransactAsync(transaction => HistoryStore.BeginMaskAsync(transaction, mask, clock.GetUtcNow()));
        Assert.Equal("m", Assert.Single(await next.Database.ReadAsync(reader => HistoryStore.DisturbancesAsync(reader, ["shop"], clock.GetUtcNow()))).Id);
        await next.Database.TransactAsync(transaction => HistoryStore.EndMaskAsync(transaction, "m", "shop", clock.GetUtcNow(), clock.GetUtcNow()));
        await next.Database.TransactAsync(transaction => HistoryStore.EndMaskAsync(transaction, "early", "shop", clock.GetUtcNow(), clock.GetUtcNow()));
        Assert.Equal(clock.GetUtcNow(), Assert.Single(await next.Database.ReadAsync(reader => HistoryStore.MasksAsync(reader, DateTimeOffset.UnixEpoch))).Ends);
        await next.Database.TransactAsync(transaction => HistoryStore.RemoveAsync(transaction, "shop"));
        Assert.Equal(0, await next.ValueAsync<long>("SELECT COUNT(*) FROM history_days") + await next.ValueAsync<long>("SELECT COUNT(*) FROM history_masks"));
    }

    [Fact]
    public async Task Costs_TurnTheHourAreReadBackAndForgotten()
    {
        var clock = new ManualTimeProvider(new DateTimeOffset(2026, 1, 2, 11, 58, 30, TimeSpan.Zero));
        await using (var life = Begin(clock))
        {
            await life.DeployAsync();
            for (var second = 0; second < 200; second++) await life.CostSecondAsync();
        }

        await using var next = Begin(clock);
        var hours = await next.Database.ReadAsync(reader => CostStore.HoursAsync(reader, "shop", DateTimeOffset.UnixEpoch));
        Assert.Equal([Noon - TimeSpan.FromHours(1), Noon], hours.Select(hour => hour.Hour));
        Assert.All(hours, hour => Assert.Equal(hour.Seconds, hour.Running, 6));
        Assert.Equal("shop", Assert.Single(await next.Database.ReadAsync(CostStore.LoadAsync)).Application);
        await next.Database.TransactAsync(transaction => ApplicationStore.RemovedAsync(transaction, "shop"));
        await next.Database.TransactAsync(transaction => CostStore.ForgetAsync(transaction, Noon + CostStore.Kept));
        Assert.Equal(Noon, Assert.Single(await next.Database.ReadAsync(reader => CostStore.HoursAsync(reader, "shop", DateTimeOffset.UnixEpoch))).Hour);
        Assert.Empty(await next.Database.ReadAsync(CostStore.LoadAsync));
    }

    private Life Begin(ManualTimeProvider clock) => new(Directory.CreateDirectory(_folder.File("data")).FullName, clock, UnhinderedEffects.Instance, _settings);

    private static IEnumerable<long> ScalingOutcomes(int count) => Enumerable.Range(1, count).Reverse().Select(number => (long)number);

    private static Anomaly Found(DateTimeOffset began) => new()
    {
        Id = Anomaly.IdOf("shop", MetricNames.Cpu, began), Application = "shop", Metric = MetricNames.Cpu, Began = began, Kind = "level", Severity = "info",
        Score = 0.999, Value = 3, ExpectedLow = 1, ExpectedHigh = 2, Message = "It is high.",
    };
}
