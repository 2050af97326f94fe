using Platform.Contracts.Traffic;
using Platform.Gateway.Forwarding;

namespace Platform.Gateway.Routing;

/// <summary>Headers and cookies that lead to a revision, of one table. A rule whose revision has no replica is left out.</summary>
internal sealed class RevisionRules
{
    private readonly (RouteRule Rule, RevisionPool Pool)[] _rules;

    private RevisionRules((RouteRule, RevisionPool)[] rules) => _rules = rules;

    /// <summary>The rules that hold; null: none, so that a request has nothing to look at.</summary>
    public static RevisionRules? Of(IEnumerable<RouteRule> rules, ApplicationRoute route)
    {
        (RouteRule, RevisionPool)[] holding = [.. from rule in rules let pool = route.Find(rule.Revision) where pool is not null select (rule, pool)];
        return holding.Length == 0 ? null : new RevisionRules(holding);
    }

    /// <summary>The revision of the first rule that fits; null: none does. O(rules × cookies); allocates nothing.</summary>
    public RevisionPool? Find(IHeaderDictionary headers)
    {
        foreach (var (rule, pool) in _rules)
        {
            if (rule.Header is { } header ? HasHeader(headers, header, rule.Value) : RequestCookies.Has(headers, rule.Cookie!, rule.Value)) return pool;
        }

        return null;
    }

    private static bool HasHeader(IHeaderDictionary headers, string name, string value)
    {
        if (!headers.TryGetValue(name, out var values)) return false;
        for (var i = 0; i < values.Count; i++)
        {
            if (string.Equals(values[i], value, StringComparison.Ordinal)) return true;
        }

        return false;
    }
}
