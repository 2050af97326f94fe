using System.Collections.Concurrent;
using System.Text.Json;
using Platform.Autoscaler.Applications;
using Platform.Autoscaler.History;
using Platform.Autoscaler.Policies;
using Platform.Autoscaler.Scaling;
using Platform.Storage;

namespace Platform.Autoscaler.Decisions;

/// <summary>
/// Every application as the loop knows it. Facts arrive at any instance and are written to the database, where each raises its application's
/// <c>touched</c>; the loop reads what was touched since it last looked, so that deciding for thousands reads nothing that did not change.
/// </summary>
internal sealed class Fleet([FromKeyedServices(AutoscalerModule.Name)] Database database, FleetHistory history, TimeProvider time)
{
    private const int NamesPerQuery = 500;
    private const int KeptMetrics = 8;

    /// <summary>A mask that ended longer ago is known here already.</summary>
    private static readonly TimeSpan Recently = TimeSpan.FromMinutes(2);
    private readonly ConcurrentDictionary<string, TrackedApplication> _applications = new(StringComparer.Ordinal);
    private TrackedApplication[] _all = [];
    private long _seen = -1;
    private int _term = -1;

    /// <summary>All of them, as of the last refresh: in one array, for it is gone through ten times a second.</summary>
    public IReadOnlyList<TrackedApplication> Applications => _all;

    public int Count => _applications.Count;

    public TrackedApplication? Find(string name) => _applications.GetValueOrDefault(name);

    /// <summary>Reads what was touched; everything, in a new term.</summary>
    public async Task RefreshAsync(int term, CancellationToken cancellationToken)
    {
        var everything = term != _term;
        if (everything) _seen = -1;
        var touched = await database.ReadAsync(reader => ApplicationStore.TouchedAsync(reader, _seen), cancellationToken);
        foreach (var rows in touched.Chunk(NamesPerQuery)) await TakeAsync(rows, everything, cancellationToken);
        if (everything) foreach (var gone in _applications.Keys.Except(touched.Select(row => row.Name), StringComparer.Ordinal)) _applications.TryRemove(gone, out _);
        foreach (var row in touched) _seen = Math.Max(_seen, row.Touched);
        if (everything || touched.Count > 0) _all = [.. _applications.Values];
        _term = term;
    }

    /// <summary>Somebody changed its row: it is read again.</summary>
    public void Distrust(long touched) => _seen = Math.Min(_seen, touched - 1);

    private async Task TakeAsync(ScaledApplication[] rows, bool everything, CancellationToken cancellationToken)
    {
        var names = rows.Select(row => row.Name).ToArray();
        var now = time.GetUtcNow();
        var (policies, replicas, disturbances, changes, recommendations) = await database.ReadAsync(async reader => (
            await PolicyStore.CurrentAsync(reader),
            (await ApplicationStore.ReplicasOfAsync(reader, names)).ToLookup(replica => replica.Application),
            (await HistoryStore.DisturbancesAsync(reader, names, now - Recently)).ToLookup(mask => mask.Application),
            (await DecisionStore.ChangesAsync(reader, names)).ToLookup(row => row.Application),
            (await DecisionStore.RecommendationsAsync(reader, names)).ToLookup(row => row.Application)), cancellationToken);
        foreach (var row in rows)
        {
            if (row.Removed)
            {
                _applications.TryRemove(row.Name, out _);
                continue;
            }

            var isNew = everything || !_applications.ContainsKey(row.Name);
            var tracked = Take(row, policies);
            tracked.Replicas = [.. replicas[row.Name]];
            tracked.Disturbances = [.. disturbances[row.Name]];

            // Another instance may have heard of them: whoever decides also forecasts, and must not learn from them for a minute.
            foreach (var mask in tracked.Disturbances) history.Of(row.Name).Apply(mask, now);
            tracked.Changes.Clear();
            tracked.Changes.AddRange(changes[row.Name].Select(change => new ScaleChange(change.At, change.Change)));
            if (isNew) tracked.Restore([.. recommendations[row.Name].Select(run => new Recommendation(run.At, run.Replicas))], now);
        }
    }

    /// <summary>A row that cannot be understood is put aside and said; the others go on.</summary>
    private TrackedApplication Take(ScaledApplication row, IReadOnlyList<ScalingPolicyView> policies)
    {
        var tracked = _applications.GetOrAdd(row.Name, name => new TrackedApplication(name) { Row = row, Settings = new(), BusyAt = time.GetTimestamp() });
        tracked.Row = row;
        try
        {
            var manifest = row.SettingsInForce();
            var policy = PolicyEffect.Choose(policies, row.Name, manifest);
            var settings = policy is null ? manifest : PolicyEffect.Apply(manifest, policy.Policy);
            tracked.Settings = settings;
            tracked.Policy = policy is null ? null : $"{policy.Name} (version {policy.Version})";
            tracked.Last ??= row.ReadLast();
            tracked.Broken = null;
            history.Of(row.Name).Keep(settings.Metrics.Select(metric => metric.Name).Concat(settings.Rules.Select(rule => rule.Metric)), KeptMetrics);
        }
        catch (JsonException unreadable)
        {
            tracked.Broken = $"Its scaling settings cannot be read ({unreadable.Message}); deploy it again to replace them.";
        }

        return tracked;
    }
}
