using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Contracts.Traffic;

namespace Platform.Gateway.Routers.Kubernetes;

/// <summary>An object to be as said, and where it is kept.</summary>
internal sealed record WantedObject(string Collection, string Name, JsonObject Object);

/// <summary>
/// A table as objects of a cluster: for each revision a Service without a selector, its endpoints exactly the table's replicas; an Ingress that
/// leads to one of them, and where two revisions take part a second one with the canary annotations of ingress-nginx that leads to the other.
/// https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#canary
/// <code>
/// clients ─▶ ingress-nginx ─┬─ Ingress platform-shop          ─▶ Service (v1) ─▶ replicas of v1 in the table
///                           └─ … -canary: weight, header      ─▶ Service (v2) ─▶ replicas of v2 in the table
/// </code>
/// Pure.
/// </summary>
/// <param name="Problem">What such an Ingress cannot do; null: it can.</param>
/// <param name="Main">The revision that the first Ingress leads to.</param>
/// <param name="Objects">In the order in which they are to be had.</param>
internal sealed record IngressPlan(string? Problem, string Main, IReadOnlyList<WantedObject> Objects)
{
    public const string Ours = "app.kubernetes.io/managed-by", Us = "platform", Application = "dev.platform.routes", Revision = "dev.platform.revision";

    private const string Annotations = "nginx.ingress.kubernetes.io/";

    public static string IngressName(string application) => $"platform-{application}";

    public static string CanaryName(string application) => $"platform-{application}-canary";

    /// <param name="table">The table.</param>
    /// <param name="present">The revision that the first Ingress leads to now; null: there is none.</param>
    /// <param name="ingressClass">The controller's class.</param>
    public static IngressPlan Of(RouteTable table, string? present, string ingressClass)
    {
        var revisions = table.Revisions.Where(r => r.Weight > 0 || table.Rules.Any(rule => rule.Revision == r.Revision)).ToList();
        if (revisions.Count == 0) revisions = [.. table.Revisions.Take(1)];
        // As long as it takes part, in whatever share, the first one stays: so no moment is between two changes in which shares are swapped.
        var main = table.Revisions.FirstOrDefault(r => r.Revision == present) ?? revisions.MaxBy(r => r.Weight);
        if (main is null) return new IngressPlan(null, "", []);
        var others = revisions.Where(r => r.Revision != main.Revision).ToList();
        if (Refusal(table, others) is { } problem) return new IngressPlan(problem, main.Revision, []);
        var objects = new List<WantedObject>();
        foreach (var revision in others.Prepend(main)) objects.AddRange(Backend(table.Application, revision));
        // The canary first: a main Ingress that takes everything is made only when nothing else is to have a share.
        if (others is [var canary]) objects.Add(new WantedObject("ingresses", CanaryName(table.Application), Ingress(CanaryName(table.Application), table, canary, ingressClass, CanaryAnnotations(table, main, canary))));
        objects.Add(new WantedObject("ingresses", IngressName(table.Application), Ingress(IngressName(table.Application), table, main, ingressClass, [])));
        return new IngressPlan(null, main.Revision, objects);
    }

    public static string ServiceName(string application, string revision) =>
        "platform-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{application} {revision}")).AsSpan(0, 12));

    private static string? Refusal(RouteTable table, List<RevisionRoute> others)
    {
        if (others.Count > 1) return $"an ingress-nginx divides requests between two revisions at most, and this table has {others.Count + 1}";
        if (table.Sticky is not null) return "rollout.sticky is not done with an Ingress";
        if (table.Revisions.Any(r => r.Mirror > 0)) return "mirrored requests are not done with an Ingress";
        if (table.Rules.Any(rule => others.All(o => o.Revision != rule.Revision))) return "with an Ingress only the revision that is not the first can be chosen by header or cookie";
        if (table.Rules.Count(rule => rule.Header is not null) > 1 || table.Rules.Count(rule => rule.Cookie is not null) > 1) return "an ingress-nginx knows one header and one cookie to choose a revision by";
        if (table.Rules.FirstOrDefault(rule => rule.Cookie is not null && rule.Value != "always") is { } cookie) return $"an ingress-nginx chooses by a cookie's value 'always' only; the cookie {cookie.Cookie} is to be '{cookie.Value}'";
        if (table.Revisions.SelectMany(r => r.Replicas).FirstOrDefault(r => !IPAddress.TryParse(r.Address.Host, out var address) || IPAddress.IsLoopback(address)) is { } local) return $"{local.Id} is at {local.Address.Host}, which no Ingress reaches: its replicas have to be pods (runtime: kubernetes)";
        return null;
    }

    /// <summary>Replicas on different ports stand in different slices.</summary>
    private static IEnumerable<WantedObject> Backend(string application, RevisionRoute revision)
    {
        var name = ServiceName(application, revision.Revision);
        yield return new WantedObject("services", name, new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Service",
            ["metadata"] = Metadata(name, application, revision.Revision),
            ["spec"] = new JsonObject { ["ports"] = new JsonArray(new JsonObject { ["name"] = "http", ["port"] = 80 }) },
        });
        foreach (var port in revision.Replicas.GroupBy(r => r.Address.Port).OrderBy(g => g.Key))
        {
            var slice = string.Create(CultureInfo.InvariantCulture, $"{name}-{port.Key}");
            var metadata = Metadata(slice, application, revision.Revision);
            metadata["labels"]!["kubernetes.io/service-name"] = name;
            metadata["labels"]!["endpointslice.kubernetes.io/managed-by"] = Us;
            yield return new WantedObject("endpointslices", slice, new JsonObject
            {
                ["apiVersion"] = "discovery.k8s.io/v1",
                ["kind"] = "EndpointSlice",
                ["metadata"] = metadata,
                ["addressType"] = IPAddress.Parse(port.First().Address.Host).AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4",
                ["ports"] = new JsonArray(new JsonObject { ["name"] = "http", ["port"] = port.Key, ["protocol"] = "TCP" }),
                ["endpoints"] = new JsonArray([.. port.OrderBy(r => r.Id, StringComparer.Ordinal).Select(r => new JsonObject
                {
                    ["addresses"] = new JsonArray(r.Address.Host),
                    ["conditions"] = new JsonObject { ["ready"] = true },
                })]),
            });
        }
    }

    private static JsonObject Ingress(string name, RouteTable table, RevisionRoute revision, string ingressClass, IEnumerable<(string Name, string Value)> annotations)
    {
        var metadata = Metadata(name, table.Application, revision.Revision);
        foreach (var (annotation, value) in annotations) metadata["annotations"]![Annotations + annotation] = value;
        JsonObject Http() => new()
        {
            ["paths"] = new JsonArray(new JsonObject
            {
                ["path"] = table.PathPrefix,
                ["pathType"] = "Prefix",
                ["backend"] = new JsonObject { ["service"] = new JsonObject { ["name"] = ServiceName(table.Application, revision.Revision), ["port"] = new JsonObject { ["name"] = "http" } } },
            }),
        };
        return new JsonObject
        {
            ["apiVersion"] = "networking.k8s.io/v1",
            ["kind"] = "Ingress",
            ["metadata"] = metadata,
            ["spec"] = new JsonObject
            {
                ["ingressClassName"] = ingressClass,
                ["rules"] = table.Hosts.Count == 0
                    ? new JsonArray(new JsonObject { ["http"] = Http() })
                    : new JsonArray([.. table.Hosts.Select(host => new JsonObject { ["host"] = host, ["http"] = Http() })]),
            },
        };
    }

    private static IEnumerable<(string Name, string Value)> CanaryAnnotations(RouteTable table, RevisionRoute main, RevisionRoute canary)
    {
        yield return ("canary", "true");
        yield return ("canary-weight", canary.Weight.ToString(CultureInfo.InvariantCulture));
        if (main.Weight + canary.Weight is > 0 and not 100 and var total) yield return ("canary-weight-total", total.ToString(CultureInfo.InvariantCulture));
        foreach (var rule in table.Rules)
        {
            if (rule.Cookie is { } cookie) yield return ("canary-by-cookie", cookie);
            if (rule.Header is not { } header) continue;
            yield return ("canary-by-header", header);
            yield return ("canary-by-header-value", rule.Value);
        }
    }

    private static JsonObject Metadata(string name, string application, string revision) => new()
    {
        ["name"] = name,
        ["labels"] = new JsonObject { [Ours] = Us, [Application] = application },
        ["annotations"] = new JsonObject { [Revision] = revision },
    };
}
