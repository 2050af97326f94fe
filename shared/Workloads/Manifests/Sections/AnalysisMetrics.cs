using System.Globalization;
using System.Text.RegularExpressions;
using Platform.Contracts.Units;
using Platform.Workloads.Manifests.Yaml;

namespace Platform.Workloads.Manifests.Sections;

/// <summary><c>rollout.analysis.metrics: [ { name, prometheus | web | command, interval, max, min, compare, … } ]</c></summary>
internal static partial class AnalysisMetrics
{
    private const int Most = 32;
    private const string ListExpected = "a list of metrics, each with name, a source (prometheus, web or command) and max, min or compare";
    private const string NameExpected = "a name of letters, digits, '.', '_' and '-', starting with a letter, at most 63 characters";

    /// <summary>What the judges call what they see themselves.</summary>
    private static readonly string[] Taken = ["errors", "p50", "p95", "p99", "errorLimit", "p95Limit"];

    /// <summary>Members that one judge alone listens to.</summary>
    private static readonly (string Member, string Judge)[] Owners = [("group", JudgeNames.Kayenta), ("critical", JudgeNames.Kayenta), ("weight", JudgeNames.Statistical)];

    public static bool IsName(string text) => text.Length <= 63 && NamePattern().IsMatch(text);

    public static IReadOnlyList<AnalysisMetricSpec> Read(Section analysis, string judge)
    {
        var metrics = analysis.List("metrics", ListExpected, (node, path) => Metric(analysis, node, path, judge)).OfType<AnalysisMetricSpec>().ToList();
        if (metrics.Count > Most) analysis.Conflict("metrics", $"at most {Most} metrics", $"There are {metrics.Count} metrics; at most {Most} are read.");
        foreach (var twice in metrics.Where(m => m.Name.Length > 0).GroupBy(m => m.Name).Where(g => g.Count() > 1))
            analysis.Conflict("metrics", "each name once", $"Two metrics are called '{twice.Key}'; their names must differ.");
        return metrics;
    }

    private static AnalysisMetricSpec? Metric(Section analysis, YamlNode node, string path, string judge)
    {
        if (node is not YamlMapping mapping)
        {
            if (node is not YamlBroken) analysis.Problems.Add(node, path, "a section with members", node.Describe(), $"Expected a metric, {{ name: …, prometheus: …, max: … }}; found {node.Describe()}.");
            return null;
        }

        var section = new Section(mapping, node, path, analysis.Problems);
        var name = section.Required("name", NameExpected, IsName);
        if (Taken.Contains(name)) section.Conflict("name", "another name", $"'{name}' is what the judge calls a metric of its own; choose another name.");
        var source = MetricSources.Read(section);
        var metric = new AnalysisMetricSpec
        {
            Name = name,
            Source = source ?? new CommandSpec { Command = [] },
            Interval = Span(section, "interval", TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            InitialDelay = Span(section, "initialDelay", TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromDays(1)),
            Timeout = Span(section, "timeout", TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5)),
            Max = section.Optional<double>("max", "a number", IsNumber),
            Min = section.Optional<double>("min", "a number", IsNumber),
            Compare = section.Has("compare") ? Comparison(section.Sub("compare")) : null,
            FailureLimit = section.Value("failureLimit", 0, "a whole number from 0 to 1000", Rules.IsWhole, Rules.Between(0, 1000)),
            ConsecutiveErrorLimit = section.Value("consecutiveErrorLimit", 4, "a whole number from 0 to 1000", Rules.IsWhole, Rules.Between(0, 1000)),
            Count = section.Value("count", 1, "a whole number from 1 to 1000", Rules.IsWhole, Rules.Between(1, 1000)),
            Weight = section.Value<double>("weight", 1, "a number from 0.01 to 100", IsNumber, weight => weight is >= 0.01 and <= 100),
            Group = section.Has("group") ? section.Required("group", NameExpected, IsName) : null,
            Critical = section.Value("critical", false, "true or false", bool.TryParse),
        };
        if (source is not null) Check(section, metric, judge);
        section.Close();
        return metric;
    }

    private static void Check(Section section, AnalysisMetricSpec metric, string judge)
    {
        if (metric is { Max: null, Min: null, Compare: null } && !section.Has("max") && !section.Has("min") && !section.Has("compare"))
            section.Missing("max", "max, min or compare: when a reading is bad");
        if (metric.Min > metric.Max) section.Conflict("min", "a number below max", $"No reading can be above {metric.Min} and below {metric.Max}.");
        if (metric.Timeout > metric.Interval) section.Conflict("timeout", "no longer than interval", $"A reading may not take longer ({Duration.Format(metric.Timeout)}) than until the next one ({Duration.Format(metric.Interval)}).");
        foreach (var (member, owner) in Owners.Where(o => o.Judge != judge && section.Has(o.Member)))
            section.Conflict(member, "no such member", $"'{member}' belongs to the judge {owner} and would do nothing here; remove it.");
        foreach (var unknown in metric.Source.Texts.SelectMany(Placeholders.In).Distinct().Except(Placeholders.Known))
            section.Conflict(MetricSources.MemberOf(metric.Source), "one of " + string.Join(", ", Placeholders.Known.Select(k => $"{{{{{k}}}}}")), $"'{{{{{unknown}}}}}' stands for nothing; known: {string.Join(", ", Placeholders.Known)}.");
        if (metric.Compare is null) return;
        if (!metric.Source.Texts.Any(text => Placeholders.In(text).Contains(Placeholders.Revision)))
            section.Conflict("compare", "a source that holds {{revision}}", "A metric that is compared is asked once for each of the two revisions, so {{revision}} must stand where its name belongs.");
        // What overlaps says the same thing several times, and a judge that took it for several things would be too sure.
        if (metric.Source is PrometheusSpec prometheus && Ranges.Longest(prometheus.Query, metric.Interval) is { } range && range > metric.Interval)
            section.Conflict("interval", $"at least {Duration.Format(range)}", $"The query looks back {Duration.Format(range)} but is asked every {Duration.Format(metric.Interval)}, so that readings that are compared would overlap: make interval at least {Duration.Format(range)}, or write [{{{{interval}}}}].");
    }

    private static MetricComparisonSpec Comparison(Section section)
    {
        var defaults = new MetricComparisonSpec();
        var comparison = new MetricComparisonSpec
        {
            Direction = section.Choice("direction", defaults.Direction, MetricDirections.All, []),
            Tolerance = section.Value("tolerance", defaults.Tolerance, Percentage.Expected + ", from 0% to 1000%", Percentage.TryParse, share => share is >= 0 and <= 10),
        };
        section.Close();
        return comparison;
    }

    private static TimeSpan Span(Section section, string member, TimeSpan fallback, TimeSpan least, TimeSpan most) => section.Value(
        member, fallback, $"{Duration.Expected}, from {Duration.Format(least)} to {Duration.Format(most)}", Duration.TryParse, Rules.Between(least, most));

    public static bool IsNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9._-]*\z")]
    private static partial Regex NamePattern();
}
