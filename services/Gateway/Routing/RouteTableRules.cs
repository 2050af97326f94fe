using Platform.Contracts.Traffic;
using Platform.Gateway.Balancing;

namespace Platform.Gateway.Routing;

/// <summary>What a table must be like. A table that is not is refused as a whole; what is in force stays.</summary>
internal static class RouteTableRules
{
    /// <summary>Every mistake in a table; empty: none.</summary>
    public static IEnumerable<string> Problems(RouteTable table)
    {
        if (string.IsNullOrWhiteSpace(table.Application)) yield return "application: a name is needed.";
        if (table.PathPrefix is not ['/', ..]) yield return $"pathPrefix: must begin with '/', but is '{table.PathPrefix}'.";
        if (LoadBalancingOf(table) is null) yield return $"loadBalancing: must be leastRequests, powerOfTwoChoices or roundRobin, but is '{table.LoadBalancing}'.";
        if (table.DrainTimeout < TimeSpan.Zero || table.DrainTimeout > TimeSpan.FromDays(1)) yield return $"drainTimeout: must be between 0 s and 1 day, but is {table.DrainTimeout}.";
        if (table.HealthPath is not (null or ['/', ..])) yield return $"healthPath: must begin with '/', but is '{table.HealthPath}'.";

        var revisions = new HashSet<string>(StringComparer.Ordinal);
        var replicas = new HashSet<string>(StringComparer.Ordinal);
        foreach (var revision in table.Revisions)
        {
            if (!revisions.Add(revision.Revision)) yield return $"revisions: '{revision.Revision}' is there twice.";
            if (revision.Weight < 0) yield return $"revisions/{revision.Revision}/weight: must be 0 or more, but is {revision.Weight}.";
            foreach (var replica in revision.Replicas)
            {
                if (!replicas.Add(replica.Id)) yield return $"revisions/{revision.Revision}/replicas: '{replica.Id}' is there twice.";
                if (!replica.Address.IsAbsoluteUri || replica.Address.Scheme is not ("http" or "https"))
                    yield return $"revisions/{revision.Revision}/replicas/{replica.Id}/address: must be an absolute http address, but is '{replica.Address}'.";
            }
        }
    }

    /// <summary>The way a table wants replicas chosen; null: it names one that does not exist.</summary>
    public static LoadBalancing? LoadBalancingOf(RouteTable table) => table.LoadBalancing switch
    {
        "leastRequests" => LoadBalancing.LeastRequests,
        "powerOfTwoChoices" => LoadBalancing.PowerOfTwoChoices,
        "roundRobin" => LoadBalancing.RoundRobin,
        _ => null,
    };
}
