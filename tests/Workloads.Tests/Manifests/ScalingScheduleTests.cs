using System.Text.Json;
using Platform.Contracts.Scaling;
using Platform.Workloads.Manifests;

namespace Workloads.Tests.Manifests;

/// <summary>What a scaling policy can say, in the manifest: schedules, rules, the weight of the forecast.</summary>
public sealed class ScalingScheduleTests
{
    private const string Least = "name: shop\nrevision: v1\nprocess: { command: [x] }\n";

    private const string Everything = Least + """
        resources: { cpu: 1, memory: 256Mi }
        scaling:
          min: 1
          max: 10
          mode: hybrid
          predictionWeight: 30%
          schedules:
            - { name: office hours, days: [monday, Friday], begins: 08:00, ends: "18:00", timeZone: Europe/Berlin, min: 4 }
            - { name: batch, cron: "0 2 * * 1-5", for: 90m, max: 2 }
            - { name: sale, from: 2026-11-27, to: 2026-11-28T12:00:00+01:00, min: 8, max: 10 }
          rules:
            - { metric: cpu, above: 80%, for: 2m, change: 3, coolDown: 5m }
            - { metric: latency, below: 500ms, for: 15m, change: -1, coolDown: 10m }
            - { metric: queue_depth, above: 1000.5, for: 0s, change: 1, coolDown: 1m }
        """;

    [Fact]
    public void Read_EveryMember_GivesEveryValue()
    {
        var scaling = Valid(Everything).Scaling;
        Assert.Equal((0.3, "custom"), (scaling.PredictionWeight, scaling.RuleSet));
        Assert.Equal(
            [
                new ScalingRule { Metric = "cpu", Above = 0.8, For = TimeSpan.FromMinutes(2), Change = 3, CoolDown = TimeSpan.FromMinutes(5) },
                new ScalingRule { Metric = "latency", Below = 0.5, For = TimeSpan.FromMinutes(15), Change = -1, CoolDown = TimeSpan.FromMinutes(10) },
                new ScalingRule { Metric = "queue_depth", Above = 1000.5, For = TimeSpan.Zero, Change = 1, CoolDown = TimeSpan.FromMinutes(1) },
            ],
            scaling.Rules);
        var (office, batch, sale) = (scaling.Schedules[0], scaling.Schedules[1], scaling.Schedules[2]);
        Assert.Equal([DayOfWeek.Monday, DayOfWeek.Friday], office.Days);
        Assert.Equal(("office hours", "08:00", "18:00", "Europe/Berlin", 4, null), (office.Name, office.Begins, office.Ends, office.TimeZone, office.Min, office.Max));
        Assert.Equal(("0 2 * * 1-5", TimeSpan.FromMinutes(90), 2, "UTC"), (batch.Cron, batch.For, batch.Max, batch.TimeZone));
        Assert.Equal((new DateTimeOffset(2026, 11, 27, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 11, 28, 11, 0, 0, TimeSpan.Zero)), (sale.From, sale.To!.Value.ToUniversalTime()));
    }

    [Fact]
    public void Write_Everything_ReadsBackAsTheSame()
    {
        var manifest = Valid(Everything);
        var written = ManifestWriter.Write(manifest);
        Assert.Equal(JsonSerializer.Serialize(manifest), JsonSerializer.Serialize(Valid(written)));
    }

    [Fact]
    public void Read_NotAutomatic_NeitherRulesNorSchedulesAreActedOn()
    {
        var scaling = Valid(Everything.Replace("mode: hybrid", "automatic: false", StringComparison.Ordinal)).Scaling;
        Assert.Equal((0, 0, "none"), (scaling.Rules.Count, scaling.Schedules.Count, scaling.RuleSet));
    }

    [Fact]
    public void Read_SeveralMistakes_ReportsAllOfThemWithTheirPlaces()
    {
        var problems = Problems(Least + """
            scaling:
              min: 2
              max: 10
              predictionWeight: 2
              schedules:
                - { name: day, days: [mondays], begins: 8:00, min: 4 }
                - { name: batch, cron: "0 2 * *", max: 20 }
                - { min: 3, end: "18:00", timeZone: Mars }
              rules:
                - { metric: cpu, above: 80%, below: 20%, for: 2m, change: 0, coolDown: 5m }
            """);
        Assert.Equal(
            [
                ("scaling.predictionWeight", 7), ("scaling.schedules[0].days[0]", 9), ("scaling.schedules[0].begins", 9),
                ("scaling.schedules[1].for", 10), ("scaling.schedules[1].cron", 10), ("scaling.schedules[1].max", 10),
                ("scaling.schedules[2].name", 11), ("scaling.schedules[2].end", 11), ("scaling.schedules[2].timeZone", 11),
                ("scaling.rules[0].below", 13), ("scaling.rules[0].change", 13),
            ],
            problems.Select(problem => (problem.Path, problem.Line)));
        Assert.Contains("Did you mean 'ends'?", problems.Single(problem => problem.Path == "scaling.schedules[2].end").Message);
        Assert.Contains("five fields", problems.Single(problem => problem.Path == "scaling.schedules[1].cron").Message);
    }

    [Theory]
    [InlineData("schedules: [ { name: a, cron: '0 25 * * *', for: 1h, min: 2 } ]", "scaling.schedules[0].cron", "for the hour 0 to 23, a list, a range or a step, where '25' stands")]
    [InlineData("schedules: [ { name: a, cron: '0 2 * * *', for: 1h, begins: '08:00', min: 2 } ]", "scaling.schedules[0].begins", "remove begins, or cron")]
    [InlineData("schedules: [ { name: a, for: 1h, min: 2 } ]", "scaling.schedules[0].for", "add cron")]
    [InlineData("schedules: [ { name: a, begins: '08:00', ends: '08:00', min: 2 } ]", "scaling.schedules[0].ends", "for whole days leave both out")]
    [InlineData("schedules: [ { name: a, from: 2026-11-28, to: 2026-11-27, min: 2 } ]", "scaling.schedules[0].to", "not after it begins")]
    [InlineData("schedules: [ { name: a, from: tomorrow, min: 2 } ]", "scaling.schedules[0].from", "a moment such as")]
    [InlineData("schedules: [ { name: a } ]", "scaling.schedules[0]", "It changes nothing")]
    [InlineData("schedules: [ { name: a, min: 4, max: 3 } ]", "scaling.schedules[0].max", "Its min is 4")]
    [InlineData("schedules: [ { name: a, min: 11 } ]", "scaling.schedules[0].min", "scaling.max is 10; widen them")]
    [InlineData("schedules: [ night ]", "scaling.schedules[0]", "Expected a section { name, …, min, max }, found 'night'.")]
    [InlineData("schedules: { name: a }", "scaling.schedules", "a list of { name")]
    [InlineData("rules: [ { metric: memory, above: 80%, for: 2m, change: 1, coolDown: 5m } ]", "scaling.rules[0].metric", "resources.memory")]
    [InlineData("rules: [ { metric: cpu, for: 2m, change: 1, coolDown: 5m } ]", "scaling.rules[0]", "neither above nor below")]
    [InlineData("rules: [ { metric: latency, above: 2, for: 2m, change: 1, coolDown: 5m } ]", "scaling.rules[0].above", "a duration such as")]
    [InlineData("rules: [ { metric: cpu, above: 80%, for: 25h, change: 1, coolDown: 5m } ]", "scaling.rules[0].for", "up to 24h")]
    [InlineData("rules: [ { metric: cpu, above: 80%, change: 1 } ]", "scaling.rules[0].for", "missing")]
    [InlineData("ruleSet: custom", "scaling.ruleSet", "there are none")]
    [InlineData("ruleSet: standard, rules: [ { metric: cpu, above: 80%, for: 1m, change: 1, coolDown: 5m } ]", "scaling.ruleSet", "remove one of the two")]
    [InlineData("metrics: [ { name: cpu, target: 70% } ], rules: [ { metric: cpu, above: 80%, for: 1m, change: 1, coolDown: 5m } ]", "scaling.ruleSet", "Rules stand instead of scaling.metrics")]
    public void Read_AMistake_IsSaidAtItsPlace(string scaling, string path, string message) =>
        Assert.Contains(Problems($"{Least}scaling: {{ min: 1, max: 10, {scaling} }}\n"), problem => problem.Path == path && problem.Message.Contains(message, StringComparison.Ordinal));

    [Theory]
    [InlineData("rules: [ { metric: cpu, above: 99999999999999999999999999%, for: 1m, change: 1, coolDown: 5m } ]")]
    [InlineData("rules: [ { metric: q, above: 99999999999999999999999999, for: 1m, change: 1, coolDown: 5m } ]")]
    [InlineData("rules: [ { metric: cpu, above: 1%, for: 1m, change: -99999999999, coolDown: 5m } ]")]
    [InlineData("rules: [ 1, [], { } ], schedules: [ 1, [], { }, ~ ]")]
    [InlineData("schedules: [ { name: '', days: monday, begins: [], cron: { }, for: -1h, from: 9999-99-99, timeZone: '../../etc/passwd', min: -1 } ]")]
    public void Read_NonsenseIsRefused_NeverThrown(string scaling) => Assert.NotEmpty(Problems($"{Least}scaling: {{ {scaling} }}\n"));

    private static Manifest Valid(string yaml)
    {
        var result = ManifestReader.Read(yaml, null);
        Assert.Empty(result.Problems);
        return result.Manifest!;
    }

    private static IReadOnlyList<ManifestProblem> Problems(string yaml) => ManifestReader.Read(yaml, null).Problems;
}
