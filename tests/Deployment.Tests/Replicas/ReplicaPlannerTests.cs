using FsCheck;
using FsCheck.Fluent;
using Platform.Deployment.Replicas;

namespace Platform.Deployment.Tests.Replicas;

public sealed class ReplicaPlannerTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void No_plan_lets_fewer_serve_than_are_wanted_and_to_be_had()
    {
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(Situations().ToArbitrary(), s =>
        {
            var (wanted, replicas) = s;
            var actions = ReplicaPlanner.Plan([new RevisionTarget("v1", wanted)], replicas, Now);
            var leaving = actions.OfType<ReplicaAction.Drain>().Select(d => d.Replica).ToHashSet();
            var serving = replicas.Where(r => r.State is ReplicaState.Ready or ReplicaState.Unhealthy).ToList();
            return serving.Count(r => !leaving.Contains(r.Id)) >= Math.Min(wanted, serving.Count);
        }));
    }

    [Fact]
    public void Nothing_that_may_be_sent_requests_is_stopped()
    {
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(Situations().ToArbitrary(), s =>
        {
            var stops = ReplicaPlanner.Plan([new RevisionTarget("v1", s.Wanted)], s.Replicas, Now).OfType<ReplicaAction.Stop>().Select(a => s.Replicas.Single(r => r.Id == a.Replica));
            return stops.All(r => r.State == ReplicaState.Draining && (!r.WasRouted || r.Drained || r.LeftAt + r.DrainLimit <= Now));
        }));
    }

    [Fact]
    public void Doing_what_it_says_leaves_nothing_to_say()
    {
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(Situations().ToArbitrary(), s =>
        {
            var target = new RevisionTarget("v1", s.Wanted);
            var actions = ReplicaPlanner.Plan([target], s.Replicas, Now);
            var stopped = actions.OfType<ReplicaAction.Stop>().Select(a => a.Replica).ToHashSet();
            var drained = actions.OfType<ReplicaAction.Drain>().Select(a => a.Replica).ToHashSet();
            var after = s.Replicas.Where(r => !stopped.Contains(r.Id))
                .Select(r => drained.Contains(r.Id) ? r with { State = ReplicaState.Draining, WasRouted = true, Drained = false, LeftAt = null } : r)
                .Concat(actions.OfType<ReplicaAction.Start>().Select((_, i) => new ReplicaFacts { Id = $"new-{i}", Revision = "v1", State = ReplicaState.Starting, CreatedAt = Now }))
                .ToList();
            return ReplicaPlanner.Plan([target], after, Now).Count == 0;
        }));
    }

    [Fact]
    public void Plan_TooMany_TheNewestAndLeastReadyLeaveFirst()
    {
        var actions = ReplicaPlanner.Plan(
            [new RevisionTarget("v1", 1)],
            [Replica("a", ReplicaState.Ready, 1), Replica("b", ReplicaState.Ready, 2), Replica("c", ReplicaState.Starting, 0)],
            Now);

        Assert.Equal(["c", "b"], actions.OfType<ReplicaAction.Drain>().Select(d => d.Replica));
    }

    [Fact]
    public void Plan_DuringBackOff_StartsNothing_AndSaysWhenToLookAgain()
    {
        RevisionTarget[] targets = [new("v1", 2, Now.AddSeconds(4))];

        Assert.Empty(ReplicaPlanner.Plan(targets, [], Now));
        Assert.Equal(Now.AddSeconds(4), ReplicaPlanner.NextLook(targets, [], Now));
        Assert.Equal(2, ReplicaPlanner.Plan(targets, [], Now.AddSeconds(4)).Count);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(4, 8)]
    [InlineData(40, 60)]
    public void BackOff_Doubles_UpToAMinute(int failures, int seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), ReplicaPlanner.BackOff(failures));

    private static ReplicaFacts Replica(string id, ReplicaState state, int age) => new() { Id = id, Revision = "v1", State = state, CreatedAt = Now.AddSeconds(age) };

    private static Gen<(int Wanted, IReadOnlyList<ReplicaFacts> Replicas)> Situations()
    {
        var replica =
            from state in Gen.Elements(ReplicaState.Starting, ReplicaState.Ready, ReplicaState.Unhealthy, ReplicaState.Draining)
            from age in Gen.Choose(0, 100)
            from routed in Gen.Elements(true, false)
            from drained in Gen.Elements(true, false)
            from left in Gen.Choose(-20, 1)
            select new ReplicaFacts
            {
                Id = "",
                Revision = "v1",
                State = state,
                CreatedAt = Now.AddSeconds(-age),
                WasRouted = routed,
                Drained = drained && routed,
                LeftAt = left > 0 ? null : Now.AddSeconds(left),
                DrainLimit = TimeSpan.FromSeconds(10),
            };
        return
            from wanted in Gen.Choose(0, 8)
            from replicas in Gen.ListOf(replica)
            select (wanted, (IReadOnlyList<ReplicaFacts>)[.. replicas.Select((r, i) => r with { Id = $"r{i}" })]);
    }
}
