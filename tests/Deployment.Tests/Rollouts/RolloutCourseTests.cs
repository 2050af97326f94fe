using Platform.Contracts.Deployments;
using Platform.Contracts.Metrics;
using Platform.Deployment.Analysis;
using Platform.Deployment.Rollouts;
using Platform.Metrics;
using Platform.Metrics.Streaming;
using Platform.Testing.DeploymentWorld;

namespace Platform.Deployment.Tests.Rollouts;

/// <summary>What others are told of a rollout's way.</summary>
public sealed class RolloutCourseTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_canary_tells_its_steps_what_the_judge_says_and_whose_word_it_waits_for()
    {
        await using var world = new World();
        await world.StartAsync();
        await world.EndAsync(await world.DeployAsync(Manifests.BlueGreen("v1")));
        var id = await world.DeployAsync(Manifests.Of("v2", "strategy: canary, steps: [{ weight: 10, pause: 60s }, 100], watch: 200ms, analysis: { judge: threshold, errorRate: 5%, minRequests: 20 }"));
        await world.UntilAsync(id, "watching");
        world.Life!.Metrics.Add(Measured("v2", requests: 8));
        await world.UntilAsync("the evidence is told", () => world.EventsOf<RolloutProgressed>().Any(e => e.Course.Evidence is { Requests: 8, Outcome: "inconclusive" }));

        var course = (await world.WholeAsync(id)).Course!;
        Assert.Equal([(10, 1), (100, 2)], course.Steps.Select(s => (s.Weight, s.Replicas)));
        Assert.Equal((1, 10, null), (course.Step, course.Evidence!.Weight, course.Awaits));
        Assert.Equal(TimeSpan.FromSeconds(60), course.Steps[0].Hold);
        Assert.NotNull(course.Until);

        await world.SendAsync(new PauseRollout { Application = "shop", At = world.Time.GetUtcNow(), CorrelationId = id, RequestedBy = "ann", Reason = "lunch" });
        await world.UntilAsync("the pause is told", () => world.EventsOf<RolloutProgressed>().Any(e => e.Course is { Awaits: "resume", Until: null, Paused: { By: "ann", Reason: "lunch" } }));

        await world.SendAsync(new PromoteRollout { Application = "shop", At = world.Time.GetUtcNow(), CorrelationId = id, RequestedBy = "ann", Reason = "enough", Fully = true });
        await world.EndAsync(id);
        await world.UntilAsync("the end is told", () => world.EventsOf<RolloutProgressed>().Any(e => e.State == "completed" && e.Course.Step == 2));
    }

    [Fact]
    public void Nothing_planned_is_no_course() =>
        Assert.Null(RolloutCourses.Of(new RolloutProgress { Revision = "v2", CreatedAt = Start }, null, Start, Start));

    [Fact]
    public void A_watch_ends_when_its_time_has_been_seen_and_never_while_it_is_paused()
    {
        var watching = new RolloutProgress
        {
            Revision = "v2",
            Stable = "v1",
            CreatedAt = Start,
            Stage = RolloutStage.Watching,
            StageSince = Start,
            Step = 1,
            Plan = new RolloutPlan
            {
                Strategy = "rolling",
                Replicas = 3,
                OldReplicas = 3,
                Description = "",
                Steps = [new PlanStep { NewReplicas = 1, OldReplicas = 2, NewWeight = 1, OldWeight = 2, Hold = TimeSpan.FromMinutes(1) }],
            },
        };
        Assert.Equal(Start.AddMinutes(1), RolloutCourses.Of(watching, null, DateTimeOffset.MinValue, Start)!.Until);
        Assert.Equal(Start.AddMinutes(3), RolloutCourses.Of(watching, null, Start.AddMinutes(2), Start)!.Until);
        Assert.Null(RolloutCourses.Of(watching.Pause("ann", "lunch", Start), null, Start, Start)!.Until);
        Assert.Equal(33, RolloutCourses.Of(watching, null, Start, Start)!.Steps[0].Weight);
    }

    [Fact]
    public void Before_a_latency_is_known_none_is_told()
    {
        var verdict = ThresholdJudge.Judge(new AnalysisLimits { ErrorRate = 0.05, MinRequests = 20 }, new RevisionSummary(30, 0, TimeSpan.Zero), RevisionSummary.None);
        Assert.Contains("p95 not known yet", verdict.Sentence);
        Assert.DoesNotContain("0 ms", verdict.Sentence);
    }

    private static MetricBatch Measured(string revision, int requests)
    {
        var latency = new LatencyHistogram();
        latency.Record(0.01, requests);
        return new MetricBatch
        {
            Source = "gateway",
            Application = "shop",
            At = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(1),
            Interval = TimeSpan.FromSeconds(1),
            Samples = [new MetricSample(MetricNames.Requests, revision, "", requests), new MetricSample(MetricNames.Errors, revision, "", 0), new MetricSample(MetricNames.Latency, revision, "", requests, latency)],
        };
    }
}
