using FsCheck;
using FsCheck.Fluent;
using Platform.Autoscaler.Scaling.Predictive;

namespace Platform.Autoscaler.Tests.Scaling.Predictive;

public sealed class PredictivePartsTests
{
    [Fact]
    public void RecursiveLeastSquares_OnALinearLaw_FindsIt()
    {
        var random = new Random(1);
        var fit = new RecursiveLeastSquares(3, memory: 5000, priorVariance: 10);
        for (var i = 0; i < 3000; i++)
        {
            double[] x = [1, random.NextDouble(), random.NextDouble()];
            fit.Learn(x, (2 + (3 * x[1]) - x[2] + (0.01 * (random.NextDouble() - 0.5))) - fit.Predict(x), 1);
        }

        Assert.Equal(2 + 1.5 - 0.25, fit.Predict([1, 0.5, 0.25]), 2);
    }

    [Fact]
    public void RecursiveLeastSquares_WithNothingNewForLong_StaysFinite()
    {
        var fit = new RecursiveLeastSquares(3, memory: 100, priorVariance: 1);
        for (var i = 0; i < 200_000; i++) fit.Learn([1, 0, 0], 1 - fit.Predict([1, 0, 0]), 1);

        Assert.Equal(1, fit.Predict([1, 0, 0]), 3);
        Assert.True(double.IsFinite(fit.Predict([1, 1e3, 1e3])));
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(0.99)]
    public void ErrorDistribution_OfManyErrors_HasTheirQuantiles(double level)
    {
        var random = new Random(2);
        var errors = new ErrorDistribution(1e6);
        for (var i = 0; i < 50_000; i++) errors.Add(-Math.Log(1 - random.NextDouble())); // exponential

        Assert.Equal(-Math.Log(1 - level), errors.Quantile(level), 0.06 - (0.2 * Math.Log(1 - level)));
        Assert.Equal(level, errors.ProbabilityAtMost(errors.Quantile(level)), 3);
    }

    [Fact]
    public void ErrorDistribution_KeepsWhatNeverHappenedPossible()
    {
        var errors = new ErrorDistribution(100);
        for (var i = 0; i < 100_000; i++) errors.Add(0);

        Assert.InRange(1 - errors.ProbabilityAtMost(5), 1e-6, 1e-3);
    }

    [Fact]
    public void ExpectedUse_IsWhatTheDistributionSaysOfEachReplica()
    {
        var errors = new ErrorDistribution(1e6);
        var random = new Random(3);
        for (var i = 0; i < 20_000; i++) errors.Add(random.NextDouble() - 0.5);
        var demand = new DemandDistribution(Math.Log(60), 0.5, 0, errors);
        Span<double> use = stackalloc double[12];

        demand.ExpectedUse(20, use);

        for (var k = 1; k <= use.Length; k++)
        {
            var expected = 0.0;
            for (var i = 0; i < 20_000; i++) expected += Math.Clamp((demand.Quantile((i + 0.5) / 20_000) / 20) - (k - 1), 0, 1) / 20_000;
            Assert.Equal(expected, use[k - 1], 0.02);
            if (k > 1) Assert.True(use[k - 1] <= use[k - 2]);
        }
    }

    [Fact]
    public void StartupTimes_AreAHighQuantileOfTheLast()
    {
        var times = new StartupTimes(TimeSpan.FromSeconds(60));
        Assert.Equal(TimeSpan.FromSeconds(60), times.Expected);
        for (var second = 1; second <= 40; second++) times.Add(TimeSpan.FromSeconds(second));
        times.Add(TimeSpan.FromSeconds(-1));

        Assert.Equal(TimeSpan.FromSeconds(37), times.Expected); // of 9 … 40
        Assert.Equal(32, times.Observed);
    }

    [Fact]
    public void ReplicaCapacity_FindsWhereTheTargetStopsHolding()
    {
        var capacity = new ReplicaCapacity(stated: 50);
        Assert.Equal(50, capacity.Planned);
        var random = new Random(4);
        for (var minute = 0; minute < 3000; minute++)
        {
            var load = 20 + (60 * random.NextDouble());
            capacity.Observe(load, targetHeld: load < 40 || random.NextDouble() < 0.1);
        }

        Assert.False(capacity.IsBound);
        Assert.InRange(capacity.Planned, 36, 43);
    }

    [Fact]
    public void ReplicaCapacity_WhileNothingWasTooMuch_IsABoundThatOnlyGrowsBeyondWhatWasStated()
    {
        var capacity = new ReplicaCapacity(stated: 50);
        for (var minute = 0; minute < 10; minute++) capacity.Observe(30, targetHeld: true);
        Assert.True(capacity.IsBound);
        Assert.Equal(50, capacity.Planned);
        for (var minute = 0; minute < 10; minute++) capacity.Observe(80, targetHeld: true);
        Assert.InRange(capacity.Planned, 78, 88);
    }

    [Fact]
    public void ReplicaValue_KeepsAReplicaOverALullThatIsShorterThanStartingItAgain()
    {
        // Steady, but for the horizon a replica less would do in the next minute: kept only if a later minute pays for it.
        var use = new ExpectedUse();
        var predictor = new DemandPredictor(3);
        for (var minute = 0; minute < 300; minute++) predictor.Observe(95);
        use.Fill(predictor, 20, 3, 10);

        var supply = new ReplicaSupply(5, []);
        Assert.Equal(5, ReplicaValue.Wanted(use, 20, startup: 2, supply, 1, 10));
        Assert.True(ReplicaValue.Value(use, 20, 2, supply, 5) > ReplicaValue.Value(use, 20, 2, new ReplicaSupply(4, []), 5)); // three minutes of it against one
        Assert.True(ReplicaValue.Value(use, 20, 2, supply, 9) < 0);
    }

    [Fact]
    public void Decisions_DoNotDependOnTheUnit()
    {
        var (one, other) = (new PredictiveScaler(3), new PredictiveScaler(3));
        var random = new Random(5);
        for (var minute = 0; minute < 2000; minute++)
        {
            var demand = 100 + (50 * Math.Sin(minute / 100.0)) + (10 * random.NextDouble());
            one.Observe(demand);
            other.Observe(demand * 1024);
            if (minute % 7 == 0) Assert.Equal(Decide(one, 20, 5, 0.999).Wanted, Decide(other, 20 * 1024, 5, 0.999).Wanted);
        }
    }

    [Fact]
    public void A_flash_crowd_is_met_with_at_least_what_it_needs_when_it_lasts()
    {
        var scaler = new PredictiveScaler(3);
        var random = new Random(6);
        for (var minute = 0; minute < 2000; minute++) scaler.Observe(100 + (10 * random.NextDouble()));
        foreach (var demand in new double[] { 150, 200, 250 }) scaler.Observe(demand);

        var decision = Decide(scaler, capacity: 20, ready: 7, level: 0.99);

        Assert.True(decision.TrendTookOver);
        Assert.True(decision.Wanted >= 18, $"{decision.Wanted}: {decision.Reason}"); // what an HPA at 0.7 would ask for: 250 / 14
        Assert.Contains("trend", decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_outage_is_not_learned_from()
    {
        var scaler = new PredictiveScaler(3);
        var random = new Random(7);
        for (var minute = 0; minute < 3000; minute++) scaler.Observe(100 + (10 * random.NextDouble()));
        for (var minute = 0; minute < 300; minute++) scaler.Observe(0);
        for (var minute = 0; minute < 10; minute++) scaler.Observe(100 + (10 * random.NextDouble()));

        Assert.InRange(Decide(scaler, 20, 6, 0.999).Forecast, 80, 130);
    }

    [Fact]
    public void Whatever_is_observed_a_decision_is_finite_and_within_its_limits()
    {
        var values = Gen.Frequency(
            (8, Gen.Choose(0, 1000).Select(x => (double)x)),
            (1, Gen.Elements(double.NaN, double.PositiveInfinity, -3, 0, 1e-12, 1e12)),
            (1, Gen.Constant(0.0)));
        Prop.ForAll(Arb.From(Gen.ArrayOf(values)), Arb.From(Gen.Choose(1, 6)), (demands, min) =>
        {
            var scaler = new PredictiveScaler(3);
            foreach (var demand in demands) scaler.Observe(demand);
            var decision = scaler.Decide(Situation(20, 2) with { Min = min, Max = min + 5 }, 0.999);
            return decision.Wanted >= min && decision.Wanted <= min + 5 && double.IsFinite(decision.Forecast) && double.IsFinite(decision.Quantile)
                && double.IsFinite(decision.LossIfOneFewer) && decision.Confidence is >= 0 and <= 1 + 1e-9;
        }).QuickCheckThrowOnFailure();
    }

    private static PredictiveDecision Decide(PredictiveScaler scaler, double capacity, int ready, double level) => scaler.Decide(Situation(capacity, ready), level);

    private static PredictiveSituation Situation(double capacity, int ready) => new()
    {
        Ready = ready,
        Capacity = capacity,
        Startup = TimeSpan.FromMinutes(2),
        Min = 1,
        Max = 40,
    };
}
