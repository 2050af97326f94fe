using Platform.Workloads.Manifests.Yaml;
using Platform.Contracts.Units;

namespace Platform.Workloads.Manifests.Sections;

/// <summary><c>traffic: { router, hosts, pathPrefix, loadBalancing, drainTimeout }</c> and <c>metrics: { path }</c></summary>
internal static class TrafficSection
{
    private const int MostHosts = 100;

    public static TrafficSpec Read(Section section)
    {
        var defaults = new TrafficSpec();
        var hosts = section.List("hosts", "a list of host names", (node, path) => section.Parsed(node, path, "", "a host name such as shop.example.org, without port", Section.Text, Rules.IsHost));
        if (hosts.Count > MostHosts) section.Conflict("hosts", $"at most {MostHosts} host names", $"There are {hosts.Count} host names; at most {MostHosts} are allowed.");
        var traffic = new TrafficSpec
        {
            Router = section.Choice("router", defaults.Router, [.. RouterNames.All], []),
            Hosts = hosts,
            PathPrefix = section.Value("pathPrefix", defaults.PathPrefix, "a URL path prefix such as /shop, without query", Section.Text, path => Rules.IsUrlPath(path) && !path.Contains('?')),
            LoadBalancing = section.Choice("loadBalancing", defaults.LoadBalancing, ["leastRequests", "powerOfTwoChoices", "roundRobin"], []),
            DrainTimeout = section.Value("drainTimeout", defaults.DrainTimeout, Duration.Expected + ", up to 1h", Duration.TryParse, Rules.Between(TimeSpan.Zero, TimeSpan.FromHours(1))),
        };
        section.Close();
        return traffic;
    }

    public static MetricsSpec ReadMetrics(Section section)
    {
        var metrics = new MetricsSpec { Path = section.Value("path", new MetricsSpec().Path, "a URL path such as /metrics", Section.Text, Rules.IsUrlPath) };
        section.Close();
        return metrics;
    }
}
