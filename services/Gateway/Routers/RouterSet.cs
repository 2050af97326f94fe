using System.Collections.Concurrent;
using Platform.Contracts.Traffic;
using Platform.Gateway.Routing;

namespace Platform.Gateway.Routers;

/// <summary>
/// Puts a table in force everywhere it has to be: at the router it names, in the platform's own data plane, and out of every other router.
/// <code>
/// table ─▶ the router it names: validated, served, checked ─▶ own data plane, written down ─▶ taken out of the other routers ─▶ TrafficShifted
///                  └─ refused: nothing changed anywhere ─▶ TrafficNotShifted, and the table comes again
/// </code>
/// </summary>
internal sealed class RouterSet(IEnumerable<ITrafficRouter> routers, RouteTables tables)
{
    /// <summary>The platform's own data plane, as a manifest calls it.</summary>
    public const string Own = "gateway";

    private readonly ITrafficRouter[] _routers = [.. routers];
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new(StringComparer.Ordinal);

    /// <summary>Puts a table in force, if it is not older than the application's present one.</summary>
    public async Task<Shift> ApplyAsync(RouteTable table, Guid correlationId, CancellationToken cancellationToken)
    {
        // Without a router beside it, the own data plane needs no turns: it takes its own.
        if (_routers.Length == 0 && table.Router == Own) return new Shift(tables.Apply(table, correlationId), Problem: null);
        var turn = _turns.GetOrAdd(table.Application, _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancellationToken);
        try
        {
            var wanted = tables.Find(table.Application) is { } present && present.Generation > table.Generation ? present : table;
            if (await FollowAsync(wanted, cancellationToken) is { } refusal) return new Shift(wanted, refusal);
            var inForce = tables.Apply(wanted, correlationId);
            foreach (var other in _routers.Where(r => inForce.Removed || r.Name != inForce.Router))
            {
                if (await other.RemoveAsync(inForce.Application, cancellationToken) is { } left) return new Shift(inForce, $"it is still routed by {other.Name}: {left}");
            }

            return new Shift(inForce, Problem: null);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Whether no router can lead a request to a replica that the application's table in force does not name.</summary>
    public async ValueTask<bool> HasDrainedAsync(string application, CancellationToken cancellationToken)
    {
        if (_routers.Length == 0 || tables.Find(application) is not { } inForce) return true;
        foreach (var router in _routers)
        {
            if (!await router.HasDrainedAsync(inForce, cancellationToken)) return false;
        }

        return true;
    }

    private async Task<string?> FollowAsync(RouteTable table, CancellationToken cancellationToken)
    {
        if (table.Removed || table.Router == Own) return null;
        if (Array.Find(_routers, r => r.Name == table.Router) is { } router) return await router.ApplyAsync(table, cancellationToken);
        var known = string.Join(", ", _routers.Select(r => r.Name).Prepend(Own));
        return $"the gateway service is not set up for a router of that name, only for {known}. See docs/how-to/move-traffic-with-nginx.md, or change traffic.router in the manifest.";
    }
}

/// <summary>What became of a table.</summary>
/// <param name="Table">The table in force; where there is a problem, the one that is not.</param>
/// <param name="Problem">Why it is not in force; null: it is.</param>
internal readonly record struct Shift(RouteTable Table, string? Problem);
