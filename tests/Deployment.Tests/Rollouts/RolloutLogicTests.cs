using FsCheck;
using FsCheck.Fluent;
using Platform.Deployment.Analysis;
using Platform.Deployment.Rollouts;
using Platform.Deployment.Rollouts.Strategies;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Tests.Rollouts;

/// <summary>The rules, over random histories: replicas come up, fail, drain in any order; people interfere at any moment.</summary>
public sealed class RolloutLogicTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Every_history_ends_and_at_no_time_serves_with_fewer_than_allowed()
    {
        var histories =
            from strategy in Gen.Elements("blueGreen", "rolling", "canary", "experiment", "preview", "analysedPreview", "instant")
            from replicas in Gen.Choose(1, 8)
            from old in Gen.Choose(0, 8)
            from surge in Gen.Choose(0, 3)
            from unavailable in Gen.Choose(0, 3)
            from seed in Gen.Choose(0, int.MaxValue - 1)
            from trouble in Gen.Choose(0, 4)
            from scaled in Gen.Choose(0, 1)
            select (strategy, replicas, old, surge, unavailable, seed, trouble, scaled);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(4_000), Prop.ForAll(histories.ToArbitrary(), h =>
        {
            return new History(Plan(h.replicas, h.old), new Random(h.seed), h.trouble, h.scaled == 1 ? count => Plan(count, h.old == 0 ? 0 : count) : null).Run();

            RolloutPlan Plan(int replicas, int old) =>
                h.old == 0 ? RolloutStrategyList.First("v2", replicas) : PlanOf(h.strategy, new ReplicaSets("v2", replicas, "v1", old), h.surge, h.unavailable);
        }));
    }

    [Fact]
    public void A_canary_that_is_scaled_keeps_its_shares_and_its_watch_and_both_sets_follow()
    {
        var facts = new RolloutFacts { Now = Start, New = new RevisionFacts(5, 5), Old = new RevisionFacts(4, 4), TrafficAcknowledged = true };
        var fourth = RolloutLogic.Begin(Fresh("v1"), PlanOf("canary", new ReplicaSets("v2", 4, "v1", 4), 0, 0), Start).Next;
        while (fourth is not { Step: 5, Stage: RolloutStage.Watching }) fourth = RolloutLogic.Advance(fourth.Promote(fully: false), facts).Next;

        var (scaled, steps) = RolloutScaling.Rescale(fourth, PlanOf("canary", new ReplicaSets("v2", 10, "v1", 10), 0, 0));

        Assert.Equal((2, 4), (fourth.NewWanted, fourth.OldWanted));
        Assert.Equal((5, 10), (scaled.NewWanted, scaled.OldWanted));
        Assert.Equal((fourth.NewWeight, fourth.OldWeight, fourth.Stage, fourth.StageSince), (scaled.NewWeight, scaled.OldWeight, scaled.Stage, scaled.StageSince));
        Assert.Equal(("scale", "10 replica(s) wanted: 10 instead of 4 of v1, 5 instead of 2 of v2 (step 5 of 6)"), (steps.Single().Step, steps.Single().Message));
        // It does not leave the step before the replicas that the new number asks for are healthy; then the watch counts from where it began.
        var over = facts with { Now = Start.AddSeconds(4), Verdict = Good };
        Assert.Equal(RolloutStage.Watching, RolloutLogic.Advance(scaled, over with { New = new RevisionFacts(4, 5) }).Next.Stage);
        Assert.Equal((6, 10), (RolloutLogic.Advance(scaled, over).Next.Step, RolloutLogic.Advance(scaled, over).Next.NewWanted));
    }

    [Fact]
    public void A_rolling_update_that_is_scaled_goes_on_where_it_has_come_as_far()
    {
        var half = RolloutLogic.Begin(Fresh("v1"), PlanOf("rolling", new ReplicaSets("v2", 4, "v1", 4), 1, 0), Start).Next with { Step = 2, Stage = RolloutStage.Starting, NewWanted = 2, OldWanted = 3, NewWeight = 1, OldWeight = 4 };

        var grown = RolloutScaling.Rescale(half, PlanOf("rolling", new ReplicaSets("v2", 8, "v1", 8), 1, 0)).Next;
        var shrunk = RolloutScaling.Rescale(half, PlanOf("rolling", new ReplicaSets("v2", 2, "v1", 2), 1, 0)).Next;

        Assert.Equal((4, 4, 5, 1, 4), (grown.Step, grown.NewWanted, grown.OldWanted, grown.NewWeight, grown.OldWeight));
        Assert.Equal((1, 1, 2), (shrunk.Step, shrunk.NewWanted, shrunk.OldWanted));
    }

    [Fact]
    public void A_batch_begins_while_the_old_replicas_of_the_last_one_finish_what_is_under_way_but_the_end_waits_for_them()
    {
        var facts = new RolloutFacts { Now = Start, New = new RevisionFacts(1, 1), Old = new RevisionFacts(2, 2), TrafficAcknowledged = true, Verdict = Good };
        var retiring = Until(RolloutLogic.Begin(Fresh("v1"), PlanOf("rolling", new ReplicaSets("v2", 2, "v1", 2), 1, 0), Start).Next, facts, RolloutStage.Retiring);

        Assert.Equal(1, retiring.OldWanted);
        Assert.Equal(RolloutStage.Retiring, RolloutLogic.Advance(retiring, facts).Next.Stage);
        Assert.Equal(RolloutStage.Starting, RolloutLogic.Advance(retiring, facts with { Old = new RevisionFacts(1, 2) { Leaving = 1 } }).Next.Stage);
        var last = retiring with { Decided = true, OldWanted = 0 };
        Assert.Equal(RolloutStage.Retiring, RolloutLogic.Advance(last, facts with { Old = new RevisionFacts(0, 2) { Leaving = 2 } }).Next.Stage);
        Assert.Equal(RolloutStage.Completed, RolloutLogic.Advance(last, facts with { Old = RevisionFacts.None }).Next.Stage);
    }

    [Fact]
    public void A_rollback_does_not_wait_for_replicas_that_only_the_new_number_asks_for()
    {
        var facts = new RolloutFacts { Now = Start, New = new RevisionFacts(2, 2), Old = new RevisionFacts(2, 2), TrafficAcknowledged = true };
        var watching = Until(RolloutLogic.Begin(Fresh("v1"), PlanOf("canary", new ReplicaSets("v2", 2, "v1", 2), 0, 0), Start).Next, facts, RolloutStage.Watching);
        var scaled = RolloutScaling.Rescale(watching, PlanOf("canary", new ReplicaSets("v2", 20, "v1", 20), 0, 0)).Next;

        var bad = RolloutLogic.Advance(scaled, facts with { Verdict = History.Bad }).Next;

        Assert.Equal(RollbackPhase.Restore, bad.Phase);
        Assert.Equal((RollbackPhase.Return, 20), (RolloutLogic.Advance(bad, facts).Next.Phase, bad.OldWanted));
    }

    [Fact]
    public void Looking_twice_changes_nothing_the_second_time()
    {
        var progress = RolloutLogic.Begin(Fresh("v1"), BlueGreen(3, 3, 5), Start).Next;
        var facts = new RolloutFacts { Now = Start, New = new RevisionFacts(1, 3), Old = new RevisionFacts(3, 3), TrafficAcknowledged = true };

        var once = RolloutLogic.Advance(progress, facts);
        var twice = RolloutLogic.Advance(once.Next, facts);

        Assert.Equal(once.Next, twice.Next);
        Assert.Empty(twice.Steps);
    }

    [Fact]
    public void A_router_that_refuses_is_quoted_and_waited_for_but_not_for_ever()
    {
        var facts = new RolloutFacts { Now = Start, New = new RevisionFacts(1, 1), Old = new RevisionFacts(1, 1), TrafficAcknowledged = false };
        var shifting = Until(RolloutLogic.Begin(Fresh("v1"), BlueGreen(1, 1, 5), Start).Next, facts, RolloutStage.Shifting);
        var refused = facts with { TrafficProblem = "nginx: [emerg] no resolver" };

        Assert.Contains("nginx: [emerg] no resolver", RolloutLogic.Advance(shifting, refused).Next.Message, StringComparison.Ordinal);
        Assert.Equal(RolloutStage.Shifting, RolloutLogic.Advance(shifting, facts with { Now = Start.AddHours(1) }).Next.Stage);
        var given = RolloutLogic.Advance(shifting, refused with { Now = Start.AddMinutes(3) }).Next;
        Assert.Equal(RolloutStage.RollingBack, given.Stage);
        Assert.Contains("nginx: [emerg] no resolver", given.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public void A_watch_counts_only_what_is_being_seen()
    {
        var watching = RolloutLogic.Begin(Fresh("v2") with { Stable = "v1" }, BlueGreen(1, 1, 10), Start).Next with
        {
            Stage = RolloutStage.Watching,
            ServingSince = Start,
            StageSince = Start,
        };
        // The service was dead from the third second to the hour: what the new revision did meanwhile is not known.
        var facts = new RolloutFacts
        {
            Now = Start.AddHours(1),
            ObservedSince = Start.AddHours(1).AddSeconds(-1),
            New = new RevisionFacts(1, 1),
            Old = new RevisionFacts(1, 1),
            TrafficAcknowledged = true,
            Verdict = Good,
        };

        Assert.Equal(RolloutStage.Watching, RolloutLogic.Advance(watching, facts).Next.Stage);
        Assert.NotEqual(RolloutStage.Watching, RolloutLogic.Advance(watching, facts with { Now = facts.Now.AddSeconds(9) }).Next.Stage);
    }

    [Theory]
    [InlineData(4, 4, 1, 0, 4)]
    [InlineData(4, 4, 2, 1, 2)]
    [InlineData(5, 5, 0, 2, 3)]
    [InlineData(3, 3, 0, 0, 3)]
    public void Batches_are_of_surge_and_unavailable_together(int replicas, int old, int surge, int unavailable, int batches) =>
        Assert.Equal(batches, RollingStrategy.Plan(new ReplicaSets("v2", replicas, "v1", old), surge, unavailable, TimeSpan.Zero).Steps.Count);

    [Fact]
    public void An_approval_is_waited_for_and_a_promotion_is_none()
    {
        var waiting = RolloutLogic.Begin(Fresh("v1"), BlueGreen(1, 1, 5) with { NeedsApproval = true }, Start).Next;
        var healthy = new RolloutFacts { Now = Start, New = new RevisionFacts(1, 1), Old = new RevisionFacts(1, 1), TrafficAcknowledged = true };

        Assert.Equal(RolloutStage.Starting, RolloutLogic.Advance(waiting.Promote(fully: true), healthy).Next.Stage);
        Assert.Equal(RolloutStage.Shifting, RolloutLogic.Advance(waiting.Approve("ann", "looks good", Start), healthy).Next.Stage);
        Assert.Equal(RolloutStage.RollingBack, RolloutLogic.Advance(waiting, healthy with { Now = Start.AddHours(25) }).Next.Stage);
    }

    [Fact]
    public void A_canary_s_share_grows_and_its_replicas_follow()
    {
        var plan = PlanOf("canary", new ReplicaSets("v2", 10, "v1", 10), 0, 0);

        Assert.Equal([1, 5, 10, 25, 50, 100], plan.Steps.Select(s => s.NewWeight));
        Assert.Equal([1, 1, 1, 3, 5, 10], plan.Steps.Select(s => s.NewReplicas));
        Assert.All(plan.Steps, s => Assert.Equal(10, s.OldReplicas));
    }

    [Fact]
    public void A_canary_is_promoted_a_step_at_a_time_or_fully()
    {
        var facts = new RolloutFacts { Now = Start, New = new RevisionFacts(10, 10), Old = new RevisionFacts(10, 10), TrafficAcknowledged = true };
        var first = Until(RolloutLogic.Begin(Fresh("v1"), PlanOf("canary", new ReplicaSets("v2", 10, "v1", 10), 0, 0), Start).Next, facts, RolloutStage.Watching);

        var second = Until(RolloutLogic.Advance(first.Promote(fully: false), facts).Next, facts, RolloutStage.Watching);
        var last = Until(RolloutLogic.Advance(first.Promote(fully: true), facts).Next, facts, RolloutStage.Retiring);

        Assert.Equal((1, 2, 5), (first.Step, second.Step, second.NewWeight));
        Assert.True(last is { Step: 6, NewWeight: 100, Decided: true });
    }

    [Fact]
    public void No_requests_are_no_pass()
    {
        var facts = new RolloutFacts { Now = Start, New = new RevisionFacts(1, 1), Old = new RevisionFacts(1, 1), TrafficAcknowledged = true };
        var watching = Until(RolloutLogic.Begin(Fresh("v1"), BlueGreen(1, 1, 5), Start).Next, facts, RolloutStage.Watching);
        var later = facts with { Now = Start.AddDays(1) };

        Assert.Equal(RolloutStage.Watching, RolloutLogic.Advance(watching, later).Next.Stage);
        Assert.Contains("inconclusive", RolloutLogic.Advance(watching, later).Next.Message, StringComparison.Ordinal);
        Assert.True(RolloutLogic.Advance(watching, later with { Verdict = Good }).Next.Decided);
        Assert.True(RolloutLogic.Advance(watching.SkipAnalysis("ann", "nobody calls it"), later).Next.Decided);
    }

    [Fact]
    public void A_pause_stops_the_clock_and_nothing_else()
    {
        var facts = new RolloutFacts { Now = Start, New = new RevisionFacts(1, 1), Old = new RevisionFacts(1, 1), TrafficAcknowledged = true, Verdict = Good };
        var watching = Until(RolloutLogic.Begin(Fresh("v1"), BlueGreen(1, 1, 10), Start).Next, facts, RolloutStage.Watching);

        var paused = watching.Pause("ann", "lunch", Start.AddSeconds(4));
        var resumed = paused.Resume(Start.AddHours(1));

        Assert.Equal(RolloutStage.Watching, RolloutLogic.Advance(paused, facts with { Now = Start.AddMinutes(30) }).Next.Stage);
        Assert.False(RolloutLogic.Advance(resumed, facts with { Now = Start.AddHours(1).AddSeconds(5) }).Next.Decided);
        Assert.True(RolloutLogic.Advance(resumed, facts with { Now = Start.AddHours(1).AddSeconds(6) }).Next.Decided);
        Assert.Equal(RolloutStage.RollingBack, RolloutLogic.Advance(paused, facts with { Verdict = History.Bad }).Next.Stage);
    }

    [Fact]
    public void An_experiment_compares_two_fresh_sets_of_equal_size()
    {
        var step = PlanOf("experiment", new ReplicaSets("v2", 10, "v1", 10), 0, 0).Steps[0];

        Assert.Equal((step.NewReplicas, step.NewWeight), (step.BaselineReplicas, step.BaselineWeight));
        Assert.Equal(100, step.NewWeight + step.BaselineWeight + step.OldWeight);
    }

    private static Verdict Good { get; } = new() { Outcome = VerdictOutcome.Pass, Sentence = "good", Requests = 100, ErrorRate = 0, P95 = TimeSpan.Zero };

    private static RolloutPlan BlueGreen(int replicas, int old, int watchSeconds) =>
        new BlueGreenStrategy().Plan(new RolloutSpec { Watch = TimeSpan.FromSeconds(watchSeconds) }, new ReplicaSets("v2", replicas, "v1", old));

    private static RolloutPlan PlanOf(string strategy, ReplicaSets sets, int surge, int unavailable)
    {
        var spec = new RolloutSpec { Watch = TimeSpan.FromSeconds(5), StepDuration = TimeSpan.FromSeconds(3), Experiment = new ExperimentSpec { Duration = TimeSpan.FromSeconds(5) } };
        return strategy switch
        {
            "rolling" => RollingStrategy.Plan(sets, surge, unavailable, spec.Watch),
            "canary" => new CanaryStrategy().Plan(spec, sets),
            "experiment" => new ExperimentStrategy().Plan(spec, sets),
            "preview" => new BlueGreenStrategy().Plan(spec with { Preview = TimeSpan.FromSeconds(3), ScaleDownDelay = TimeSpan.FromSeconds(30) }, sets),
            "analysedPreview" => new BlueGreenStrategy().Plan(spec with { Mirror = 10, PrePromotionAnalysis = true }, sets),
            "instant" => RolloutStrategyList.Instant(sets),
            _ => new BlueGreenStrategy().Plan(spec, sets),
        };
    }

    private static RolloutProgress Until(RolloutProgress progress, RolloutFacts facts, RolloutStage stage)
    {
        for (var look = 0; progress.Stage != stage; look++)
        {
            Assert.True(look < 100, $"{stage} is not reached: {progress}");
            progress = RolloutLogic.Advance(progress, facts).Next;
        }

        return progress;
    }

    private static RolloutProgress Fresh(string? stable) =>
        new() { Revision = "v2", Stable = stable, CreatedAt = Start, StageSince = Start, BeganAt = Start, Stage = RolloutStage.Planning };

    /// <summary>A small world that does, in random order, what the rollout asks for.</summary>
    private sealed class History(RolloutPlan plan, Random random, int trouble, Func<int, RolloutPlan>? planFor)
    {
        private DateTimeOffset _now = Start;
        private int _newLive, _newReady, _oldLive = plan.OldReplicas, _oldReady = plan.OldReplicas, _baseline;
        private string? _failure;
        private bool _scaledLast;

        public bool Run()
        {
            var stable = plan.OldReplicas > 0 ? "v1" : null;
            var p = RolloutLogic.Begin(Fresh(stable), plan, Start).Next;
            for (var look = 0; look < 2_000; look++)
            {
                _now += TimeSpan.FromMilliseconds(random.Next(1, 400));
                Happen(p);
                if (trouble == 1 && random.Next(60) == 0) p = p with { Abort = "aborted" };
                if (trouble == 2 && random.Next(60) == 0) p = p.Promote(fully: random.Next(2) == 0);
                if (trouble == 2 && random.Next(60) == 0) p = p.Pause("ann", "why", _now);
                if (random.Next(20) == 0) p = p.Resume(_now);
                if (planFor is not null && random.Next(15) == 0) p = Scale(p, stable);
                var acknowledged = random.Next(3) == 0;
                var verdict = trouble == 3 && random.Next(60) == 0 ? Bad : random.Next(4) == 0 ? Good : null;
                var next = RolloutLogic.Advance(p, new RolloutFacts
                {
                    Now = _now,
                    New = new RevisionFacts(_newReady, _newLive, _failure),
                    Old = new RevisionFacts(_oldReady, _oldLive),
                    Baseline = new RevisionFacts(_baseline, _baseline),
                    TrafficAcknowledged = acknowledged,
                    Verdict = verdict,
                }).Next;
                Hold(p, next, stable);
                p = next;
                if (p.Stage.IsEnd()) return Ended(p, stable);
            }

            throw new InvalidOperationException($"It has not ended: {p}");
        }

        /// <summary>Somebody wants another number, at any moment.</summary>
        private RolloutProgress Scale(RolloutProgress p, string? stable)
        {
            if (stable is null && !p.Decided) return p;
            var next = RolloutScaling.Rescale(p, planFor!(random.Next(1, 12))).Next;
            plan = next.Plan!;
            _scaledLast |= next.Decided;
            Require((next.Stage == p.Stage || (plan.Strategy == "rolling" && next.Stage == RolloutStage.Starting)) && next.StageSince == p.StageSince && next.NewWeight == p.NewWeight, "scaling moved more than replicas", next);
            Hold(p, next, stable);
            return next;
        }

        public static Verdict Bad => new() { Outcome = VerdictOutcome.Fail, Sentence = "bad", Requests = 100, ErrorRate = 1, P95 = TimeSpan.Zero };

        private void Happen(RolloutProgress p)
        {
            // New replicas come up or fail; surplus ones go.
            if (random.Next(2) == 0) _baseline += Math.Sign(p.BaselineWanted - _baseline);
            if (_newLive < p.NewWanted && random.Next(2) == 0) _newLive++;
            if (_newReady < _newLive && random.Next(3) == 0)
            {
                if (trouble == 4 && random.Next(10) == 0) (_failure, _newLive) = (_failure ?? "died", _newLive - 1);
                else _newReady++;
            }

            if (_newLive > p.NewWanted && random.Next(2) == 0) (_newLive, _newReady) = (_newLive - 1, Math.Min(_newReady, _newLive - 1));
            if (_newReady > p.NewWanted) _newReady = p.NewWanted;
            if (_oldLive < p.OldWanted && random.Next(2) == 0) _oldLive++;
            if (_oldReady < Math.Min(_oldLive, p.OldWanted) && random.Next(2) == 0) _oldReady++;
            if (_oldReady > p.OldWanted) _oldReady = p.OldWanted;
            if (_oldLive > p.OldWanted && random.Next(2) == 0) _oldLive--;
        }

        private void Hold(RolloutProgress before, RolloutProgress after, string? stable)
        {
            Require(after.NewWanted + after.OldWanted <= Math.Max(plan.Steps.Max(s => s.NewReplicas + s.OldReplicas), after.NewWanted + plan.OldReplicas), "more wanted than allowed", after);
            if (stable is null) return;
            // Whoever has traffic is wanted; and all of it goes somewhere.
            Require(after.BaselineWeight == 0 || after.BaselineWanted > 0, "traffic to a baseline of which nothing is wanted", after);
            Require(after.NewWeight + after.OldWeight > 0, "no traffic goes anywhere", after);
            Require(after.NewWeight == 0 || after.NewWanted > 0, "traffic to a revision of which nothing is wanted", after);
            Require(after.OldWeight == 0 || after.OldWanted > 0 || after.NewWeight == 0, "traffic to an old set of which nothing is wanted", after);
            var fewest = Math.Min(plan.Replicas, plan.OldReplicas) - plan.MayBeMissing;
            Require(after.Stage.IsEnd() || after.NewWanted + after.OldWanted >= fewest, "fewer wanted than must serve", after);
            // Nothing takes traffic before it was seen healthy.
            if (before.NewWeight == 0 && after.NewWeight > 0) Require(_newReady >= after.NewWanted, "traffic before health", after);
        }

        private bool Ended(RolloutProgress p, string? stable)
        {
            if (p.Stage == RolloutStage.Completed)
            {
                Require(p is { NewWeight: > 0, OldWanted: 0 } && p.NewWanted == plan.Replicas && (_newReady == plan.Replicas || _scaledLast) && (_oldLive == 0 || plan.ScaleDownDelay > TimeSpan.Zero) && _baseline == 0, "completed, but not so", p);
            }
            else
            {
                Require(p.NewWanted == 0 && p.NewWeight == 0 && _newLive == 0 && _baseline == 0 && p.OldWanted == plan.OldReplicas, "given up, but not so", p);
                Require(stable is null || p.OldWeight > 0, "the old revision has no traffic", p);
                Require(p.Failure is not null, "no reason", p);
            }

            return true;
        }

        private static void Require(bool holds, string what, RolloutProgress p)
        {
            if (!holds) throw new InvalidOperationException($"{what}: {p}");
        }
    }
}
