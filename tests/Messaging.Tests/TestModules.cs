using System.Collections.Concurrent;
using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Platform.Contracts;
using Platform.Storage;

namespace Platform.Messaging.Tests;

/// <summary>What happened, written down outside the system under test.</summary>
public sealed class Journal
{
    public ConcurrentQueue<string> Lines { get; } = [];

    public ConcurrentQueue<string> Traces { get; } = [];

    public int Count(string line) => Lines.Count(l => l == line);
}

/// <summary>Two modules: <c>worker</c> owns DoWork and the tally, <c>watcher</c> follows the events; and a third that keeps nothing.</summary>
public static class TestModules
{
    private static readonly IReadOnlyList<Migration> Tables =
        [new(1, "handled", "CREATE TABLE handled (id TEXT NOT NULL, what TEXT NOT NULL, times INTEGER NOT NULL, PRIMARY KEY (id, what)); CREATE TABLE tally (id TEXT NOT NULL PRIMARY KEY, count INTEGER NOT NULL)")];

    public static IHostApplicationBuilder AddTestModules(this IHostApplicationBuilder builder)
    {
        builder.AddModuleDatabase("worker", Tables);
        builder.AddModuleDatabase("watcher", Tables);
        builder.AddModuleMessaging("worker", bus =>
        {
            bus.AddConsumer<WorkConsumer>();
            bus.HandlesCommand<DoWork>();
            bus.AddSagaStateMachine<TallyStateMachine, TallyState>(async (transaction, tally, removed) =>
                await transaction.ExecuteAsync(
                    removed ? "DELETE FROM tally WHERE id = @Id" : "INSERT INTO tally (id, count) VALUES (@Id, @Count) ON CONFLICT (id) DO UPDATE SET count = excluded.count",
                    new { Id = tally.CorrelationId, tally.Count }));
        });
        builder.AddModuleMessaging("watcher", bus =>
        {
            bus.AddConsumer<WatchConsumer>();
            bus.AddConsumer<AnythingConsumer>();
        });
        builder.AddModuleMessaging("bystander", bus => bus.AddConsumer<StatelessConsumer>(stateless: true));
        builder.AddPlatformBus();
        return builder;
    }

    /// <summary>Counts how often a message changed something: an idempotent handler would hide a missing inbox.</summary>
    internal static Task HandleAsync(ConsumeContext context, Guid id, string what)
        => context.Transaction().ExecuteAsync(
            "INSERT INTO handled (id, what, times) VALUES (@id, @what, 1) ON CONFLICT (id, what) DO UPDATE SET times = handled.times + 1", new { id, what });
}

/// <summary>Does the work, and says so.</summary>
public sealed class WorkConsumer(Journal journal) : IConsumer<DoWork>
{
    public async Task Consume(ConsumeContext<DoWork> context)
    {
        await TestModules.HandleAsync(context, context.Message.CorrelationId, "work");
        var done = new WorkDone { CorrelationId = context.Message.CorrelationId, Behaviour = context.Message.Behaviour };
        if (context.Message.Behaviour == "bus") await context.Publish(done, c => c.Headers.Set("Colour", "blue"));
        else await context.Transaction().PublishAsync(done);
        journal.Lines.Enqueue($"work {context.Message.CorrelationId}");
        switch (context.Message.Behaviour)
        {
            case "poison":
            case "fails twice" when journal.Count($"work {context.Message.CorrelationId}") <= 2 * 4:
                throw new InvalidOperationException("This message cannot be handled.");
            case "conflicts" when journal.Count($"work {context.Message.CorrelationId}") <= 10:
                throw new ConcurrencyException("Somebody was faster.", typeof(TallyState), context.Message.CorrelationId);
        }
    }
}

/// <summary>Follows the work in another module.</summary>
public sealed class WatchConsumer(Journal journal) : IConsumer<WorkDone>, IConsumer<TallyStands>
{
    public async Task Consume(ConsumeContext<WorkDone> context)
    {
        await TestModules.HandleAsync(context, context.Message.CorrelationId, "watch");
        journal.Traces.Enqueue($"{Activity.Current?.TraceId}");
        journal.Lines.Enqueue($"watch {context.Message.CorrelationId} {context.Headers.Get<string>("Colour")}");
    }

    public async Task Consume(ConsumeContext<TallyStands> context)
    {
        await TestModules.HandleAsync(context, context.Message.CorrelationId, $"stands at {context.Message.Count}");
        journal.Lines.Enqueue($"tally {context.Message.CorrelationId} {context.Message.Count}");
    }
}

/// <summary>Takes whatever is published.</summary>
public sealed class AnythingConsumer(Journal journal) : IConsumer<IEvent>
{
    public Task Consume(ConsumeContext<IEvent> context)
    {
        journal.Lines.Enqueue($"anything {context.Message.CorrelationId}");
        return context.Message is { Application: "nobody likes this" } ? throw new InvalidOperationException("No.") : Task.CompletedTask;
    }
}

/// <summary>Has no database.</summary>
public sealed class StatelessConsumer(Journal journal) : IConsumer<WorkDone>
{
    public Task Consume(ConsumeContext<WorkDone> context)
    {
        var error = Record.Exception(() => context.Transaction());
        journal.Lines.Enqueue($"stateless {context.Message.CorrelationId} {error?.GetType().Name}");
        return Task.CompletedTask;
    }
}

/// <summary>Counts.</summary>
public sealed class TallyState : SagaStateMachineInstance, ISagaVersion
{
    public Guid CorrelationId { get; set; }
    public int Version { get; set; }
    public string CurrentState { get; set; } = "";
    public int Count { get; set; }
}

/// <summary>Counts what is added until the last.</summary>
public sealed class TallyStateMachine : MassTransitStateMachine<TallyState>
{
    public TallyStateMachine()
    {
        InstanceState(t => t.CurrentState);
        Event(() => Added);
        Initially(When(Added).Then(c => c.Saga.Count++).PublishAsync(c => Stands(c)).TransitionTo(Counting));
        During(Counting, When(Added)
            .Then(c => c.Saga.Count++)
            .PublishAsync(c => Stands(c))
            .If(c => c.Message.Last, last => last.Finalize()));
        SetCompletedWhenFinalized();
    }

    public State Counting { get; private set; } = null!;

    public Event<TallyAdded> Added { get; private set; } = null!;

    private static Task<SendTuple<TallyStands>> Stands(BehaviorContext<TallyState, TallyAdded> context)
        => context.Init<TallyStands>(new TallyStands { CorrelationId = context.Saga.CorrelationId, Count = context.Saga.Count });
}
