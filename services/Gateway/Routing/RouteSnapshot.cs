using System.Collections.Frozen;

namespace Platform.Gateway.Routing;

/// <summary>Every application's table at one moment, arranged for look-up. Immutable; replaced as a whole.</summary>
internal sealed class RouteSnapshot
{
    private readonly FrozenDictionary<string, ApplicationRoute[]> _byHost;
    private readonly FrozenDictionary<string, ApplicationRoute[]>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private readonly ApplicationRoute[] _anyHost;

    public RouteSnapshot(IEnumerable<ApplicationRoute> routes)
    {
        Routes = [.. routes.OrderBy(r => r.Application, StringComparer.Ordinal)];
        _anyHost = LongestPrefixFirst(Routes.Where(r => r.Table.Hosts.Count == 0));
        _byHost = Routes
            .SelectMany(r => r.Table.Hosts.Distinct(StringComparer.OrdinalIgnoreCase), (route, host) => (host, route))
            .GroupBy(p => p.host, p => p.route, StringComparer.OrdinalIgnoreCase)
            .ToFrozenDictionary(g => g.Key, LongestPrefixFirst, StringComparer.OrdinalIgnoreCase);
        _bySpan = _byHost.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public static RouteSnapshot Empty { get; } = new([]);

    /// <summary>By application name.</summary>
    public IReadOnlyList<ApplicationRoute> Routes { get; }

    /// <summary>
    /// The application a request is for: those that name its host before those that take any, then the longest prefix, then the
    /// first by name. Null: none. O(applications on the host); allocates nothing.
    /// </summary>
    /// <param name="host">The Host header, with or without a port.</param>
    /// <param name="path">The decoded path.</param>
    public ApplicationRoute? Match(string? host, string path)
    {
        if (_byHost.Count > 0 && _bySpan.TryGetValue(WithoutPort(host), out var named) && First(named, path) is { } route) return route;
        return First(_anyHost, path);
    }

    private static ApplicationRoute? First(ApplicationRoute[] routes, string path)
    {
        foreach (var route in routes)
        {
            if (route.Covers(path)) return route;
        }

        return null;
    }

    private static ReadOnlySpan<char> WithoutPort(string? host)
    {
        var name = host.AsSpan();
        var colon = name.LastIndexOf(':');
        if (colon > name.LastIndexOf(']')) name = name[..colon];
        return name.TrimEnd('.');
    }

    private static ApplicationRoute[] LongestPrefixFirst(IEnumerable<ApplicationRoute> routes) =>
        [.. routes.OrderByDescending(r => r.PathPrefix.Length).ThenBy(r => r.Application, StringComparer.Ordinal)];
}
