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
        if (string.IsNullOrWhiteSpace(table.Router)) yield return "router: a name is needed.";
        if (table.PathPrefix is not ['/', ..]) yield return $"pathPrefix: must begin with '/', but is '{table.PathPrefix}'.";
        if (LoadBalancingOf(table) is null) yield return $"loadBalancing: must be leastRequests, powerOfTwoChoices or roundRobin, but is '{table.LoadBalancing}'.";
        if (table.DrainTimeout < TimeSpan.Zero || table.DrainTimeout > TimeSpan.FromDays(1)) yield return $"drainTimeout: must be between 0 s and 1 day, but is {table.DrainTimeout}.";
        if (table.HealthPath is not (null or ['/', ..])) yield return $"healthPath: must begin with '/', but is '{table.HealthPath}'.";

        foreach (var problem in table.Rules.SelectMany((rule, i) => Problems(rule, $"rules/{i}"))) yield return problem;
        if (table.Sticky is { } sticky && !IsCookieValue(sticky)) yield return $"sticky: must be a name that a cookie can hold, but is '{sticky}'.";
        var mirror = table.Revisions.Sum(r => (long)r.Mirror);
        if (mirror > 100) yield return $"revisions: the shares to mirror must be 100 percent or less together, but are {mirror}.";

        var revisions = new HashSet<string>(StringComparer.Ordinal);
        var replicas = new HashSet<string>(StringComparer.Ordinal);
        foreach (var revision in table.Revisions)
        {
            if (!revisions.Add(revision.Revision)) yield return $"revisions: '{revision.Revision}' is there twice.";
            if (revision.Weight < 0) yield return $"revisions/{revision.Revision}/weight: must be 0 or more, but is {revision.Weight}.";
            if (revision.Mirror is < 0 or > 100) yield return $"revisions/{revision.Revision}/mirror: must be 0 to 100, but is {revision.Mirror}.";
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

    /// <summary>A rule may name a revision that is not in the table: it does not hold as long as that has no replica.</summary>
    private static IEnumerable<string> Problems(RouteRule rule, string at)
    {
        if (rule.Header is null == rule.Cookie is null) yield return $"{at}: must name either a header or a cookie.";
        if ((rule.Header ?? rule.Cookie) is { } name && !IsToken(name)) yield return $"{at}: must name a header or a cookie by letters, digits and -_., but is '{name}'.";
        if (rule.Value.Length is 0 or > 4096) yield return $"{at}/value: must have 1 to 4096 characters, but has {rule.Value.Length}.";
        if (string.IsNullOrWhiteSpace(rule.Revision)) yield return $"{at}/revision: a name is needed.";
    }

    private static bool IsToken(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c));

    /// <summary>RFC 6265, 4.1.1.</summary>
    private static bool IsCookieValue(string value) => value.Length > 0 && value.All(c => c is > ' ' and < '\x7f' and not ('"' or ',' or ';' or '\\'));
}
