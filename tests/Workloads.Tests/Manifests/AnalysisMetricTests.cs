using System.Text.Json;
using Platform.Workloads.Manifests;

namespace Workloads.Tests.Manifests;

public sealed class AnalysisMetricTests
{
    private const string Prometheus = "prometheus: { address: 'http://p:9090', query: up }";

    [Theory]
    [InlineData("name: q, max: 1", "prometheus", "a source: prometheus, web or command")]
    [InlineData("name: q, " + Prometheus, "max", "when a reading is bad")]
    [InlineData("name: q, max: 1, " + Prometheus + ", command: [x]", "command", "one source; this one has prometheus and command")]
    [InlineData("name: p95, max: 1, " + Prometheus, "name", "what the judge calls a metric of its own")]
    [InlineData("name: q, max: many, " + Prometheus, "max", "Expected a number")]
    [InlineData("name: q, max: 1, min: 2, " + Prometheus, "min", "No reading can be above 2 and below 1")]
    [InlineData("name: q, max: 1, interval: 1s, " + Prometheus, "timeout", "may not take longer (10s) than until the next one (1s)")]
    [InlineData("name: q, max: 1, prometheus: { address: 'p:9090', query: up }", "prometheus.address", "an address such as")]
    [InlineData("name: q, max: 1, prometheus: { address: 'http://u:p@p', query: up }", "prometheus.address", "an address such as")]
    [InlineData("name: q, max: 1, prometheus: { address: 'http://p', query: 'x{a=\"{{pod}}\"}' }", "prometheus", "'{{pod}}' stands for nothing; known: revision, baseline, application, interval")]
    [InlineData("name: q, compare: { tolerance: 5% }, " + Prometheus, "compare", "so {{revision}} must stand where its name belongs")]
    [InlineData("name: q, compare: { direction: up }, " + Prometheus, "compare.direction", "increase, decrease, either")]
    [InlineData("name: q, compare: { tolerance: 5% }, interval: 1m, prometheus: { address: 'http://p', query: 'rate(x{r=\"{{revision}}\"}[1h30m:1m])' }", "interval", "looks back 1h30m but is asked every 1m")]
    [InlineData("name: q, max: 1, web: { url: 'https://{{revision}}.example/' }", "web.url", "not in its host")]
    [InlineData("name: q, max: 1, web: { url: 'file:///etc/passwd' }", "web.url", "an address such as")]
    [InlineData("name: q, max: 1, web: { url: 'https://a.example', jsonPath: '$..a' }", "web.jsonPath", "a path such as")]
    [InlineData("name: q, max: 1, web: { url: 'https://a.example', headers: { Host: b } }", "web.headers.Host", "cannot be set as a header")]
    [InlineData("name: q, max: 1, command: []", "command", "with 1 to 256 items")]
    [InlineData("name: q, max: 1, group: g, " + Prometheus, "group", "belongs to the judge kayenta")]
    [InlineData("name: q, max: 1, failureLimits: 1, " + Prometheus, "failureLimits", "Did you mean 'failureLimit'?")]
    public void Read_OneMistakeInAMetric_IsReportedAtItsPath(string metric, string path, string message)
    {
        var problem = Assert.Single(Problems($"metrics: [ {{ {metric} }} ]"), p => p.Path == "rollout.analysis.metrics[0]." + path);

        Assert.Contains(message, problem.Message);
    }

    [Theory]
    [InlineData("metrics: { name: q }", "rollout.analysis.metrics", "a list of metrics")]
    [InlineData("metrics: [ q ]", "rollout.analysis.metrics[0]", "Expected a metric")]
    [InlineData("metrics: [ { name: q, max: 1, " + Prometheus + " }, { name: q, max: 2, " + Prometheus + " } ]", "rollout.analysis.metrics", "Two metrics are called 'q'")]
    [InlineData("judge: none, metrics: [ { name: q, max: 1, " + Prometheus + " } ]", "rollout.analysis.metrics", "nobody looks at metrics")]
    [InlineData("minRequests: 0", "rollout.analysis.minRequests", "from 1 to 1000000")]
    [InlineData("groupWeights: { errors: 10 }", "rollout.analysis.groupWeights", "belongs to the judge kayenta")]
    [InlineData("judge: kayenta, groupWeights: { errors: 80, latency: 30 }", "rollout.analysis.groupWeights", "together 110")]
    [InlineData("judge: kayenta, groupWeights: { orders: 10 }", "rollout.analysis.groupWeights.orders", "there are errors, latency")]
    public void Read_OneMistakeInTheAnalysis_IsReportedAtItsPath(string analysis, string path, string message) =>
        Assert.Contains(message, Assert.Single(Problems(analysis), p => p.Path == path).Message);

    [Fact]
    public void Read_AStepThatNamesAnUnknownMetric_IsReported()
    {
        var problems = ManifestReader.Read(Of("steps: [ { weight: 5, analysis: [smoke] }, 100 ]"), null).Problems;

        Assert.Equal("'smoke' is not a metric of rollout.analysis.metrics; it has none.", Assert.Single(problems, p => p.Path == "rollout.steps").Message);
    }

    [Theory]
    [InlineData("Authorization: Bearer hunter2")]
    [InlineData("X-Api-Key: hunter2")]
    [InlineData("X-Any: 'secret://a hunter2'")]
    public void Read_ASecretInAHeader_IsRefusedWithoutShowingIt(string header)
    {
        var problems = Problems($"metrics: [ {{ name: q, max: 1, web: {{ url: 'https://a.example', headers: {{ {header} }} }} }} ]");

        Assert.Contains("references only", Assert.Single(problems).Message);
        Assert.DoesNotContain("hunter2", JsonSerializer.Serialize(problems));
    }

    [Theory]
    [InlineData("rate(x[5m])", 300)]
    [InlineData("rate(x[5m]) / rate(y[1h30m])", 5400)]
    [InlineData("max_over_time(rate(x[5m])[2h:1m])", 7200)]
    [InlineData("rate(x[{{ interval }}])", 30)]
    [InlineData("x{a=\"[b]\"}", null)]
    public void Longest_OfAQuery_IsItsLongestRange(string query, int? seconds) =>
        Assert.Equal(seconds is null ? null : TimeSpan.FromSeconds(seconds.Value), Ranges.Longest(query, TimeSpan.FromSeconds(30)));

    private static IReadOnlyList<ManifestProblem> Problems(string analysis) => ManifestReader.Read(Of($"analysis: {{ {analysis} }}"), null).Problems;

    private static string Of(string rollout) => $"{{ name: a, revision: b, process: {{ command: [x] }}, rollout: {{ strategy: canary, {rollout} }} }}";
}
