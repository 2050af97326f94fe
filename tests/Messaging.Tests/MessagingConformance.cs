using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Platform.Effects;
using Platform.Messaging.Inbox;
using Platform.Messaging.Outbox;
using Platform.Messaging.Sagas;
using Platform.Testing;

namespace Platform.Messaging.Tests;

/// <summary>What every bus and store together must do. Run in memory on SQLite here, and on RabbitMQ and PostgreSQL in Integration.Tests.</summary>
public abstract class MessagingConformance
{
    private static readonly IReadOnlyList<KeyValuePair<string, string?>> Common =
        [new("Bus:Redelivery:0", "00:00:00.2"), new("Bus:Redelivery:1", "00:00:00.2")];

    /// <summary>Settings of a bus and a store of this test's own.</summary>
    private protected abstract IEnumerable<KeyValuePair<string, string?>> Settings { get; }

    private protected Task<TestHost> StartAsync(KillingEffects? effects = null, Journal? journal = null)
        => TestHost.StartAsync([.. Common, .. Settings], effects, journal);

    [Fact]
    public async Task Command_Committed_IsHandledOnceAndItsEventReachesEveryModule()
    {
        await using var host = await StartAsync();
        var id = Guid.NewGuid();
        await host.SendAsync(new DoWork { CorrelationId = id });

        await host.QuietAsync(async () => await host.TimesAsync(host.Watcher, id, "watch") == 1, "the event handled");
        await Eventually.HoldsAsync(() => host.Journal.Count($"stateless {id} InvalidOperationException") == 1, "the stateless consumer");
        await Eventually.HoldsAsync(() => host.Journal.Count($"anything {id}") == 1, "the consumer of everything");
        Assert.Equal(1, await host.TimesAsync(host.Worker, id, "work"));
        Assert.Empty(host.Status.WaitingFor);
    }

    [Fact]
    public async Task Command_RolledBack_IsNeverSeen()
    {
        await using var host = await StartAsync();
        var (lost, kept) = (Guid.NewGuid(), Guid.NewGuid());
        await using (var transaction = await host.Worker.BeginAsync())
        {
            await transaction.SendAsync(new DoWork { CorrelationId = lost });
        }

        await host.SendAsync(new DoWork { CorrelationId = kept });
        await host.QuietAsync(async () => await host.TimesAsync(host.Watcher, kept, "watch") == 1, "the committed one");
        Assert.DoesNotContain(host.Journal.Lines, l => l.Contains($"{lost}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Message_DeliveredTwice_ChangesNothingTwice()
    {
        await using var host = await StartAsync();
        var (id, message) = (Guid.NewGuid(), Guid.NewGuid());
        await Eventually.HoldsAsync(() => host.Status.WaitingFor.Count == 0, "the bus");
        for (var i = 0; i < 5; i++) await host.PublishRawAsync(new DoWork { CorrelationId = id }, message);
        await host.PublishRawAsync(new DoWork { CorrelationId = id, Behaviour = "again" }, Guid.NewGuid());

        await host.QuietAsync(async () => await host.TimesAsync(host.Watcher, id, "watch") == 2, "both messages");
        Assert.Equal(2, await host.TimesAsync(host.Worker, id, "work"));
    }

    [Fact]
    public async Task PublishThroughMassTransit_InAConsumer_KeepsItsHeaders()
    {
        await using var host = await StartAsync();
        var id = Guid.NewGuid();
        await host.SendAsync(new DoWork { CorrelationId = id, Behaviour = "bus" });
        await Eventually.HoldsAsync(() => host.Journal.Count($"watch {id} blue") == 1, "the event with its header");
    }

    [Fact]
    public async Task Saga_FiftyMessagesAtOnce_CountsFiftyAndSaysEachFigureOnce()
    {
        await using var host = await StartAsync();
        var id = Guid.NewGuid();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => host.Watcher.TransactAsync(t => t.PublishAsync(new TallyAdded { CorrelationId = id })))));

        await host.QuietAsync(async () => await host.TimesAsync(host.Watcher, id, "stands at 50") == 1, "fifty counted");
        var saga = await host.Worker.ReadAsync(r => r.SagaAsync<TallyState>(id));
        Assert.Equal(50, saga!.Count);
        Assert.Equal(49, saga.Version);
        Assert.Equal("Counting", saga.CurrentState);
        Assert.Equal(50, await host.Worker.ReadAsync(r => r.FirstOrDefaultAsync<long>("SELECT count FROM tally WHERE id = @id", new { id })));
        await Eventually.HoldsAsync(
            async () => await host.Watcher.ReadAsync(r => r.FirstOrDefaultAsync<long>("SELECT COUNT(*) FROM handled WHERE id = @id AND times = 1", new { id })) == 50, "each figure once");

        await host.Watcher.TransactAsync(t => t.PublishAsync(new TallyAdded { CorrelationId = id, Last = true }));
        await host.QuietAsync(async () => (await host.Worker.ReadAsync(r => r.SagasAsync<TallyState>())).Count == 0, "the saga completed and removed");
        Assert.Equal(0, await host.Worker.ReadAsync(r => r.FirstOrDefaultAsync<long>("SELECT COUNT(*) FROM tally")));
    }

    [Fact]
    public async Task Conflict_IsTriedAgainAtOnceOutsideTheTransaction()
    {
        await using var host = await StartAsync();
        var id = Guid.NewGuid();
        await host.SendAsync(new DoWork { CorrelationId = id, Behaviour = "conflicts" });
        await host.QuietAsync(async () => await host.TimesAsync(host.Watcher, id, "watch") == 1, "the work done in the end");
        Assert.Equal(11, host.Journal.Count($"work {id}"));
        Assert.Equal(1, await host.TimesAsync(host.Worker, id, "work"));
    }

    [Fact]
    public async Task Failure_ThatPasses_IsRedeliveredAndNotTakenForARepetition()
    {
        await using var host = await StartAsync();
        var id = Guid.NewGuid();
        await host.SendAsync(new DoWork { CorrelationId = id, Behaviour = "fails twice" });
        await host.QuietAsync(async () => await host.TimesAsync(host.Watcher, id, "watch") == 1, "the work done in the end");
        Assert.Equal(9, host.Journal.Count($"work {id}"));
        Assert.Equal(1, await host.TimesAsync(host.Worker, id, "work"));
        Assert.Empty(await host.Worker.ReadAsync(r => r.DeadLettersAsync()));
    }

    [Fact]
    public async Task Poison_BecomesADeadLetterWhileOthersFlow()
    {
        await using var host = await StartAsync();
        var poison = Guid.NewGuid();
        var others = Enumerable.Range(0, 20).Select(_ => Guid.NewGuid()).ToList();
        await host.SendAsync([new DoWork { CorrelationId = poison, Behaviour = "poison" }, .. others.Select(id => new DoWork { CorrelationId = id })]);

        foreach (var id in others) await Eventually.HoldsAsync(async () => await host.TimesAsync(host.Watcher, id, "watch") == 1, "another one");
        await host.QuietAsync(async () => (await host.Worker.ReadAsync(r => r.DeadLettersAsync())).Count == 1, "the dead letter");
        var letter = Assert.Single(await host.Worker.ReadAsync(r => r.DeadLettersAsync()));
        Assert.Equal("worker-work", letter.Endpoint);
        Assert.Contains("cannot be handled", letter.Error, StringComparison.Ordinal);
        Assert.Contains($"{poison}", letter.Body, StringComparison.Ordinal);
        Assert.Equal(3 * 4, host.Journal.Count($"work {poison}"));
        Assert.Equal(0, await host.TimesAsync(host.Worker, poison, "work"));
        Assert.DoesNotContain(host.Journal.Lines, l => l.StartsWith($"watch {poison}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Poison_ForAConsumerOfAnInterface_KeepsItsRealType()
    {
        await using var host = await StartAsync();
        var id = Guid.NewGuid();
        await host.Worker.TransactAsync(t => t.PublishAsync(new TallyStands { CorrelationId = id, Count = 3, Application = "nobody likes this" }));
        await host.QuietAsync(async () => (await host.Watcher.ReadAsync(r => r.DeadLettersAsync())).Count == 1, "the dead letter");
        var letter = Assert.Single(await host.Watcher.ReadAsync(r => r.DeadLettersAsync()));
        Assert.StartsWith(typeof(TallyStands).FullName!, letter.Type, StringComparison.Ordinal);
        Assert.Contains("\"count\":3", letter.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OutboxRow_OfAnUnknownType_BecomesADeadLetterAndBlocksNobody()
    {
        await using var host = await StartAsync();
        var id = Guid.NewGuid();
        await host.Worker.TransactAsync(async t =>
        {
            await t.ExecuteAsync("INSERT INTO outbox_message (message_id, type, body, created_at, due_at) VALUES (@id, 'Gone.Type, Gone', '{}', 0, 0)", new { id = Guid.NewGuid() });
            await t.SendAsync(new DoWork { CorrelationId = id });
        });
        await host.QuietAsync(async () => await host.TimesAsync(host.Watcher, id, "watch") == 1, "the one behind it");
        Assert.Equal("outbox", Assert.Single(await host.Worker.ReadAsync(r => r.DeadLettersAsync())).Endpoint);
    }

    [Fact]
    public async Task Send_ThatIsNeverConfirmed_HoldsBackOnlyItsOwnKind()
    {
        var effects = new KillingEffects
        {
            KillBefore = (kind, what) => kind == EffectKind.BusPublish && what == nameof(DoWork) ? throw new TimeoutException("No confirmation.") : false,
        };
        await using var host = await StartAsync(effects);
        var id = Guid.NewGuid();
        await host.Worker.TransactAsync(async t =>
        {
            for (var i = 0; i < 50; i++) await t.SendAsync(new DoWork { CorrelationId = Guid.NewGuid() });
            await t.PublishAsync(new TallyAdded { CorrelationId = id });
        });
        await Eventually.HoldsAsync(async () => await host.TimesAsync(host.Watcher, id, "stands at 1") == 1, "what is behind the silent ones", TimeSpan.FromSeconds(15));
        Assert.True(await TestHost.WaitingAsync(host.Worker) >= 50);
    }

    [Fact]
    public async Task Scheduled_IsDeliveredWhenItIsDueAndNotBefore()
    {
        await using var host = await StartAsync();
        var id = Guid.NewGuid();
        var started = Stopwatch.GetTimestamp();
        await host.Worker.TransactAsync(t => t.ScheduleAsync(new DoWork { CorrelationId = id }, TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(1)));
        await Eventually.HoldsAsync(() => host.Journal.Count($"work {id}") == 1, "the scheduled message");
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0.99, 10);
    }

    [Fact]
    public async Task Trace_ContinuesThroughTheOutbox()
    {
        using var listener = new ActivityListener { ShouldListenTo = s => s.Name is "MassTransit", Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded };
        ActivitySource.AddActivityListener(listener);
        await using var host = await StartAsync();
        var id = Guid.NewGuid();
        using var cause = new Activity("an HTTP call").Start();
        await host.SendAsync(new DoWork { CorrelationId = id });
        await Eventually.HoldsAsync(() => !host.Journal.Traces.IsEmpty, "the event");
        Assert.Equal(cause.TraceId.ToString(), Assert.Single(host.Journal.Traces));
    }

    [Fact]
    public async Task KilledBetweenCommitAndDelivery_IsDeliveredAfterTheRestart()
    {
        var journal = new Journal();
        var id = Guid.NewGuid();
        var effects = new KillingEffects { KillBefore = (kind, what) => kind == EffectKind.BusPublish && what == nameof(WorkDone) };
        await using (var first = await StartAsync(effects, journal))
        {
            await first.SendAsync(new DoWork { CorrelationId = id });
            await Eventually.HoldsAsync(() => effects.Dead, "the kill");
        }

        Assert.DoesNotContain(journal.Lines, l => l.StartsWith("watch", StringComparison.Ordinal));
        await using var second = await StartAsync(journal: journal);
        await second.QuietAsync(async () => await second.TimesAsync(second.Watcher, id, "watch") == 1, "the event after the restart");
        Assert.Equal(1, await second.TimesAsync(second.Worker, id, "work"));
    }

    [Fact]
    public async Task Sweep_RemovesOnlyWhatIsOld()
    {
        await using var host = await StartAsync();
        var id = Guid.NewGuid();
        await host.SendAsync(new DoWork { CorrelationId = id });
        await host.QuietAsync(async () => await host.TimesAsync(host.Watcher, id, "watch") == 1, "the event");
        await host.Worker.TransactAsync(t => t.ExecuteAsync("INSERT INTO inbox_state (message_id, consumer, consumed_at) VALUES ('old', 'x', 0)"));

        var rows = host.Services.GetRequiredKeyedService<OutboxRows>("worker");
        Assert.False(await rows.SweepAsync(CancellationToken.None));
        Assert.Equal(["worker-work"], await host.Worker.ReadAsync(r => r.QueryAsync<string>("SELECT DISTINCT consumer FROM inbox_state")));
    }

    [Fact]
    public async Task Claim_HeldByAnother_IsNotTakenUntilItRunsOut()
    {
        await using var host = await StartAsync(new KillingEffects { KillBefore = (kind, _) => kind == EffectKind.BusPublish });
        var database = host.Worker;
        await Eventually.HoldsAsync(() => host.Status.WaitingFor.Count == 0, "the bus");
        await database.TransactAsync(t => t.ExecuteAsync(
            "INSERT INTO outbox_message (message_id, type, body, created_at, due_at, lease_until, lease_holder) VALUES (@id, 'x', '{}', 0, 0, @until, 'somebody')",
            new { id = Guid.NewGuid(), until = TimeProvider.System.GetUtcNow().AddHours(1) }));
        var rows = new OutboxRows(database, new MessagingOptions());
        Assert.Empty(await rows.ClaimAsync(CancellationToken.None));
        await database.TransactAsync(t => t.ExecuteAsync("UPDATE outbox_message SET lease_until = 1"));
        Assert.Single(await rows.ClaimAsync(CancellationToken.None));
    }
}
