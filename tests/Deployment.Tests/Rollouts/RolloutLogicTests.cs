using FsCheck;
using FsCheck.Fluent;
using Platform.Deployment.Analysis;
using Platform.Deployment.Rollouts;

namespace Platform.Deployment.Tests.Rollouts;

/// <summary>The rules, over random histories: replicas come up, fail, drain in any order; people interfere at any moment.</summary>
public sealed class RolloutLogicTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Every_history_ends_and_at_no_time_serves_with_fewer_than_allowed()
    {
        var histories =
            from strategy in Gen.Elements("blueGreen", "rolling")
            from replicas in Gen.Choose(1, 8)
            from old in Gen.Choose(0, 8)
            from surge in Gen.Choose(0, 3)
            from unavailable in Gen.Choose(0, 3)
            from seed in Gen.Choose(0, int.MaxValue - 1)
            from trouble in Gen.Choose(0, 4)
            select (strategy, replicas, old, surge, unavailable, seed, trouble);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(histories.ToArbitrary(), h =>
        {
            var plan = h.strategy == "rolling"
                ? RolloutPlan.Rolling(h.replicas, h.old, h.surge, h.unavailable, TimeSpan.FromSeconds(5))
                : RolloutPlan.BlueGreen(h.replicas, h.old, TimeSpan.FromSeconds(5));
            return new History(plan, new Random(h.seed), h.trouble).Run();
        }));
    }

    [Fact]
    public void Looking_twice_changes_nothing_the_second_time()
    {
        var progress = RolloutLogic.Begin(Fresh("v1"), RolloutPlan.BlueGreen(3, 3, TimeSpan.FromSeconds(5)), Start).Next;
        var facts = new RolloutFacts { Now = Start, New = new RevisionFacts(1, 3), Old = new RevisionFacts(3, 3), TrafficAcknowledged = true };

        var once = RolloutLogic.Advance(progress, facts);
        var twice = RolloutLogic.Advance(once.Next, facts);

        Assert.Equal(once.Next, twice.Next);
        Assert.Empty(twice.Steps);
    }

    [Fact]
    public void A_watch_counts_only_what_is_being_seen()
    {
        var watching = RolloutLogic.Begin(Fresh("v2") with { Stable = "v1" }, RolloutPlan.BlueGreen(1, 1, TimeSpan.FromSeconds(10)), Start).Next with
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
        Assert.Equal(batches, RolloutPlan.Rolling(replicas, old, surge, unavailable, TimeSpan.Zero).Batches);

    [Fact]
    public void Promote_gives_an_outstanding_approval_first_and_ends_the_watch_second()
    {
        var plan = RolloutPlan.BlueGreen(1, 1, TimeSpan.FromSeconds(5)) with { NeedsApproval = true };
        var waiting = RolloutLogic.Begin(Fresh("v1"), plan, Start).Next;

        var approved = RolloutLogic.Promote(waiting);
        var promoted = RolloutLogic.Promote(approved);

        Assert.True(approved is { Approved: true, Promoted: false });
        Assert.True(promoted is { Approved: true, Promoted: true });
    }

    private static RolloutProgress Fresh(string? stable) =>
        new() { Revision = "v2", Stable = stable, CreatedAt = Start, StageSince = Start, BeganAt = Start, Stage = RolloutStage.Planning };

    /// <summary>A small world that does, in random order, what the rollout asks for.</summary>
    private sealed class History(RolloutPlan plan, Random random, int trouble)
    {
        private DateTimeOffset _now = Start;
        private int _newLive, _newReady, _oldLive = plan.OldReplicas, _oldReady = plan.OldReplicas;
        private string? _failure;

        public bool Run()
        {
            var stable = plan.OldReplicas > 0 ? "v1" : null;
            var p = RolloutLogic.Begin(Fresh(stable), plan, Start).Next;
            for (var look = 0; look < 2_000; look++)
            {
                _now += TimeSpan.FromMilliseconds(random.Next(1, 400));
                Happen(p);
                if (trouble == 1 && random.Next(60) == 0) p = p with { Abort = "aborted" };
                if (trouble == 2 && random.Next(60) == 0) p = RolloutLogic.Promote(p);
                var acknowledged = random.Next(3) == 0;
                var verdict = trouble == 3 && random.Next(60) == 0 ? Bad : null;
                var next = RolloutLogic.Advance(p, new RolloutFacts
                {
                    Now = _now,
                    New = new RevisionFacts(_newReady, _newLive, _failure),
                    Old = new RevisionFacts(_oldReady, _oldLive),
                    TrafficAcknowledged = acknowledged,
                    Verdict = verdict,
                }).Next;
                Hold(p, next, stable);
                p = next;
                if (p.Stage.IsEnd()) return Ended(p, stable);
            }

            throw new InvalidOperationException($"It has not ended: {p}");
        }

        private static Verdict Bad => new() { Outcome = VerdictOutcome.Fail, Sentence = "bad", Requests = 100, ErrorRate = 1, P95 = TimeSpan.Zero };

        private void Happen(RolloutProgress p)
        {
            // New replicas come up or fail; surplus ones go.
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
            Require(after.NewWanted + after.OldWanted <= Math.Max(plan.Replicas + plan.MaxSurge, after.NewWanted + plan.OldReplicas), "more wanted than allowed", after);
            if (stable is null) return;
            // Whoever has traffic is wanted; and all of it goes somewhere.
            Require(after.NewWeight + after.OldWeight > 0, "no traffic goes anywhere", after);
            Require(after.NewWeight == 0 || after.NewWanted > 0, "traffic to a revision of which nothing is wanted", after);
            Require(after.OldWeight == 0 || after.OldWanted > 0 || after.NewWeight == 0, "traffic to an old set of which nothing is wanted", after);
            var fewest = Math.Min(plan.Replicas, plan.OldReplicas) - plan.MaxUnavailable;
            Require(after.Stage.IsEnd() || after.NewWanted + after.OldWanted >= fewest, "fewer wanted than must serve", after);
            // Nothing takes traffic before it was seen healthy.
            if (before.NewWeight == 0 && after.NewWeight > 0) Require(_newReady >= after.NewWanted, "traffic before health", after);
        }

        private bool Ended(RolloutProgress p, string? stable)
        {
            if (p.Stage == RolloutStage.Completed)
            {
                Require(p is { NewWeight: > 0, OldWanted: 0 } && p.NewWanted == plan.Replicas && _newReady == plan.Replicas && _oldLive == 0, "completed, but not so", p);
            }
            else
            {
                Require(p.NewWanted == 0 && p.NewWeight == 0 && _newLive == 0 && p.OldWanted == plan.OldReplicas, "given up, but not so", p);
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
