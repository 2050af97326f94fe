using Platform.Benchmarks.Autoscale;
using Platform.Benchmarks.Autoscale.Peers;

namespace Platform.Autoscaler.Tests.Scaling.Predictive;

/// <summary>The bench's replay, against examples worked out by hand.</summary>
public sealed class SimulationTests
{
    [Fact]
    public void What_is_wanted_at_the_end_of_a_minute_serves_after_the_startup_and_what_is_not_is_gone_in_the_next()
    {
        var run = Simulation.Of(new Script(1, 3, 3, 3, 3, 2, 2, 2), Flat(8), new World(10, Startup: 2, Most: 20));

        Assert.Equal([1, 1, 1, 1, 3, 3, 2, 2], run.Ready); // wanted at the end of 1: serves from 1 + 1 + 2 = 4; dropped at the end of 5: gone in 6
    }

    [Fact]
    public void What_starts_is_given_up_before_what_serves_the_youngest_first()
    {
        var run = Simulation.Of(new Script(2, 4, 3, 3, 3, 3), Flat(6), new World(10, Startup: 1, Most: 20));

        // two from minute 2 on; of the two more asked for at the end of 1 one is given up at the end of 2, the other serves in 3
        Assert.Equal([1, 1, 2, 3, 3, 3], run.Ready);
    }

    [Fact]
    public void Without_startup_a_decision_serves_in_the_next_minute()
    {
        Assert.Equal([1, 4, 2], Simulation.Of(new Script(4, 2, 9), Flat(3), new World(10, Startup: 0, Most: 20)).Ready);
    }

    [Fact]
    public void The_score_counts_replicas_over_demand_and_requests_over_capacity()
    {
        var trace = new DemandTrace([5, 25, double.NaN, 15]);

        var score = ScalingScore.Of([1, 2, 7, 1], [2, 2, 1, 1], trace, new World(10, 0, 20), from: 0);

        Assert.Equal(4.0 / 6, score.Cost, 9); // 1 + 2 + 1 replicas where 1 + 3 + 2 were needed
        Assert.Equal(100 * 10.0 / 45, score.Violations, 9); // 5 of 25, 5 of 15
        Assert.Equal(100 * 2.0 / 3, score.UnderTime, 9);
        Assert.Equal(1, score.Decisions);
    }

    [Fact]
    public void The_hindsight_optimum_keeps_what_was_needed_for_its_hold()
    {
        var run = Clairvoyant.Hindsight(new DemandTrace([5, 35, 5, 5, 5, 5]), new World(10, 5, 20), hold: 3);

        Assert.Equal([1, 4, 4, 4, 1, 1], run.Ready);
    }

    [Fact]
    public void A_frontier_is_read_between_its_points()
    {
        var frontier = new Frontier([Point(2, 0.5), Point(1, 2.5)]);

        Assert.Equal(1.5, frontier.CostAt(1.5), 9);
        Assert.True(double.IsNaN(frontier.CostAt(0.1)));
        Assert.Equal(1, frontier.CostAt(9));
    }

    [Fact]
    public void Every_policy_decides_on_a_cut_trace_as_on_the_whole_one()
    {
        var whole = new SyntheticDemand(3).Make("flash", 3);
        var cut = new DemandTrace(whole.Requests[..3500]);
        var world = new World(whole.Peak / 20, 5, 20);

        var onWhole = AutoscaleBench.Runs(whole, world, TestContext.Current.CancellationToken);
        var onCut = AutoscaleBench.Runs(cut, world, TestContext.Current.CancellationToken);

        Assert.All(onWhole.Zip(onCut).Where(pair => pair.First.Policy is not ("hindsight" or "static-peak")), pair =>
        {
            Assert.Equal(pair.First.Wanted[..3500], pair.Second.Wanted);
            Assert.Equal(pair.First.Ready[..3500], pair.Second.Ready);
        });
    }

    [Theory]
    [InlineData("daily", 0.2)]
    [InlineData("launches", 0.4)]
    [InlineData("matches", 0.1)]
    public void At_the_violations_of_an_HPA_ours_costs_less(string kind, double closed)
    {
        var trace = new SyntheticDemand(11).Make(kind, 10);
        var world = new World(trace.Peak / 20, 5, 20);
        var runs = Simulation.OfAll(
            [new HorizontalPodAutoscaler(world, 0.7), .. OurPolicy.Sweep(world, [0.99, 0.995, 0.998, 0.999, 0.9995, 0.9998, 0.9999, 0.99995, 0.99999])], trace, world, TestContext.Current.CancellationToken);
        var scores = runs.Select(run => ScalingScore.Of(run.Ready, run.Wanted, trace, world, 4 * 1440)).ToArray();
        var hindsight = ScalingScore.Of(Clairvoyant.Hindsight(trace, world, 5).Ready, runs[0].Wanted, trace, world, 4 * 1440).Cost;

        var cost = new Frontier(scores[1..]).CostAt(scores[0].Violations);

        Assert.True(scores[0].Cost - cost >= closed * (scores[0].Cost - hindsight), $"HPA {scores[0].Cost:0.000} at {scores[0].Violations:0.000} %, ours {cost:0.000}, hindsight {hindsight:0.000}");
    }

    private static DemandTrace Flat(int minutes) => new([.. Enumerable.Repeat(5.0, minutes)]);

    private static ScalingScore Point(double cost, double violations) => new()
    {
        Cost = cost,
        Violations = violations,
        UnderAccuracy = 0,
        OverAccuracy = 0,
        UnderTime = 0,
        OverTime = 0,
        Instability = 0,
        Decisions = 0,
    };

    private sealed class Script(params int[] wanted) : IScalingPolicy
    {
        public string Name => "script";

        public string Parameter => "";

        public int Decide(MinuteEnd end) => wanted[end.Minute];
    }
}
