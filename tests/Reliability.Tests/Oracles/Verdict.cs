using Platform.Contracts;
using Platform.Contracts.Deployments;
using Platform.Contracts.Replicas;
using Platform.Contracts.Scaling;
using Platform.Reliability.Simulation;

namespace Platform.Reliability.Oracles;

/// <summary>Compares what is recorded, what runs, what is routed and what was seen, each with each, when everything has come to rest.</summary>
internal static class Verdict
{
    private const string Live = "SELECT id, revision, state, generation, port, instance, address FROM replicas WHERE state NOT IN ('stopped', 'failed')";

    /// <summary>What still moves; null: nothing.</summary>
    public static string? Unrest(Play play)
    {
        var outside = play.Outside;
        if (outside.Value<long>("SELECT COUNT(*) FROM outbox_message WHERE sent_at IS NULL") is > 0 and var unsent) return $"{unsent} message(s) wait in the outbox";
        if (outside.Query<string>("SELECT revision || ' is ' || state || ': ' || message FROM rollouts WHERE ended_at IS NULL") is { Count: > 0 } open) return string.Join(", ", open);
        if (outside.Value<long>("SELECT COUNT(*) FROM saga") is > 0 and var sagas) return $"{sagas} saga(s) have not ended";
        if (outside.Query<string>("SELECT 'the job ' || name || ' is ' || state FROM rollout_jobs WHERE state IN ('due', 'running')") is { Count: > 0 } jobs) return string.Join(", ", jobs);
        if (outside.Query<string>("SELECT id || ' is ' || state FROM replicas WHERE state NOT IN ('ready', 'stopped', 'failed')") is { Count: > 0 } moving) return string.Join(", ", moving);
        if (outside.Query<string>("SELECT revision || ' is kept for a while' FROM targets WHERE until IS NOT NULL") is { Count: > 0 } kept) return string.Join(", ", kept);
        var ready = outside.Value<long>("SELECT COUNT(*) FROM replicas WHERE state = 'ready'");
        var wanted = outside.Value<long>("SELECT COALESCE(SUM(wanted), 0) FROM targets");
        if (ready != wanted) return $"{ready} of {wanted} replicas are ready";
        return outside.Value<string?>("SELECT 'the gateway has acknowledged table ' || acknowledged || ' of ' || generation FROM routes WHERE acknowledged <> generation");
    }

    /// <summary>Everything that is wrong; empty: nothing.</summary>
    public static IReadOnlyList<string> Of(Play play)
    {
        var wrong = new List<string>(play.Journal.Violations);
        if (Unrest(play) is { } unrest) wrong.Add($"no rest: {unrest}");
        Commands(play, wrong);
        Messages(play, wrong);
        Replicas(play, wrong);
        Routes(play, wrong);
        Jobs(play, wrong);
        Leftovers(play, wrong);
        return wrong;
    }

    /// <summary>Each accepted command has come to exactly one end.</summary>
    private static void Commands(Play play, List<string> wrong)
    {
        foreach (var command in play.Journal.Commands)
        {
            var ends = play.World.Events.Values.Where(e => e.CorrelationId == command.CorrelationId).Where(e => command switch
            {
                DeployApplication or RollBackApplication => e is DeploymentCompleted or DeploymentFailed or DeploymentRolledBack,
                ScaleApplication => e is ApplicationScaled or ScalingRefused,
                _ => false,
            }).ToList();
            if (command is DeployApplication or RollBackApplication or ScaleApplication && ends.Count != 1)
                wrong.Add($"{command.GetType().Name} '{command.Reason}' came to {ends.Count} ends: [{string.Join(", ", ends.Select(e => e.GetType().Name))}]");
            if (command is not DeployApplication deploy) continue;
            var state = play.Outside.Value<string?>("SELECT state FROM rollouts WHERE id = @id", new { id = command.CorrelationId.ToString() });
            var said = ends.FirstOrDefault() switch { DeploymentCompleted => "completed", DeploymentRolledBack => "rolledback", DeploymentFailed => "failed", _ => "nothing" };
            if (!said.Equals(state, StringComparison.OrdinalIgnoreCase)) wrong.Add($"the rollout of {deploy.Revision} is '{state}', and '{said}' was published");
        }

        if (play.Outside.Value<long>("SELECT COUNT(*) FROM applications WHERE stable_revision = @Broken", new { Play.Broken }) > 0)
            wrong.Add("the broken revision serves");
    }

    /// <summary>What was seen was committed, what was committed was seen, and nothing was done twice.</summary>
    private static void Messages(Play play, List<string> wrong)
    {
        var committed = play.Outside.Query<(string Id, string Type)>("SELECT message_id, type FROM outbox_message");
        var ids = committed.Select(c => c.Id).ToHashSet();
        foreach (var (id, seen) in play.World.Events.Where(e => !ids.Contains(e.Key.ToString())))
            wrong.Add($"{seen.GetType().Name} {id} was seen and never committed");
        var witnessed = play.World.Events.Keys.Select(k => k.ToString()).ToHashSet();
        foreach (var (id, type) in committed.Where(c => IsEvent(c.Type) && !witnessed.Contains(c.Id)))
            wrong.Add($"{type.Split(',')[0].Split('.')[^1]} {id} was committed and never seen");

        Once(play.World.EventsOf<RolloutStarted>(), e => e.CorrelationId.ToString(), wrong);
        Once(play.World.EventsOf<RolloutStepCompleted>(), e => $"{e.CorrelationId} {e.Revision} {e.Step} {e.Message}", wrong);
        Once(play.World.EventsOf<ReplicaCreated>(), e => e.Replica, wrong);
        Once(play.World.EventsOf<ReplicaStarted>(), e => e.Replica, wrong);
        Once(play.World.EventsOf<ReplicaStopped>(), e => e.Replica, wrong);
        var steps = play.Outside.Value<long>("SELECT COUNT(*) FROM rollout_steps");
        if (steps != play.World.EventsOf<RolloutStepCompleted>().Count) wrong.Add($"{steps} steps are recorded, {play.World.EventsOf<RolloutStepCompleted>().Count} were published");
        var ended = play.Outside.Query<string>("SELECT id FROM replicas WHERE state IN ('stopped', 'failed')").ToHashSet();
        var stopped = play.World.EventsOf<ReplicaStopped>().Select(e => e.Replica).ToHashSet();
        if (!ended.SetEquals(stopped)) wrong.Add($"ended: [{string.Join(", ", ended.Except(stopped))}] without a word; [{string.Join(", ", stopped.Except(ended))}] only by word");
    }

    private static void Once<T>(IEnumerable<T> events, Func<T, string> of, List<string> wrong) where T : IEvent
    {
        foreach (var twice in events.GroupBy(of).Where(g => g.Count() > 1)) wrong.Add($"{typeof(T).Name} of '{twice.Key}' happened {twice.Count()} times");
    }

    /// <summary>What runs is what is recorded, process by process, in both directions.</summary>
    private static void Replicas(Play play, List<string> wrong)
    {
        var rows = play.Outside.Query<Row>(Live);
        var alive = play.World.Machine.Alive.Where(p => p.Application == "shop").ToList();
        foreach (var process in alive.Where(p => !rows.Any(r => r.Id == p.Replica && r.Generation == p.Generation && r.Instance == $"{p.ProcessId}@{p.StartTime}")))
            wrong.Add($"process {process.ProcessId} of {process.Replica} (generation {process.Generation}) lives and nobody owns it");
        foreach (var row in rows.Where(r => !alive.Any(p => p.Replica == r.Id && $"{p.ProcessId}@{p.StartTime}" == r.Instance && p.Port == r.Port)))
            wrong.Add($"{row.Id} is {row.State} and no process of it lives");
        foreach (var port in alive.GroupBy(p => p.Port).Where(g => g.Count() > 1)) wrong.Add($"port {port.Key} belongs to {port.Count()} processes");
        foreach (var start in play.Journal.Starts.GroupBy(s => s).Where(g => g.Count() > 1))
            wrong.Add($"{start.Key.Replica}, generation {start.Key.Generation}, was started {start.Count()} times");
        foreach (var other in play.World.Machine.All.Where(p => p.Application != "shop" && !p.IsAlive)) wrong.Add($"the process of {other.Application} is gone, which is none of our business");
        foreach (var target in play.Outside.Query<(string Revision, long Wanted)>("SELECT revision, wanted FROM targets"))
        {
            var ready = rows.Count(r => r.Revision == target.Revision && r.State == "ready");
            if (ready != target.Wanted) wrong.Add($"{ready} of {target.Wanted} replicas of {target.Revision} are ready");
        }

        foreach (var (stable, wanted) in play.Outside.Query<(string? Stable, long Wanted)>("SELECT stable_revision, wanted FROM applications WHERE state = 'present'"))
        {
            var targets = play.Outside.Query<(string Revision, long Wanted, long Weight)>("SELECT revision, wanted, weight FROM targets");
            if (targets.Count != 1 || targets[0] != (stable, wanted, 100))
                wrong.Add($"{wanted} of {stable} should run and get all traffic; wanted are [{string.Join(", ", targets)}]");
        }
    }

    /// <summary>What is routed is what is ready, in both directions, at the right addresses.</summary>
    private static void Routes(Play play, List<string> wrong)
    {
        var ready = play.Outside.Query<Row>(Live).Where(r => r.State == "ready").Select(r => $"{r.Id} at {r.Address}").ToHashSet();
        var table = play.World.Gateway.Table("shop");
        var routed = (table?.Revisions ?? []).SelectMany(r => r.Replicas).Select(r => $"{r.Id} at {r.Address.OriginalString}").ToHashSet();
        if (!ready.SetEquals(routed)) wrong.Add($"ready but not routed: [{string.Join(", ", ready.Except(routed))}]; routed but not ready: [{string.Join(", ", routed.Except(ready))}]");
        foreach (var (before, after) in play.World.Gateway.Applied.Zip(play.World.Gateway.Applied.Skip(1)).Where(pair => pair.Second.Generation <= pair.First.Generation))
            wrong.Add($"the gateway went from table {before.Generation} back to {after.Generation}");
        var generation = play.Outside.Value<long>("SELECT generation FROM routes WHERE application = 'shop'");
        if (table is not null && table.Generation != generation) wrong.Add($"the gateway routes by table {table.Generation}; the newest is {generation}");
    }

    /// <summary>Every job of a rollout that has ended has ended, in its order, and what was done is undone exactly where the rollout was given up.</summary>
    private static void Jobs(Play play, List<string> wrong)
    {
        var rollouts = play.Outside.Query<(string Id, string State)>("SELECT DISTINCT r.id, r.state FROM rollouts r JOIN rollout_jobs j ON j.rollout = r.id");
        foreach (var (id, state) in rollouts)
        {
            var jobs = play.Outside.Query<(long Number, string Name, string State, long Attempt, long? Undoes)>(
                "SELECT number, name, state, attempt, undoes FROM rollout_jobs WHERE rollout = @id ORDER BY number", new { id });
            foreach (var job in jobs.Where(j => j.State is "planned" or "due" or "running")) wrong.Add($"the rollout is {state}, and its job '{job.Name}' is {job.State}");
            foreach (var job in jobs.Where(j => j.Attempt > 0 == (j.State == "skipped"))) wrong.Add($"the job '{job.Name}' is {job.State} after {job.Attempt} attempt(s)");
            foreach (var undo in jobs.Where(j => j.Undoes is not null))
            {
                var wanted = state == "completed" || jobs.Single(j => j.Number == undo.Undoes).Attempt == 0 ? "skipped" : "succeeded";
                if (undo.State != wanted) wrong.Add($"the rollout is {state}, and '{undo.Name}' is {undo.State}, not {wanted}");
            }

            var begun = play.World.Machine.All.Where(p => p.Replica.StartsWith($"job-{id.Replace("-", "", StringComparison.Ordinal)}-", StringComparison.Ordinal)).Select(p => int.Parse(p.Replica.Split('-')[^1])).ToList();
            if (!begun.SequenceEqual(begun.Order())) wrong.Add($"jobs were begun in the order {string.Join(", ", begun)}");
            foreach (var job in jobs.Where(j => begun.Count(b => b == j.Number) > j.Attempt)) wrong.Add($"the job '{job.Name}' was begun {begun.Count(b => b == job.Number)} times in {job.Attempt} attempt(s)");
        }
    }

    /// <summary>Nothing is left over.</summary>
    private static void Leftovers(Play play, List<string> wrong)
    {
        foreach (var letter in play.Outside.Query<string>("SELECT type || ' at ' || endpoint || ': ' || error FROM dead_letter")) wrong.Add($"dead letter: {letter}");
        if (play.Outside.Value<long>("SELECT COUNT(*) FROM applications WHERE rollout IS NOT NULL") > 0) wrong.Add("an application is still held by a rollout");
        if (play.Outside.Value<long>("SELECT COUNT(*) FROM rollouts WHERE ended_at IS NOT NULL AND due_at IS NOT NULL") > 0) wrong.Add("a rollout that has ended has a timer");
    }

    private static bool IsEvent(string type) => type.StartsWith("Platform.Contracts.", StringComparison.Ordinal)
        && Type.GetType(type) is { } known && typeof(IEvent).IsAssignableFrom(known);

    private sealed class Row
    {
        public string Id { get; set; } = "";
        public string Revision { get; set; } = "";
        public string State { get; set; } = "";
        public long Generation { get; set; }
        public long Port { get; set; }
        public string? Instance { get; set; }
        public string? Address { get; set; }
    }
}
