using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Platform.Contracts;
using Platform.Contracts.Traffic;
using Platform.Deployment.Replicas;
using Platform.Effects;
using Platform.Messaging;
using Platform.Messaging.Bus;
using Platform.Reliability.Simulation;
using Platform.Workloads.Runtimes;
using Platform.Workloads.Runtimes.Processes;

namespace Platform.Reliability.Mutants;

/// <summary>Mistakes that people make in services like this one. Each must be caught, or the proof proves nothing.</summary>
internal static class Catalogue
{
    /// <summary>Those that have a test of their own: two stale sagas, the power cut, the zombie, the snapshot.</summary>
    public const int OnTheirOwn = 5;

    private const string InboxInsert = "INSERT INTO inbox_state";
    private const string OutboxInsert = "INSERT INTO outbox_message";

    public static IReadOnlyList<Mutant> All { get; } =
    [
        new("no-inbox", Scenario.Scaled)
        {
            Kills = p => p.Kind == EffectKind.DatabaseCommit && p.Occurrence > 20,
            Statements = _ => Rewriting("INSERT INTO inbox_state (message_id, consumer, consumed_at) VALUES (@id, @endpoint, @now) ON CONFLICT DO NOTHING",
                "INSERT OR REPLACE INTO inbox_state (message_id, consumer, consumed_at) VALUES (@id, @endpoint, @now)"),
        },
        new("inbox-outside-transaction", Scenario.First)
        {
            Kills = InHandlers,
            Statements = _ => new Tampering
            {
                After = command =>
                {
                    if (command.Is(InboxInsert)) command.Run("COMMIT; BEGIN IMMEDIATE");
                },
            },
        },
        new("acknowledge-before-commit", Scenario.First)
        {
            Kills = InHandlers,
            Statements = _ => new Tampering
            {
                Before = command =>
                {
                    if (command.Is(InboxInsert)) command.Run($"DELETE FROM outbox_message WHERE message_id = '{command["id"]}'; COMMIT; BEGIN IMMEDIATE");
                    return null;
                },
            },
            Untellable = "never committed",
        },
        new("publish-before-commit", Scenario.BlueGreen)
        {
            Kills = InHandlers,
            Statements = play => new Tampering
            {
                After = command =>
                {
                    if (command.Is(OutboxInsert) && Type.GetType((string)command["Type"]!) is { } type && typeof(IEvent).IsAssignableFrom(type))
                        play.World.Events.TryAdd(Guid.Parse((string)command["MessageId"]!), (IEvent)JsonSerializer.Deserialize((string)command["Body"]!, type, Loose)!);
                },
            },
        },
        new("publish-from-memory-after-commit", Scenario.BlueGreen)
        {
            Kills = p => p is { Kind: EffectKind.DatabaseCommit, Side: Side.After },
            Statements = PublishFromMemory,
        },
        new("no-intent-row", Scenario.First)
        {
            Statements = play => new Tampering
            {
                Before = command =>
                {
                    if (command.Is("INSERT INTO replicas"))
                        play.World.Machine.Start((string)command["id"]!, "shop", (string)command["revision"]!, 1, play.Outside.Value<string>("SELECT id FROM owner"), Convert.ToInt32(command["port"]));
                    return null;
                },
            },
            Runtime = (_, runtime) => new TamperedRuntime(runtime) { Start = async (r, spec, ct) => (await r.FindAsync(spec.Owner, ct)).First(h => h.Id == spec.Id) },
        },
        new("recovery-by-pid", Scenario.BlueGreen)
        {
            Kills = p => p is { Side: Side.Before, Occurrence: < 6 },
            Meanwhile = CrashAndReuseTheId,
            Runtime = (play, runtime) => new TamperedRuntime(runtime)
            {
                Meant = handle => play.World.Machine.Find(ProcessInstance.Of(handle).ProcessId) is { } process
                    ? handle with { Instance = new ProcessInstance(process.ProcessId, process.StartTime).ToString() }
                    : handle,
            },
        },
        new("start-time-not-recorded", Scenario.Scaled) { Statements = _ => Rewriting("instance = @instance,", "instance = SUBSTR(@instance, 1, INSTR(@instance, '@')) || '0',") },
        new("stop-before-drained", Scenario.Scaled) { Statements = _ => Rewriting(", routed, left_generation", ", 0 AS routed, left_generation") },
        new("ignore-generation", Scenario.BlueGreen)
        {
            Kills = p => p.Kind == EffectKind.DatabaseCommit && p.Occurrence > 15,
            Parts = (_, play) => play.World.Gateway.IsNewer = (_, _) => true,
        },
        new("forget-orphans", Scenario.BlueGreen)
        {
            Kills = AroundStarts,
            Runtime = (_, runtime) => new TamperedRuntime(runtime) { Find = (_, _, _) => Task.FromResult<IReadOnlyList<ReplicaHandle>>([]) },
        },
        new("adopt-foreign-owner", Scenario.First)
        {
            Runtime = (_, runtime) => new TamperedRuntime(runtime)
            {
                Find = async (r, owner, ct) => [.. await r.FindAsync(owner, ct), .. await r.FindAsync("another platform", ct)],
            },
        },
        new("owner-made-anew", Scenario.BlueGreen) { Kills = AroundStarts, Statements = _ => Rewriting("SELECT id FROM owner", "SELECT id FROM owner WHERE 0 = 1") },
        new("outbox-row-deleted-before-send", Scenario.First)
        {
            Kills = p => p.Kind == EffectKind.BusPublish || p is { Kind: EffectKind.DatabaseCommit, Occurrence: < 12 },
            Statements = _ => Rewriting("UPDATE outbox_message SET lease_until = @until, lease_holder = @holder, attempts = attempts + 1", "DELETE FROM outbox_message"),
            Untellable = "never committed",
        },
        new("no-resend-at-start", Scenario.First)
        {
            Kills = InHandlers,
            Statements = _ => Rewriting("WHERE sent_at >= @recently OR (", "WHERE ("),
        },
        new("no-table-repeat", Scenario.GatewayAway)
        {
            Parts = (services, _) => services.AddSingleton<ICommandSender>(provider => new Forgetful(provider.GetRequiredService<MessageDispatcher>())),
        },
        new("timer-in-memory-only", Scenario.First) { Kills = p => p.Kind == EffectKind.DatabaseCommit, Statements = TimerInMemory },
        new("retry-inside-outbox", Scenario.BlueGreen) { Statements = RetryInside },
        new("redeliver-swallowed-by-inbox", Scenario.Scaled) { Statements = SwallowRedelivery },
        new("retry-under-the-same-generation", Scenario.BlueGreen)
        {
            Kills = AroundStarts,
            Statements = _ => Rewriting("generation = generation + 1, port", "port"),
            Runtime = (play, runtime) => LateToShow(play, runtime),
        },
        new("ports-not-reserved", Scenario.BlueGreen) { Parts = (services, _) => services.Replace(ServiceDescriptor.Singleton<IReplicaPorts>(new OnePort())) },
    ];

    private static readonly JsonSerializerOptions Loose = new(JsonSerializerDefaults.Web) { Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() } };

    private static Tampering Rewriting(string from, string to) => new() { Rewrite = sql => sql.Replace(from, to, StringComparison.Ordinal) };

    private static bool InHandlers(KillPoint p) =>
        p.Kind == EffectKind.DatabaseExecute && p.What is "deployment.rollouts" or "deployment.saga" or "deployment.rollout_steps" or "deployment.outbox_message" or "deployment.applications";

    private static bool AroundStarts(KillPoint p) =>
        p is { Kind: EffectKind.ProcessStart, Side: Side.After } or { Kind: EffectKind.DatabaseExecute, What: "deployment.replicas", Side: Side.Before };

    private static void CrashAndReuseTheId(Play play)
    {
        var machine = play.World.Machine;
        if (machine.All.Any(p => p.Replica.EndsWith("11111111", StringComparison.Ordinal)) || machine.Alive.FirstOrDefault(p => p.Application == "shop") is not { } victim) return;
        machine.Crash(victim);
        machine.Start("stranger-v1-11111111", "stranger", "v1", 1, "another platform", machine.NextPort(), victim.ProcessId);
    }

    private static Tampering PublishFromMemory(Play play)
    {
        var life = play.World.Life;
        var waiting = new List<Action>();
        return new Tampering
        {
            Before = command =>
            {
                if (!command.Is(OutboxInsert)) return null;
                var values = new Dictionary<string, object?>();
                foreach (System.Data.Common.DbParameter parameter in command.Parameters) values[parameter.ParameterName] = parameter.Value is DBNull ? null : parameter.Value;
                var sql = command.CommandText;
                waiting.Add(() => play.Outside.Execute(sql, values));
                return 1;
            },
            Committed = () =>
            {
                if (waiting.Count == 0) return;
                var now = waiting.ToList();
                waiting.Clear();
                _ = SendAsync(now);
            },
            Failed = _ => waiting.Clear(),
        };

        async Task SendAsync(List<Action> now)
        {
            var mine = play.World.Life;
            await Task.Delay(TimeSpan.FromMilliseconds(1), play.Clock);
            if (play.World.Life is not { } alive || alive != mine && life != mine || alive.Effects.IsDead) return;
            foreach (var insert in now) insert();
        }
    }

    private static Tampering TimerInMemory(Play play)
    {
        var remembered = new System.Collections.Concurrent.ConcurrentDictionary<string, bool>();
        return new Tampering
        {
            Before = command =>
            {
                if (command.Is("UPDATE rollouts SET state")) remembered[(string)command["id"]!] = true;
                return null;
            },
            Rewrite = sql => sql.Replace("WHERE due_at <= @now", $"WHERE due_at <= @now AND id IN ({string.Join(", ", remembered.Keys.Select(id => $"'{id}'"))})", StringComparison.Ordinal),
        };
    }

    /// <summary>An attempt that fails leaves what it has written, and the next one writes it again.</summary>
    private static Tampering RetryInside(Play play)
    {
        var failures = 0;
        var (inbox, wrote) = ("", false);
        return new Tampering
        {
            Before = command =>
            {
                if (command.Is(InboxInsert)) (inbox, wrote) = ((string)command["id"]!, false);
                if (command.Is("INSERT INTO rollout_steps")) wrote = true;
                if (!command.Is("UPDATE rollouts SET state") || !wrote || Interlocked.Increment(ref failures) > 1) return null;
                throw new InvalidOperationException("a passing trouble");
            },
            Failing = run =>
            {
                if (failures != 1 || !wrote) return false;
                run($"DELETE FROM inbox_state WHERE message_id = '{inbox}'");
                wrote = false;
                return true;
            },
        };
    }

    /// <summary>A message that fails leaves its id in the inbox.</summary>
    private static Tampering SwallowRedelivery(Play play)
    {
        var (failures, inbox, endpoint, failed) = (0, "", "", false);
        return new Tampering
        {
            Before = command =>
            {
                if (command.Is(InboxInsert)) (inbox, endpoint, failed) = ((string)command["id"]!, (string)command["endpoint"]!, false);
                if (!command.Is("UPDATE applications SET wanted = @Replicas") || Interlocked.Increment(ref failures) > 4) return null;
                failed = true;
                throw new InvalidOperationException("a passing trouble");
            },
            Failed = run =>
            {
                if (failed && failures >= 4) run($"INSERT OR IGNORE INTO inbox_state (message_id, consumer, consumed_at) VALUES ('{inbox}', '{endpoint}', 0)");
                failed = false;
            },
        };
    }

    /// <summary>A process that was just started is not to be seen at the first look of the next life.</summary>
    private static TamperedRuntime LateToShow(Play play, Platform.Testing.DeploymentWorld.FakeRuntime runtime)
    {
        var looks = 0;
        return new TamperedRuntime(runtime)
        {
            Find = async (r, owner, ct) => Interlocked.Increment(ref looks) == 1 ? [] : await r.FindAsync(owner, ct),
        };
    }

    private sealed class Forgetful(MessageDispatcher inner) : ICommandSender
    {
        public Task SendAsync<T>(T command, CancellationToken cancellation = default) where T : class, ICommand =>
            command is ShiftTraffic ? Task.CompletedTask : inner.SendAsync(command, cancellation);
    }

    private sealed class OnePort : IReplicaPorts
    {
        public int Next(IReadOnlySet<int> taken) => 20_001;
    }
}
