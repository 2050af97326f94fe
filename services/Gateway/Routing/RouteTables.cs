using Platform.Contracts.Traffic;
using Platform.Gateway.Draining;
using Platform.Gateway.Replicas;

namespace Platform.Gateway.Routing;

/// <summary>
/// Owns the tables, the replicas they name and those that left them. Changes come one at a time; requests read the snapshot and never wait.
/// </summary>
/// <remarks>
/// A change goes: replicas that come (back) are open, the snapshot is swapped, replicas that left are retired, the file is written.
/// A request that chose from the old snapshot therefore either is counted on its replica or turns away (see <see cref="Replica"/>).
/// </remarks>
internal sealed class RouteTables(RouteFile file, GatewayOptions options, TimeProvider time) : IDisposable
{
    /// <summary>How long a departure is remembered, for a sender that does not name what it waits for.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);

    private const int MostDepartures = 1_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, RouteTable> _tables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ApplicationTraffic> _traffic = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Application, string Replica), Replica> _routed = [];
    private readonly List<Departure> _departures = [];
    private volatile RouteSnapshot _snapshot = RouteSnapshot.Empty;

    /// <summary>What requests are routed by.</summary>
    public RouteSnapshot Snapshot => _snapshot;

    /// <summary>Called when the last request to a replica that left has ended, or a replica left.</summary>
    public Action? DepartureMoved { get; set; }

    /// <summary>Takes what the file holds. Before the first request.</summary>
    public void Load()
    {
        lock (_gate)
        {
            var state = file.Read();
            foreach (var table in state.Tables) _tables[table.Application] = table;
            // Requests under way to a departed replica ended with the process that forwarded them.
            _departures.AddRange(state.Departed.Select(d => new Departure(d, replica: null, TimeSpan.Zero)));
            Publish();
        }
    }

    /// <summary>Puts a table in force if it is newer than the application's present one.</summary>
    /// <returns>The table in force.</returns>
    public RouteTable Apply(RouteTable table, Guid correlationId)
    {
        lock (_gate)
        {
            if (_tables.TryGetValue(table.Application, out var present) && present.Generation >= table.Generation) return present;
            _tables[table.Application] = table;
            var left = Publish();
            var now = time.GetUtcNow();
            foreach (var replica in left)
            {
                replica.Emptied = DepartureMoved;
                replica.Retire();
                _departures.Add(new Departure(
                    new DepartedReplica { Application = replica.Application, Replica = replica.Id, At = now, CorrelationId = correlationId },
                    replica, (present ?? table).DrainTimeout));
            }

            Forget(now);
            Save();
        }

        DepartureMoved?.Invoke();
        return table;
    }

    /// <summary>Looks at every departure: closes what has ended, cuts what has outlived its grace period.</summary>
    /// <returns>The drained ones that are not announced yet.</returns>
    public IReadOnlyList<Departure> Drain()
    {
        List<Departure> late = [];
        List<Departure> drained;
        lock (_gate)
        {
            var now = time.GetUtcNow();
            foreach (var departure in _departures)
            {
                if (departure.Replica is not { } replica) continue;
                var inFlight = replica.InFlight;
                if (inFlight == 0) departure.Finish();
                else if (now >= departure.CutAt && departure.Cut == 0)
                {
                    departure.Cut = inFlight;
                    late.Add(departure);
                }
            }

            // One that is routed to again, at another address, is not gone.
            _departures.RemoveAll(d => d.IsDrained && _routed.ContainsKey((d.Departed.Application, d.Departed.Replica)));
            drained = [.. _departures.Where(d => d.IsDrained && !d.Announced)];
        }

        // Outside the lock: it runs whatever waits for the token.
        foreach (var departure in late) departure.Replica?.Cut();
        return drained;
    }

    /// <summary>When the next grace period ends; null: nothing drains.</summary>
    public DateTimeOffset? NextCut
    {
        get
        {
            lock (_gate) return _departures.Where(d => d is { IsDrained: false, Cut: 0 }).Min(d => (DateTimeOffset?)d.CutAt);
        }
    }

    /// <summary>The application's table in force, a removed one too; null: it is not known.</summary>
    public RouteTable? Find(string application)
    {
        lock (_gate) return _tables.GetValueOrDefault(application);
    }

    /// <summary>The generation in force; 0: the application is not known.</summary>
    public long Generation(string application)
    {
        lock (_gate) return _tables.TryGetValue(application, out var table) ? table.Generation : 0;
    }

    /// <summary>
    /// The replicas of an application that are neither routed to nor draining: of those asked for, or, when nothing is asked for,
    /// of those that left lately.
    /// </summary>
    public IReadOnlyList<DepartedReplica> Gone(string application, IReadOnlyList<string>? awaited, Guid correlationId)
    {
        lock (_gate)
        {
            var departures = _departures.Where(d => d.Departed.Application == application).ToList();
            if (awaited is null) return [.. departures.Where(d => d.IsDrained).Select(d => d.Departed)];
            return
            [
                .. awaited.Distinct(StringComparer.Ordinal)
                    .Where(id => !_routed.ContainsKey((application, id)) && !departures.Any(d => d.Departed.Replica == id && !d.IsDrained))
                    .Select(id => new DepartedReplica { Application = application, Replica = id, At = time.GetUtcNow(), CorrelationId = correlationId }),
            ];
        }
    }

    /// <summary>Every replica that is routed to or still draining.</summary>
    public IReadOnlyList<Replica> Replicas
    {
        get
        {
            lock (_gate) return [.. _routed.Values, .. _departures.Select(d => d.Replica).OfType<Replica>()];
        }
    }

    /// <summary>What the applications keep across tables.</summary>
    public IReadOnlyList<ApplicationTraffic> Traffic
    {
        get
        {
            lock (_gate) return [.. _traffic.Values];
        }
    }

    public void Dispose()
    {
        foreach (var replica in Replicas) replica.Dispose();
    }

    /// <summary>Builds and swaps the snapshot. Returns the replicas that no table names any more.</summary>
    private List<Replica> Publish()
    {
        var before = _routed.ToDictionary();
        _routed.Clear();
        var routes = _tables.Values.Where(t => !t.Removed).Select(table => new ApplicationRoute(table, TrafficOf(table.Application), (revision, address) =>
        {
            var replica = before.TryGetValue((table.Application, address.Id), out var known) && known.Address == address.Address
                ? known
                : TakeBack(table.Application, address) ?? new Replica(table.Application, revision, address, options, time);
            return _routed[(table.Application, address.Id)] = replica;
        })).ToList();
        _snapshot = new RouteSnapshot(routes);
        foreach (var traffic in _traffic.Values) traffic.SignalChange();
        foreach (var gone in _traffic.Keys.Where(a => !_tables.TryGetValue(a, out var t) || t.Removed).ToList()) _traffic.Remove(gone);
        var kept = _routed.Values.ToHashSet();
        return [.. before.Values.Where(r => !kept.Contains(r))];
    }

    /// <summary>A replica that returns while it still drains goes on with its connections and counts.</summary>
    private Replica? TakeBack(string application, ReplicaAddress address)
    {
        var departure = _departures.Find(d => d is { Cut: 0, Replica: { } r } && r.Application == application && r.Id == address.Id && r.Address == address.Address);
        if (departure is null) return null;
        _departures.Remove(departure);
        departure.Replica!.Return();
        return departure.Replica;
    }

    private ApplicationTraffic TrafficOf(string application)
    {
        if (!_traffic.TryGetValue(application, out var traffic)) _traffic[application] = traffic = new ApplicationTraffic(application, options);
        return traffic;
    }

    /// <summary>Bounds what is remembered.</summary>
    private void Forget(DateTimeOffset now)
    {
        _departures.RemoveAll(d => d is { IsDrained: true, Announced: true } && d.Departed.At + Remembered < now);
        var excess = _departures.Count - MostDepartures;
        if (excess > 0) _departures.RemoveAll(d => d is { IsDrained: true, Announced: true } && excess-- > 0);
    }

    private void Save() => file.Write(new RouteState
    {
        Tables = [.. _tables.Values.OrderBy(t => t.Application, StringComparer.Ordinal)],
        Departed = [.. _departures.Select(d => d.Departed)],
    });
}
