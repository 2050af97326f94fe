using System.Text.Json.Serialization;

namespace Platform.Workloads.Manifests;

/// <summary>
/// One entry of <c>rollout.analysis.metrics</c>: a figure of the team's own that the new revision is judged by as well, where it comes
/// from (exactly one source), and when it is bad (<c>max</c> and <c>min</c>, or <c>compare</c>). In queries, addresses, headers and
/// arguments stand <c>{{revision}}</c>, <c>{{baseline}}</c>, <c>{{application}}</c> and <c>{{interval}}</c> for what they say.
/// </summary>
public sealed record AnalysisMetricSpec
{
    /// <summary>Its name: a letter, then letters, digits, <c>.</c>, <c>_</c>, <c>-</c>; at most 63 characters.</summary>
    public required string Name { get; init; }
    /// <summary>Where its readings come from.</summary>
    public required MetricSourceSpec Source { get; init; }
    /// <summary>How often it is read, 1 s to 1 d. Default 1 min.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(1);
    /// <summary>How long after the first request to the new revision it is read first. Default 0 s.</summary>
    public TimeSpan InitialDelay { get; init; }
    /// <summary>How long a reading may take, 100 ms to 5 min. Default 10 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
    /// <summary>A reading above this is a failure; null: none is too high.</summary>
    public double? Max { get; init; }
    /// <summary>A reading below this is a failure; null: none is too low.</summary>
    public double? Min { get; init; }
    /// <summary>How it is compared with the old revision's; null: it is not.</summary>
    public MetricComparisonSpec? Compare { get; init; }
    /// <summary>So many failed readings are forgiven over the whole rollout; the next one ends it. 0 to 1,000; default 0.</summary>
    public int FailureLimit { get; init; }
    /// <summary>So many readings in a row may give no value before the rollout says so and waits for one. 0 to 1,000; default 4.</summary>
    public int ConsecutiveErrorLimit { get; init; } = 4;
    /// <summary>Readings that a step which names it under <c>analysis</c> waits for, 1 to 1,000. Default 1.</summary>
    public int Count { get; init; } = 1;
    /// <summary>Judge <c>statistical</c>: its share of the part of the false-alarm budget that compared metrics have, relative to theirs. 0.01 to 100; default 1.</summary>
    public double Weight { get; init; } = 1;
    /// <summary>Judge <c>kayenta</c>: the group that it counts in. Default its name.</summary>
    public string? Group { get; init; }
    /// <summary>Judge <c>kayenta</c>: true: when this metric alone fails the score is 0. Default false.</summary>
    public bool Critical { get; init; }
}

/// <summary>
/// The <c>compare</c> section of a metric: its query holds <c>{{revision}}</c> and is asked twice, for the new revision and for the one it
/// is compared with.
/// </summary>
public sealed record MetricComparisonSpec
{
    /// <summary>Which way is bad: <c>increase</c> (default), <c>decrease</c> or <c>either</c>.</summary>
    public string Direction { get; init; } = MetricDirections.Increase;
    /// <summary>How far beyond the old revision's a reading may be, relative to it, 0 to 1000%. Default 10 %.</summary>
    public double Tolerance { get; init; } = 0.1;
}

/// <summary>What <c>compare.direction</c> can be.</summary>
public static class MetricDirections
{
    /// <summary>Up is bad.</summary>
    public const string Increase = "increase";
    /// <summary>Down is bad.</summary>
    public const string Decrease = "decrease";
    /// <summary>Both are.</summary>
    public const string Either = "either";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Increase, Decrease, Either];
}

/// <summary>Where the readings of a metric come from.</summary>
[JsonDerivedType(typeof(PrometheusSpec), "prometheus")]
[JsonDerivedType(typeof(WebSpec), "web")]
[JsonDerivedType(typeof(CommandSpec), "command")]
public abstract record MetricSourceSpec
{
    /// <summary>Every text in it that may hold placeholders.</summary>
    internal abstract IEnumerable<string> Texts { get; }
}

/// <summary>The <c>prometheus</c> section of a metric: an instant query, whose answer must be one number.</summary>
public sealed record PrometheusSpec : MetricSourceSpec
{
    /// <summary>The server's address, <c>http://prometheus.example.org:9090</c>.</summary>
    public required string Address { get; init; }
    /// <summary>The query in PromQL.</summary>
    public required string Query { get; init; }
    /// <summary>Headers of the request; a value may end with <c>secret://name</c>.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    internal override IEnumerable<string> Texts => [Query];
}

/// <summary>The <c>web</c> section of a metric: a GET request, whose answer is JSON.</summary>
public sealed record WebSpec : MetricSourceSpec
{
    /// <summary>Where to.</summary>
    public required string Url { get; init; }
    /// <summary>Where in the answer the number stands: <c>$.data.items[0].value</c>. Default <c>$</c>, the whole answer.</summary>
    public string JsonPath { get; init; } = "$";
    /// <summary>Headers of the request; a value may end with <c>secret://name</c>.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    internal override IEnumerable<string> Texts => [Url];
}

/// <summary>A metric's <c>command</c>: a program that prints one number and ends with exit code 0. No shell reads it.</summary>
public sealed record CommandSpec : MetricSourceSpec
{
    /// <summary>The program and its arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    internal override IEnumerable<string> Texts => Command;
}
