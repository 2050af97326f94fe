using System.Text.Json;

namespace Platform.Gateway.Tests.Routers.Traefik;

/// <summary>
/// The part of Traefik v3's dynamic configuration that is used, as its reference states it (doc.traefik.io, reference/routing-configuration/
/// other-providers/file and http/load-balancing/service): the members there are, their kinds, and that what is named exists.
/// </summary>
internal static class TraefikSchema
{
    private static readonly Dictionary<string, Dictionary<string, JsonValueKind>> Members = new(StringComparer.Ordinal)
    {
        ["router"] = new() { ["rule"] = JsonValueKind.String, ["service"] = JsonValueKind.String, ["priority"] = JsonValueKind.Number, ["entryPoints"] = JsonValueKind.Array },
        ["service"] = new() { ["loadBalancer"] = JsonValueKind.Object, ["weighted"] = JsonValueKind.Object, ["mirroring"] = JsonValueKind.Object },
        ["loadBalancer"] = new() { ["servers"] = JsonValueKind.Array, ["passHostHeader"] = JsonValueKind.True, ["strategy"] = JsonValueKind.String, ["healthCheck"] = JsonValueKind.Object },
        ["server"] = new() { ["url"] = JsonValueKind.String },
        ["healthCheck"] = new() { ["path"] = JsonValueKind.String, ["interval"] = JsonValueKind.String, ["timeout"] = JsonValueKind.String },
        ["weighted"] = new() { ["services"] = JsonValueKind.Array, ["sticky"] = JsonValueKind.Object },
        ["weightedService"] = new() { ["name"] = JsonValueKind.String, ["weight"] = JsonValueKind.Number },
        ["sticky"] = new() { ["cookie"] = JsonValueKind.Object },
        ["cookie"] = new() { ["name"] = JsonValueKind.String, ["httpOnly"] = JsonValueKind.True, ["sameSite"] = JsonValueKind.String },
        ["mirroring"] = new() { ["service"] = JsonValueKind.String, ["mirrorBody"] = JsonValueKind.True, ["mirrors"] = JsonValueKind.Array },
        ["mirror"] = new() { ["name"] = JsonValueKind.String, ["percent"] = JsonValueKind.Number },
    };

    /// <summary>Fails on anything that the reference does not state.</summary>
    public static (JsonElement Routers, JsonElement Services) Check(string text)
    {
        var root = JsonDocument.Parse(text).RootElement;
        Assert.Equal(["http"], root.EnumerateObject().Select(p => p.Name));
        var http = root.GetProperty("http");
        Assert.Equal(["routers", "services"], http.EnumerateObject().Select(p => p.Name));
        var (routers, services) = (http.GetProperty("routers"), http.GetProperty("services"));
        var names = services.EnumerateObject().Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var router in routers.EnumerateObject())
        {
            // An @ in a name would be read as a provider's.
            Assert.Matches("^[a-z0-9_-]+$", router.Name);
            MembersOf(router.Value, "router");
            Assert.Contains(router.Value.GetProperty("service").GetString()!, names);
            Assert.InRange(router.Value.GetProperty("priority").GetInt32(), 1, 2_000_000);
            Rule(router.Value.GetProperty("rule").GetString()!);
        }

        foreach (var service in services.EnumerateObject())
        {
            Assert.Matches("^[a-z0-9_-]+$", service.Name);
            MembersOf(service.Value, "service");
            var kind = Assert.Single(service.Value.EnumerateObject());
            MembersOf(kind.Value, kind.Name);
            if (kind.Name == "loadBalancer") LoadBalancer(kind.Value);
            else if (kind.Name == "weighted") Weighted(kind.Value, names);
            else Mirroring(kind.Value, names);
        }

        return (routers, services);
    }

    private static void LoadBalancer(JsonElement balancer)
    {
        foreach (var server in balancer.GetProperty("servers").EnumerateArray())
        {
            MembersOf(server, "server");
            Assert.True(Uri.TryCreate(server.GetProperty("url").GetString(), UriKind.Absolute, out _));
        }

        if (balancer.TryGetProperty("strategy", out var strategy)) Assert.Contains(strategy.GetString(), (string[])["wrr", "p2c", "hrw", "leasttime"]);
        if (balancer.TryGetProperty("healthCheck", out var health)) MembersOf(health, "healthCheck");
    }

    private static void Weighted(JsonElement weighted, HashSet<string> names)
    {
        foreach (var service in weighted.GetProperty("services").EnumerateArray())
        {
            MembersOf(service, "weightedService");
            Assert.Contains(service.GetProperty("name").GetString()!, names);
            Assert.True(service.GetProperty("weight").GetInt32() >= 0);
        }

        if (!weighted.TryGetProperty("sticky", out var sticky)) return;
        MembersOf(sticky, "sticky");
        MembersOf(sticky.GetProperty("cookie"), "cookie");
        Assert.Contains(sticky.GetProperty("cookie").GetProperty("sameSite").GetString(), (string[])["none", "lax", "strict"]);
    }

    private static void Mirroring(JsonElement mirroring, HashSet<string> names)
    {
        Assert.Contains(mirroring.GetProperty("service").GetString()!, names);
        foreach (var mirror in mirroring.GetProperty("mirrors").EnumerateArray())
        {
            MembersOf(mirror, "mirror");
            Assert.Contains(mirror.GetProperty("name").GetString()!, names);
            Assert.InRange(mirror.GetProperty("percent").GetInt32(), 0, 100);
        }
    }

    /// <summary>Matchers and their arguments in backticks, joined by &amp;&amp; and ||, in brackets: nothing else.</summary>
    private static void Rule(string rule)
    {
        var names = "(Host|HostRegexp|Path|PathPrefix|Method|Header|HeaderRegexp)";
        var bare = System.Text.RegularExpressions.Regex.Replace(rule, names + "\\(`[^`\\x00-\\x20\\x7f]( ?[^`\\x00-\\x20\\x7f])*`(, `[^`\\x00-\\x1f\\x7f]+`)?\\)", "m");
        Assert.Matches("^[m()&| ]+$", bare);
        Assert.Equal(bare.Count(c => c == '('), bare.Count(c => c == ')'));
    }

    private static void MembersOf(JsonElement element, string kind)
    {
        foreach (var member in element.EnumerateObject())
        {
            Assert.True(Members[kind].TryGetValue(member.Name, out var expected), $"{kind} has no '{member.Name}'");
            Assert.Equal(expected, member.Value.ValueKind == JsonValueKind.False ? JsonValueKind.True : member.Value.ValueKind);
        }
    }
}
