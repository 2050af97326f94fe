using Platform.Autoscaler.Scaling.Predictive;
using Platform.Benchmarks.Autoscale;
using Platform.Benchmarks.Autoscale.Peers;

namespace Platform.Autoscaler.Tests.Scaling.Predictive;

/// <summary>Steady reserves beside the weighed plan, and a price that stays.</summary>
public sealed class ReserveTests
{
    private const double Keep = 1 - (1 / 86400.0);
    private static readonly ReplayWorld World = new(Capacity: 10, Startup: 2, Least: 1, Most: 50);

    [Fact]
    public void A_reserve_s_record_is_that_of_an_application_that_holds_it()
    {
        var random = new Random(1);
        double[] demand = [.. Enumerable.Range(0, 6000).Select(_ => -50 * Math.Log(1 - random.NextDouble()))];
        var replay = new ReserveReplay(multiplied: false);
        foreach (var value in demand) replay.Step(value, value, mean: 100, World, Keep);

        var (reserve, cost) = replay.For(0.01);

        var run = Simulation.Of(new Holding(reserve * 100), new DemandTrace(demand), new World(10, 2, 50));
        var judged = Enumerable.Range(3000, 3000).ToArray();
        Assert.Equal(judged.Average(minute => run.Ready[minute]), cost, 0.2);
        Assert.InRange(judged.Sum(minute => Math.Max(0, demand[minute] - (10 * run.Ready[minute]))) / judged.Sum(minute => demand[minute]), 0.005, 0.011);
    }

    [Fact]
    public void The_worst_that_happened_is_met_whole_and_so_many_times_over()
    {
        var replay = new ReserveReplay(multiplied: false);
        for (var minute = 0; minute < 4000; minute++) replay.Step(minute == 3000 ? 300 : 100, 100, mean: 100, World, Keep);

        Assert.Equal(2, replay.ForWorst(1).Reserve, 0.05); // 200 above 100
        Assert.Equal(600, replay.Planned(2.5 * replay.ForWorst(1).Reserve), 20.0);
        Assert.True(replay.ForWorst(1).Cost > replay.For(0.01).Cost);
    }

    [Fact]
    public void Before_a_day_is_on_record_no_reserve_competes()
    {
        var competition = new ReserveCompetition(1440);
        var predictor = new DemandPredictor(3);
        for (var minute = 0; minute < 2000; minute++)
        {
            predictor.Observe(100);
            competition.Step(100, predictor, World, Keep);
        }

        Assert.Null(competition.Cheapest(0.5, double.PositiveInfinity));
        Assert.Null(competition.AgainstTheWorst(1));
    }

    [Fact]
    public void A_pattern_of_single_minutes_of_the_day_is_foreseen_by_the_plan_that_knows_it()
    {
        var competition = new ReserveCompetition(1440);
        var predictor = new DemandPredictor(3);
        var random = new Random(2);
        for (var minute = 0; minute < 6 * 1440; minute++)
        {
            var demand = 100 + (10 * random.NextDouble()) + (minute % 1440 % 180 < 7 ? 200 : 0) + (60 * Math.Sin(minute / 600.0));
            predictor.Observe(demand);
            competition.Step(demand, predictor, World, Keep);
        }

        Assert.Contains("pattern", competition.Cheapest(0.001, double.PositiveInfinity)!.Above, StringComparison.Ordinal);
    }

    [Fact]
    public void The_price_hardly_moves_for_one_flash_crowd()
    {
        var scaler = new PredictiveScaler(3);
        var random = new Random(3);
        for (var minute = 0; minute < 7 * 1440; minute++) Step(scaler, 100 + (10 * random.NextDouble()));
        var before = Step(scaler, 100);
        for (var minute = 0; minute < 120; minute++) Step(scaler, minute is >= 10 and < 40 ? 350 : 100 + (10 * random.NextDouble()));

        Assert.InRange(Step(scaler, 100).Price / before.Price, 0.5, 3);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void Where_an_HPA_is_never_over_capacity_a_service_level_near_one_is_not_either(int startup)
    {
        var trace = Smooth();
        var world = new World(trace.Peak / 20, startup, 20);
        var runs = Simulation.OfAll([new HorizontalPodAutoscaler(world, 0.7), .. OurPolicy.Sweep(world, [0.999, 0.99999999])], trace, world, TestContext.Current.CancellationToken);
        var scores = runs.Select(run => ScalingScore.Of(run.Ready, run.Wanted, trace, world, 6 * 1440)).ToArray();

        Assert.Equal(0, scores[0].Violations);
        Assert.Equal(0, scores[2].Violations);
        Assert.True(scores[2].Cost <= scores[0].Cost, $"{scores[2].Cost:0.000} against {scores[0].Cost:0.000}");
    }

    [Fact]
    public void A_reserve_that_decides_is_named_with_the_demand_it_meets()
    {
        var scaler = new PredictiveScaler(3);
        var random = new Random(5);
        for (var minute = 0; minute < 5 * 1440; minute++) Step(scaler, 100 + (5 * random.NextDouble()) + (minute % 2100 == 2000 ? 80 : 0));

        var decision = scaler.Decide(Situation(20), 0.99999999);

        Assert.NotNull(decision.Reserve);
        Assert.Contains("a steady reserve of", decision.Reason, StringComparison.Ordinal);
        Assert.Equal(decision.Reserve.Planned, decision.Quantile);
        Assert.Equal(Math.Min(20, Math.Ceiling(decision.Quantile / decision.Capacity)), decision.Wanted);
    }

    /// <summary>A value every five minutes that hardly moves, as the processor use of a whole data centre is.</summary>
    private static DemandTrace Smooth()
    {
        var random = new Random(4);
        var (requests, value) = (new double[10 * 1440], 0.0);
        for (var minute = 0; minute < requests.Length; minute++)
        {
            if (minute % 5 == 0) value = (0.98 * value) + (0.02 * (random.NextDouble() - 0.5));
            requests[minute] = minute % 5 > 0 ? requests[minute - 1] : 1000 * (1 + value + (0.1 * Math.Sin(minute * 2 * Math.PI / 1440)));
        }

        return new DemandTrace(requests);
    }

    private static PredictiveDecision Step(PredictiveScaler scaler, double demand)
    {
        scaler.Observe(demand);
        return scaler.Decide(Situation(20), 0.999);
    }

    private static PredictiveSituation Situation(double capacity) => new()
    {
        Ready = 6,
        Capacity = capacity,
        Startup = TimeSpan.FromMinutes(2),
        Min = 1,
        Max = 20,
    };

    private sealed class Holding(double reserve) : IScalingPolicy
    {
        private readonly Queue<double> _recent = new();

        public string Name => "holding";

        public string Parameter => "";

        public int Decide(MinuteEnd end)
        {
            _recent.Enqueue(end.Requests + reserve);
            if (_recent.Count > 5) _recent.Dequeue();
            return (int)Math.Ceiling(_recent.Max() / 10);
        }
    }
}
