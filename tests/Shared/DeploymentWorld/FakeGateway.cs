using System.Collections.Concurrent;
using MassTransit;
using Platform.Contracts.Traffic;
using Platform.Messaging;

namespace Platform.Testing.DeploymentWorld;

/// <summary>
/// A gateway as Deployment sees one: takes tables that are newer, keeps them (as its file does) over every restart, says so, and says
/// when a replica has drained. It can be told to be away, or to keep requests under way.
/// </summary>
internal sealed class FakeGateway
{
    private readonly ConcurrentDictionary<string, RouteTable> _tables = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<RouteTable> _applied = [];

    /// <summary>False: it does not answer, and takes nothing.</summary>
    public volatile bool Present = true;

    /// <summary>Replicas with requests under way, which do not drain.</summary>
    public ConcurrentDictionary<string, bool> Busy { get; } = [];

    /// <summary>Every table applied, in order.</summary>
    public IReadOnlyList<RouteTable> Applied => [.. _applied];

    /// <summary>The table in force; null: none, or removed.</summary>
    public RouteTable? Table(string application) => _tables.TryGetValue(application, out var table) && !table.Removed ? table : null;

    /// <summary>Weight by revision.</summary>
    public IReadOnlyDictionary<string, int> Weights(string application) =>
        Table(application)?.Revisions.ToDictionary(r => r.Revision, r => r.Weight) ?? [];

    /// <summary>True: requests may be sent to the replica.</summary>
    public bool Routes(string replica) => _tables.Values.Any(t => !t.Removed && t.Revisions.Any(r => r.Weight > 0 && r.Replicas.Any(a => a.Id == replica)));

    /// <summary>Replicas of which it has said that they have drained.</summary>
    public ConcurrentDictionary<string, bool> Drained { get; } = [];

    /// <summary>Whether it takes a table in place of the present one: by generation.</summary>
    public Func<RouteTable, RouteTable, bool> IsNewer { get; set; } = (present, other) => other.Generation > present.Generation;

    /// <summary>Gives what it keeps to another one.</summary>
    public void CopyTo(FakeGateway other)
    {
        foreach (var (application, table) in _tables) other._tables[application] = table;
        foreach (var replica in Drained.Keys) other.Drained[replica] = true;
    }

    /// <summary>Takes a table if it is newer.</summary>
    public RouteTable Apply(RouteTable table)
    {
        lock (_tables)
        {
            if (_tables.TryGetValue(table.Application, out var present) && !IsNewer(present, table)) return present;
            _tables[table.Application] = table;
            _applied.Enqueue(table);
            return table;
        }
    }
}

/// <summary>The gateway's ear on the bus.</summary>
internal sealed class FakeGatewayConsumer(FakeGateway gateway, IEventPublisher publisher, TimeProvider time) : IConsumer<ShiftTraffic>
{
    public async Task Consume(ConsumeContext<ShiftTraffic> context)
    {
        try
        {
            if (gateway.Present) await ApplyAsync(context);
        }
        catch (KilledException)
        {
            // The process it ran in is gone; there is nobody left to try again.
            return;
        }
    }

    private async Task ApplyAsync(ConsumeContext<ShiftTraffic> context)
    {
        var message = context.Message;
        var table = gateway.Apply(message.Table);
        await publisher.PublishAsync(new TrafficShifted
        {
            Application = table.Application,
            At = time.GetUtcNow(),
            CorrelationId = message.CorrelationId,
            Generation = table.Generation,
            Weights = table.Revisions.ToDictionary(r => r.Revision, r => r.Weight),
        });
        var routed = table.Revisions.SelectMany(r => r.Replicas).Select(r => r.Id).ToHashSet();
        foreach (var replica in (message.Awaiting ?? []).Where(r => !routed.Contains(r) && !gateway.Busy.ContainsKey(r)))
        {
            gateway.Drained[replica] = true;
            await publisher.PublishAsync(new ReplicaDrained
            {
                Application = table.Application,
                At = time.GetUtcNow(),
                CorrelationId = message.CorrelationId,
                Replica = replica,
                Generation = table.Generation,
            });
        }
    }
}
