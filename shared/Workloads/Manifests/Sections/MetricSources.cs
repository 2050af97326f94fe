using System.Text.RegularExpressions;
using Platform.Workloads.Manifests.Yaml;

namespace Platform.Workloads.Manifests.Sections;

/// <summary>Where a metric's readings come from: exactly one of the members below.</summary>
internal static partial class MetricSources
{
    private const string Prometheus = "prometheus", Web = "web", Command = "command";
    private const int LongestQuery = 8 * 1024, LongestHeader = 4 * 1024;
    private static readonly string[] All = [Prometheus, Web, Command];

    public static string MemberOf(MetricSourceSpec source) => source switch
    {
        PrometheusSpec => Prometheus,
        WebSpec => Web,
        _ => Command,
    };

    /// <summary>The source; null: there is none, or several, which has been told.</summary>
    public static MetricSourceSpec? Read(Section metric)
    {
        var found = All.Where(metric.Has).ToList();
        if (found.Count == 0) metric.Missing(Prometheus, "a source: prometheus, web or command");
        foreach (var second in found.Skip(1)) metric.Conflict(second, "one source", $"A metric has one source; this one has {string.Join(" and ", found)}.");
        MetricSourceSpec? source = null;
        foreach (var member in found)
        {
            source = member switch
            {
                Prometheus => ReadPrometheus(metric.Sub(member)),
                Web => ReadWeb(metric.Sub(member)),
                _ => new CommandSpec { Command = ProcessSection.Command(metric, "a list of the program and its arguments, such as [\"./count\", \"{{revision}}\"]", isRequired: true) },
            };
        }

        return found.Count == 1 ? source : null;
    }

    public static PrometheusSpec ReadPrometheus(Section section)
    {
        var prometheus = new PrometheusSpec
        {
            Address = section.Required("address", "an address such as http://prometheus.example.org:9090", text => IsAddress(text) && !text.Contains("{{")),
            Query = section.Required("query", $"a PromQL query of 1 to {LongestQuery} characters", text => text.Trim().Length > 0 && text.Length <= LongestQuery),
            Headers = Headers(section.Sub("headers")),
        };
        section.Close();
        return prometheus;
    }

    private static WebSpec ReadWeb(Section section)
    {
        var web = new WebSpec
        {
            Url = section.Required("url", "an address such as https://example.org/figures?of={{revision}}", text => IsAddress(Placeholders.Fill(text, _ => "x"))),
            JsonPath = section.Value("jsonPath", "$", "a path such as $.data.items[0].value", Section.Text, JsonPaths.IsPath),
            Headers = Headers(section.Sub("headers")),
        };
        if (section.Find("url") is YamlScalar { Text: var url } && Placeholders.In(url.Split('/', 4) is [var scheme, _, var host, ..] ? scheme + host : "").Any())
            section.Conflict("url", "a host that is the same for all", "Placeholders may stand in the path and the query of an address, not in its host.");
        section.Close();
        return web;
    }

    private static bool IsAddress(string text) =>
        text.Length <= 2048 && !text.Any(c => c <= ' ' || c >= '\x7f')
        && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0 && uri.Host.Length > 0;

    private static SortedDictionary<string, string> Headers(Section section)
    {
        var headers = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in section.Names())
        {
            section.Find(member.Name);
            // Values are never repeated in a problem: they may be secrets put in the wrong place.
            void Refuse(string expected, string message) => section.Problems.Add(member.Line, member.Column, section.PathOf(member.Name), expected, "a value that is not shown", message);
            if (!HeaderName().IsMatch(member.Name) || Forbidden.Contains(member.Name, StringComparer.OrdinalIgnoreCase))
                Refuse("a name of a header that is sent", $"'{ProblemList.Shorten(member.Name)}' cannot be set as a header.");
            else if (member.Value is not YamlScalar { Text: { Length: > 0 and <= LongestHeader } value } || value.Any(c => c is < ' ' or >= '\x7f'))
                Refuse("a value of visible characters", "The value of a header is one line of visible characters.");
            else if (value.Contains(Rules.SecretScheme, StringComparison.OrdinalIgnoreCase) ? !SecretAtTheEnd().IsMatch(value) : SecretHeader().IsMatch(member.Name))
                Refuse("secret://name", $"{member.Name} carries a secret; a manifest holds references only: secret://name, or 'Bearer secret://name'.");
            else
                headers[member.Name] = value;
        }

        return headers;
    }

    /// <summary>What the request itself decides.</summary>
    private static readonly string[] Forbidden = ["Host", "Connection", "Content-Length", "Transfer-Encoding", "Upgrade", "TE", "Trailer", "Expect", "Proxy-Authorization"];

    [GeneratedRegex(@"\A[A-Za-z0-9-]{1,64}\z")]
    private static partial Regex HeaderName();

    [GeneratedRegex(@"\A([A-Za-z]+ )?secret://[A-Za-z0-9][A-Za-z0-9._-]{0,126}\z")]
    private static partial Regex SecretAtTheEnd();

    [GeneratedRegex(@"\A(authorization|cookie)\z|(token|key|secret|password)\z", RegexOptions.IgnoreCase)]
    private static partial Regex SecretHeader();
}
