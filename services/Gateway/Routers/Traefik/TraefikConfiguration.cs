using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Platform.Contracts.Traffic;
using Platform.Gateway.Forwarding;

namespace Platform.Gateway.Routers.Traefik;

/// <summary>
/// The dynamic configuration by which Traefik (v3) routes an application, from its table alone: one file for the file provider. It is written as
/// JSON, which is YAML too and in which nothing of a manifest's can end a text. Pure.
/// <code>
/// routers    rules and the client's own choice ─▶ one revision        (higher priority)
///            everything else ─▶ mirroring? ─▶ weighted ─▶ a revision
/// services   SHOP-REVISION: its replicas    SHOP-GENERATION: the weights, by whose name it is seen whether a table is in force
/// </code>
/// </summary>
internal static partial class TraefikConfiguration
{
    private const int RulePriority = 1_000_000;

    private static readonly JsonSerializerOptions Written = new() { WriteIndented = true };

    /// <summary>The service that has the weights of a table.</summary>
    public static string WeightedService(RouteTable table) => string.Create(CultureInfo.InvariantCulture, $"platform-{table.Application}-table-{table.Generation}");

    /// <summary>The service that is a revision, by which Traefik's metrics tell it.</summary>
    public static string RevisionService(RouteTable table, string revision) => $"platform-{table.Application}-{Nginx.NginxText.Name(revision)}";

    /// <summary>Every reason why Traefik cannot route by a table; empty: it can.</summary>
    public static IEnumerable<string> Problems(RouteTable table)
    {
        if (!Nginx.NginxTable.IsApplication(table.Application)) yield return "the application's name must be of letters, digits and '-', at most 63.";
        foreach (var host in table.Hosts.Where(h => !HostPattern().IsMatch(h))) yield return $"'{host}' is no host name that Traefik can be given.";
        if (!PathPattern().IsMatch(table.PathPrefix)) yield return $"the path prefix '{table.PathPrefix}' has characters that Traefik must not be given.";
        foreach (var rule in table.Rules.Where(r => r.Header is { } h && !HeaderPattern().IsMatch(h))) yield return $"'{rule.Header}' is no header that Traefik can be given.";
    }

    /// <summary>The file's content.</summary>
    public static string Text(RouteTable table, TraefikOptions options)
    {
        var serving = table.Revisions.Where(r => r.Replicas.Count > 0).ToList();
        var (routers, services) = (new JsonObject(), new JsonObject());
        foreach (var revision in serving) services[RevisionService(table, revision.Revision)] = LoadBalancer(table, revision);
        var weighted = serving.Where(r => r.Weight > 0).ToList();
        services[WeightedService(table)] = Weighted(table, weighted);

        var reach = Reach(table);
        List<(string Matcher, string Revision)> rules =
        [
            .. serving.Select(r => ($"HeaderRegexp(`{RevisionPin.Header}`, `^{Literal(r.Revision)}$`)", r.Revision)),
            .. serving.Select(r => (Cookie("platform-revision", r.Revision), r.Revision)),
            .. table.Rules.Where(rule => serving.Exists(r => r.Revision == rule.Revision)).Select(rule =>
                (rule.Header is { } header ? $"HeaderRegexp(`{header}`, `^{Literal(rule.Value)}$`)" : Cookie(rule.Cookie!, rule.Value), rule.Revision)),
        ];
        for (var i = 0; i < rules.Count; i++)
            routers[$"platform-{table.Application}-rule-{i}"] = Router($"{reach} && {rules[i].Matcher}", RevisionService(table, rules[i].Revision), RulePriority - i, options);

        var everything = WeightedService(table);
        var mirrored = serving.Where(r => r.Mirror > 0).ToList();
        if (mirrored.Count > 0)
        {
            var writes = mirrored.TrueForAll(r => r.MirrorWrites);
            var copies = $"platform-{table.Application}-copies";
            services[copies] = Mirroring(table, mirrored, everything, writes);
            var matcher = writes ? reach : $"{reach} && (Method(`GET`) || Method(`HEAD`) || Method(`OPTIONS`))";
            routers[$"platform-{table.Application}-copied"] = Router(matcher, copies, PriorityOf(table) + 1, options);
        }

        routers[$"platform-{table.Application}"] = Router(reach, everything, PriorityOf(table), options);
        return new JsonObject { ["http"] = new JsonObject { ["routers"] = routers, ["services"] = services } }.ToJsonString(Written) + "\n";
    }

    /// <summary>Applications that name their host come before those that take any, then the longest prefix; as at the platform's own gateway.</summary>
    private static int PriorityOf(RouteTable table) => ((table.Hosts.Count > 0 ? 100_000 : 1) + table.PathPrefix.TrimEnd('/').Length) * 2;

    private static JsonObject Router(string rule, string service, int priority, TraefikOptions options)
    {
        var router = new JsonObject { ["rule"] = rule, ["service"] = service, ["priority"] = priority };
        if (options.EntryPoints.Count > 0) router["entryPoints"] = new JsonArray([.. options.EntryPoints.Select(e => (JsonNode)e)]);
        return router;
    }

    private static JsonObject LoadBalancer(RouteTable table, RevisionRoute revision)
    {
        var balancer = new JsonObject
        {
            ["servers"] = new JsonArray([.. revision.Replicas.Select(r => (JsonNode)new JsonObject { ["url"] = r.Address.GetLeftPart(UriPartial.Authority) })]),
            ["passHostHeader"] = true,
        };
        if (table.LoadBalancing != "roundRobin") balancer["strategy"] = "p2c";
        if (table.HealthPath is { } path) balancer["healthCheck"] = new JsonObject { ["path"] = path, ["interval"] = "1s", ["timeout"] = "1s" };
        return new JsonObject { ["loadBalancer"] = balancer };
    }

    /// <summary>With a sticky revision the cookie holds a client to whichever revision it met.</summary>
    private static JsonObject Weighted(RouteTable table, IEnumerable<RevisionRoute> revisions)
    {
        var weighted = new JsonObject
        {
            ["services"] = new JsonArray([.. revisions.Select(r => (JsonNode)new JsonObject { ["name"] = RevisionService(table, r.Revision), ["weight"] = r.Weight })]),
        };
        if (table.Sticky is not null)
        {
            weighted["sticky"] = new JsonObject
            {
                ["cookie"] = new JsonObject { ["name"] = $"platform_{Nginx.NginxText.Short(table.Application)}", ["httpOnly"] = true, ["sameSite"] = "lax" },
            };
        }

        return new JsonObject { ["weighted"] = weighted };
    }

    private static JsonObject Mirroring(RouteTable table, IEnumerable<RevisionRoute> mirrored, string service, bool writes) => new()
    {
        ["mirroring"] = new JsonObject
        {
            ["service"] = service,
            ["mirrorBody"] = writes,
            ["mirrors"] = new JsonArray([.. mirrored.Select(r => (JsonNode)new JsonObject { ["name"] = RevisionService(table, r.Revision), ["percent"] = r.Mirror })]),
        },
    };

    /// <summary>Which requests are the application's. <c>/shop</c> covers itself and <c>/shop/…</c>, not <c>/shopping</c>.</summary>
    private static string Reach(RouteTable table)
    {
        var prefix = table.PathPrefix.TrimEnd('/');
        var path = prefix.Length == 0 ? "PathPrefix(`/`)" : $"(Path(`{prefix}`) || PathPrefix(`{prefix}/`))";
        if (table.Hosts.Count == 0) return path;
        var hosts = table.Hosts.Select(h => h.StartsWith("*.", StringComparison.Ordinal) ? $"HostRegexp(`^.+\\.{Literal(h[2..])}$`)" : $"Host(`{h}`)");
        return $"({string.Join(" || ", hosts)}) && {path}";
    }

    private static string Cookie(string name, string value) => $"HeaderRegexp(`Cookie`, `(^|;) *{Literal(name)}={Literal(value)} *(;|$)`)";

    /// <summary>A Go regular expression that just this text matches: everything but letters and digits by its code point.</summary>
    private static string Literal(string text)
    {
        var pattern = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii && char.IsAsciiLetterOrDigit((char)rune.Value)) pattern.Append((char)rune.Value);
            else pattern.Append("\\x{").Append(rune.Value.ToString("x", CultureInfo.InvariantCulture)).Append('}');
        }

        return pattern.ToString();
    }

    [GeneratedRegex(@"\A(\*\.)?[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*\z")]
    private static partial Regex HostPattern();

    // Traefik reads braces in a path as a pattern of its own.
    [GeneratedRegex(@"\A/[A-Za-z0-9/._~%!$&'()*+,;=:@-]*\z")]
    private static partial Regex PathPattern();

    [GeneratedRegex(@"\A[A-Za-z0-9_-]+\z")]
    private static partial Regex HeaderPattern();
}
