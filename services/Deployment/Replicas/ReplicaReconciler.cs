using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Platform.Contracts.Deployments;
using Platform.Deployment.Applications;
using Platform.Deployment.Traffic;
using Platform.Messaging;
using Platform.Storage;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Replicas;

/// <summary>
/// Brings one application's replicas to what is wanted, look by look:
/// <code>
/// what is wanted (targets) ─┐
/// what is recorded (rows)  ─┼─→ planner → rows changed, routes updated, events: one commit → then starts and stops
/// what is seen (watches)   ─┘
/// </code>
/// The only code, with <see cref="ReplicaAdoption"/>, that has processes started or stopped.
/// </summary>
internal sealed class ReplicaReconciler(
    [FromKeyedServices(DeploymentModule.Name)] Database database,
    Manifests manifests,
    Routes routes,
    ReplicaEvents events,
    ReplicaOperations operations,
    ReplicaLogs logs,
    IHealthProbe probe,
    IReplicaPorts ports,
    Facts facts,
    IOptions<DeploymentOptions> options,
    TimeProvider time) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ReplicaWatch> _watches = new(StringComparer.Ordinal);

    /// <summary>One look. Returns when the next is due though nothing happens.</summary>
    public async Task<TimeSpan> ReconcileAsync(Lease lease, string owner, string application, CancellationToken ct)
    {
        var seen = await database.ReadAsync(reader => StateAsync(reader, application), ct);
        await WatchAsync(seen, ct);
        var ends = await EndsAsync(seen, ct);
        var news = seen.Rows.Where(r => News(r) is not Sight.None).ToList();
        var actions = Plan(seen);
        if (ends.Count > 0 || news.Count > 0 || seen.Targets.Any(t => t.Until <= time.GetUtcNow()) || actions.Any(a => a is not ReplicaAction.Stop) || seen.IsGone || seen.RouteIsBehind)
        {
            seen = await database.TransactAsync(tx => CommitAsync(tx, lease, application, ends), ct);
            await WatchAsync(seen, ct);
            actions = Plan(seen);
        }

        Act(lease, owner, seen, actions, ct);
        var next = ReplicaPlanner.NextLook(Targets(seen), Facts(seen), time.GetUtcNow()) - time.GetUtcNow();
        return next is { } soon && soon < options.Value.Resync ? soon : options.Value.Resync;
    }

    /// <summary>Forgets every watch; the processes go on.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var id in _watches.Keys.ToList()) await ForgetAsync(id);
    }

    private async Task<ApplicationState> CommitAsync(Transaction tx, Lease lease, string application, IReadOnlyDictionary<string, (int? Code, string Finding)> ends)
    {
        await lease.AssertHeldAsync(tx);
        await tx.EndTargetsAsync(application, time.GetUtcNow());
        var state = await StateAsync(tx, application);
        foreach (var row in state.Rows)
        {
            if (ends.TryGetValue(row.Id, out var end)) await events.EndedAsync(tx, row, end.Code, end.Finding);
            else if (News(row) == Sight.Healthy && row.Phase == ReplicaState.Starting) await events.ReadyAsync(tx, row);
            else if (News(row) == Sight.Healthy) await events.RecoveredAsync(tx, row);
            else if (News(row) == Sight.Sick) await events.UnhealthyAsync(tx, row, _watches[row.Id].Finding);
        }

        state = await StateAsync(tx, application);
        foreach (var action in Plan(state))
        {
            if (action is ReplicaAction.Start start) await IntendAsync(tx, state, start.Revision);
            if (action is ReplicaAction.Drain drain)
            {
                var row = state.Rows.First(r => r.Id == drain.Replica);
                await tx.MoveAsync(row.Id, row.Phase, ReplicaState.Draining, drain.Why, time.GetUtcNow());
            }
        }

        await routes.UpdateAsync(tx, application, "replicas changed", Guid.Empty);
        if (state.IsGone) await GoneAsync(tx, application);
        return await StateAsync(tx, application);
    }

    private async Task IntendAsync(Transaction tx, ApplicationState state, string revision)
    {
        var taken = (await tx.LiveReplicasAsync()).Select(r => r.Port).ToHashSet();
        var restarts = state.Targets.FirstOrDefault(t => t.Revision == revision)?.Failures ?? 0;
        var id = $"{state.Name}-{revision.Replace('+', '.')}-{Guid.NewGuid().ToString("N")[..8]}";
        await events.CreatedAsync(tx, id, state.Name, revision, ports.Next(taken), restarts);
    }

    private async Task GoneAsync(Transaction tx, string application)
    {
        if (await tx.ExecuteAsync("UPDATE applications SET state = 'removed' WHERE name = @application AND state = 'removing'", new { application }) == 1)
            await tx.PublishAsync(new ApplicationRemoved { Application = application, At = time.GetUtcNow(), CorrelationId = Guid.NewGuid() });
    }

    /// <summary>Starts what is intended, stops what may be stopped; all of it goes on beside this.</summary>
    private void Act(Lease lease, string owner, ApplicationState state, IReadOnlyList<ReplicaAction> actions, CancellationToken ct)
    {
        foreach (var row in state.Rows.Where(r => !operations.IsBusy(r.Id)))
        {
            if (!state.Manifests.TryGetValue(row.Revision, out var manifest)) continue;
            if (row is { Phase: ReplicaState.Starting, Instance: null }) operations.Start(lease, owner, row, manifest, ct);
            else if (actions.OfType<ReplicaAction.Stop>().Any(s => s.Replica == row.Id)) operations.Stop(lease, row, manifest.Runtime, ct);
            else if (row.Phase == ReplicaState.Starting && News(row) == Sight.NeverHealthy)
                operations.Discard(lease, row, manifest, $"not healthy within {manifest.Health.StartupTimeout.TotalSeconds:0.#}s: {_watches[row.Id].Finding}", ct);
        }
    }

    /// <summary>Processes that have ended, with what they left behind.</summary>
    private async Task<IReadOnlyDictionary<string, (int? Code, string Finding)>> EndsAsync(ApplicationState state, CancellationToken ct)
    {
        var ends = new Dictionary<string, (int?, string)>(StringComparer.Ordinal);
        foreach (var row in state.Rows.Where(r => r.Handle is not null && !operations.IsBusy(r.Id)))
        {
            if (!state.Manifests.TryGetValue(row.Revision, out var manifest)) continue;
            var runtime = operations.Runtime(manifest.Runtime);
            var exit = _watches.GetValueOrDefault(row.Id)?.Exit;
            if (exit is null && await runtime.IsAliveAsync(row.Handle!, ct)) continue;
            // It may have ended before its watch was told: the runtime answers at once for a process that is gone.
            exit ??= await runtime.WaitForExitAsync(row.Handle!, ct);
            var answer = _watches.GetValueOrDefault(row.Id)?.Finding ?? "not asked for its health";
            var finding = row.Phase == ReplicaState.Draining
                ? "stopped"
                : $"its process {exit?.ToString() ?? "has ended"}; last health answer: {answer}; {await logs.TailAsync(runtime, row, manifest, ct)}";
            ends[row.Id] = (exit?.Code, finding);
        }

        return ends;
    }

    /// <summary>What a watch has seen that its row does not say yet.</summary>
    private Sight News(ReplicaRow row) => (_watches.GetValueOrDefault(row.Id)?.Sight ?? Sight.None, row.Phase) switch
    {
        (Sight.Healthy, ReplicaState.Starting or ReplicaState.Unhealthy) => Sight.Healthy,
        (Sight.Sick, ReplicaState.Ready) => Sight.Sick,
        (Sight.NeverHealthy, ReplicaState.Starting) => Sight.NeverHealthy,
        _ => Sight.None,
    };

    /// <summary>Every process that is not leaving has a watch; nothing else has.</summary>
    private async Task WatchAsync(ApplicationState state, CancellationToken ct)
    {
        var wanted = state.Rows.Where(r => r.Handle is not null && r.Phase != ReplicaState.Draining && state.Manifests.ContainsKey(r.Revision)).ToDictionary(r => r.Id);
        foreach (var (id, watch) in _watches.Where(w => w.Value.Application == state.Name).ToList())
        {
            if (!wanted.TryGetValue(id, out var row) || row.Generation != watch.Generation) await ForgetAsync(id);
        }

        foreach (var row in wanted.Values.Where(r => !_watches.ContainsKey(r.Id)))
        {
            var manifest = state.Manifests[row.Revision];
            _watches[row.Id] = new ReplicaWatch(row, manifest, operations.Runtime(manifest.Runtime), probe, () => facts.Replicas(state.Name).Wake(), time, ct);
        }
    }

    private async Task ForgetAsync(string id)
    {
        if (_watches.TryRemove(id, out var watch)) await watch.DisposeAsync();
    }

    private async Task<ApplicationState> StateAsync(Reader reader, string application)
    {
        var rows = await reader.LiveReplicasAsync(application);
        var targets = await reader.TargetsAsync(application);
        var known = new Dictionary<string, Manifest>(StringComparer.Ordinal);
        foreach (var revision in rows.Select(r => r.Revision).Union(targets.Select(t => t.Revision)))
        {
            if (await manifests.FindAsync(reader, application, revision) is { } manifest) known[revision] = manifest;
        }

        var routed = rows.Where(r => r.Phase.IsRouted()).Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        var route = await reader.RouteAsync(application);
        return new ApplicationState
        {
            Name = application,
            Row = await reader.ApplicationAsync(application),
            Rows = rows,
            Targets = targets,
            Manifests = known,
            RouteIsBehind = route is not null && !route.Table.Removed && !TrafficTable.Replicas(route.Table).SetEquals(routed),
        };
    }

    private IReadOnlyList<ReplicaAction> Plan(ApplicationState state) => ReplicaPlanner.Plan(Targets(state), Facts(state), time.GetUtcNow());

    private static IReadOnlyList<RevisionTarget> Targets(ApplicationState state) =>
        [.. state.Targets.Select(t => new RevisionTarget(t.Revision, t.Wanted, t.NextStartAt, t.Until))];

    private IReadOnlyList<ReplicaFacts> Facts(ApplicationState state) =>
    [
        .. state.Rows.Select(r => new ReplicaFacts
        {
            Id = r.Id,
            Revision = r.Revision,
            State = r.Phase,
            CreatedAt = r.CreatedAt,
            WasRouted = r.Routed,
            Drained = r.Drained,
            LeftAt = r.LeftAt,
            DrainLimit = (state.Manifests.GetValueOrDefault(r.Revision)?.Traffic.DrainTimeout ?? TimeSpan.Zero) + options.Value.DrainSlack,
        }),
    ];

    /// <summary>All that is recorded of an application.</summary>
    private sealed record ApplicationState
    {
        public required string Name { get; init; }
        public required ApplicationRow? Row { get; init; }
        public required IReadOnlyList<ReplicaRow> Rows { get; init; }
        public required IReadOnlyList<TargetRow> Targets { get; init; }
        public required IReadOnlyDictionary<string, Manifest> Manifests { get; init; }
        public required bool RouteIsBehind { get; init; }
        public bool IsGone => Rows.Count == 0 && Row?.State == ApplicationStates.Removing;
    }
}
