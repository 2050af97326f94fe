using Platform.CommandLine.Rendering;
using Platform.Contracts.Deployments;
using Platform.Contracts.Http;
using Spectre.Console;

namespace Platform.CommandLine.Tests.Rendering;

public sealed class RolloutLadderTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_canary_under_way_shows_what_is_done_what_is_now_and_what_the_judge_still_needs()
    {
        var lines = RolloutLadder.Lines(Watching(), Now);
        Assert.Contains("✓ 1 %  ▶ 10 %  · 100 %", lines[0]);
        Assert.Equal("  step 2/3   ████████████░░░░░░░░  2m00s of 5m00s left; 1 replica of v2 beside 4 of v1", lines[1]);
        Assert.Equal("  judge      inconclusive: 320 of the 500 requests needed", lines[2]);
        Assert.StartsWith("             needs ~1,200 requests more to be sure, about ", lines[3]);
    }

    [Fact]
    public void A_pipeline_is_one_line_and_what_takes_back_is_in_it_only_where_it_does()
    {
        JobView Job(int number, string name, string state, string gate = "verify") => new() { Number = number, Name = name, Kind = "command", Gate = gate, State = state, TimeLimit = TimeSpan.FromMinutes(1) };
        var course = Watching().Course! with { Jobs = [Job(1, "prepare", "succeeded"), Job(2, "tests", "running"), Job(3, "hook 1 after shift", "planned"), Job(4, "undo prepare", "planned", "undo")] };

        Assert.Equal("  pipeline   ✓ prepare  ▶ tests  · hook 1 after shift", RolloutLadder.Lines(Watching() with { Course = course }, Now)[1]);
        Assert.Contains("✗ tests  – hook 1 after shift  ✓ undo prepare", PipelineText.Line(
            [Job(2, "tests", "failed"), Job(3, "hook 1 after shift", "skipped"), Job(4, "undo prepare", "succeeded", "undo"), Job(5, "undo build", "skipped", "undo")]));
    }

    [Fact]
    public void Whoever_is_waited_for_reads_what_to_type()
    {
        var course = Watching().Course! with { Until = null, Awaits = "resume", Paused = new RolloutNote("ada", "ask the team", Now) };
        Assert.Equal("  paused     by ada (ask the team): 'platform resume shop', 'platform promote shop' or 'platform abort shop'", RolloutLadder.Lines(Watching() with { Course = course }, Now)[^1]);
        Assert.Contains("'platform approve shop'", RolloutLadder.Lines(Watching() with { Course = course with { Paused = null, Awaits = "approval" } }, Now)[^1]);
        Assert.Contains("inconclusive", RolloutLadder.Lines(Watching() with { Course = course with { Paused = null, Awaits = "evidence" } }, Now)[^1]);
    }

    [Theory]
    [InlineData("completed", "✓ 1 %  ✓ 10 %  ✓ 100 %")]
    [InlineData("rolledBack", "✓ 1 %  ✗ 10 %  · 100 %")]
    public void An_end_shows_how_far_it_came(string state, string expected) => Assert.Contains(expected, RolloutLadder.Lines(Watching() with { State = state }, Now)[0]);

    [Fact]
    public void Nothing_planned_is_no_ladder() => Assert.Empty(RolloutLadder.Lines(Watching() with { Course = null }, Now));

    [Fact]
    public void A_step_that_failed_is_not_ticked_off()
    {
        var step = new RolloutStepView { Step = "watch", At = Now, Duration = TimeSpan.FromSeconds(3), Message = "error rate 9 %" };
        Assert.StartsWith("  ✓ watch", RolloutText.Step(step));
        Assert.StartsWith("  ✗ watch", RolloutText.Step(step with { Failed = true }));
    }

    [Fact]
    public void Evidence_beyond_one_crosses_the_line_of_abort()
    {
        var quiet = EvidenceChart.Strength([Point(0, 0.1), Point(1, 0.2), Point(2, 0.15)]);
        Assert.Equal("  1 = abort ┄┄┄", quiet.Single(l => l.Contains("abort")));
        var loud = EvidenceChart.Strength([Point(0, 0.1), Point(1, 0.6), Point(2, 1.3)]);
        Assert.Matches("^  1 = abort ┄┄[▃-█]$", loud.Single(l => l.Contains("abort")));
        Assert.Contains("|10 %", loud[^2]);
    }

    [Fact]
    public void The_chart_of_a_long_rollout_keeps_its_one_peak()
    {
        var points = Enumerable.Range(0, 1000).Select(i => Point(i, i == 617 ? 0.9 : 0.01)).ToList();
        Assert.Contains(EvidenceChart.Strength(points), line => line.Contains('┄') is false && line.IndexOfAny(['▆', '▇', '█', '▅', '▄']) > 0);
    }

    [Fact]
    public void The_picture_has_a_row_for_each_metric_with_its_interval()
    {
        var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = 200;
        console.Write(EvidenceChart.Of(Watching(), [Point(0, 0.1), Point(1, 0.4)], Now));
        Assert.Contains("0.5 % [0.1 % – 2 %]", text.ToString());
        Assert.Contains("0.40", text.ToString());
    }

    private static EvidenceView Point(int second, double strength) => new()
    {
        At = Now.AddSeconds(second - 100),
        Step = 2,
        Weight = 10,
        Outcome = "inconclusive",
        Sentence = "320 of the 500 requests needed",
        Requests = 320,
        ErrorRate = 0.005,
        P95 = TimeSpan.FromMilliseconds(12),
        RequestsNeeded = 1_180,
        ExpectedAt = Now.AddMinutes(1),
        Metrics = [new MetricEvidenceView { Metric = "errors", Strength = strength, Canary = 0.005, CanaryLow = 0.001, CanaryHigh = 0.02, Baseline = 0.004, Sentence = "error rate 0.5 %" }],
    };

    private static RolloutView Watching() => new()
    {
        Id = Guid.NewGuid(),
        Application = "shop",
        Revision = "v2",
        StableRevision = "v1",
        Strategy = "canary",
        State = "watching",
        Message = "watching v2",
        RequestedBy = "ada",
        Reason = "",
        CreatedAt = Now.AddMinutes(-4),
        Course = new RolloutCourse
        {
            Steps = [Step(1, 1), Step(10, 1), Step(100, 4)],
            Step = 2,
            Since = Now.AddMinutes(-3),
            Until = Now.AddMinutes(2),
            Evidence = Point(0, 0.3),
        },
    };

    private static CourseStep Step(int weight, int replicas) => new() { Weight = weight, Replicas = replicas, OldReplicas = 4, Hold = TimeSpan.FromMinutes(5) };
}
