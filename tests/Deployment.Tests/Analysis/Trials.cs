using Platform.Deployment.Analysis;
using Platform.Metrics;

namespace Platform.Deployment.Tests.Analysis;

/// <summary>Makes intervals for judges.</summary>
internal static class Trials
{
    public static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    public static AnalysisLimits Limits { get; } = new() { ErrorRate = 0.05, MinRequests = 20, Settle = TimeSpan.Zero };

    public static AnalysisInterval Interval(double second, RevisionCounts canary, RevisionCounts baseline, double length = 1) =>
        new() { At = Start.AddSeconds(second + length), Length = TimeSpan.FromSeconds(length), Canary = canary, Baseline = baseline };

    /// <summary>Requests whose latencies are log-normal around 50 ms, and fail with some chance.</summary>
    public static RevisionCounts Requests(Random random, int count, double errorRate = 0.001, double slowdown = 1)
    {
        var latencies = new LatencyHistogram();
        var errors = 0;
        for (var i = 0; i < count; i++)
        {
            if (random.NextDouble() < errorRate) errors++;
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            latencies.Record(0.05 * slowdown * Math.Exp(0.5 * normal));
        }

        return new RevisionCounts(count, errors, latencies);
    }

    /// <summary>A minute of the baseline alone, then both, until the judge fails the canary.</summary>
    /// <returns>Seconds until then; null: never.</returns>
    public static int? Play(ICanaryJudge judge, AnalysisLimits limits, int seed, int seconds, int canaryRate, int baselineRate, Func<int, (double ErrorRate, double Slowdown)> canary, Func<int, (double ErrorRate, double Slowdown)>? baseline = null)
    {
        var random = new Random(seed);
        var trial = judge.Begin(limits);
        for (var second = -60; second < seconds; second++)
        {
            var (baseErrors, baseSlowdown) = baseline?.Invoke(second) ?? (0.001, 1);
            var (errors, slowdown) = canary(second);
            var outcome = trial.Add(Interval(
                second, second < 0 ? RevisionCounts.None : Requests(random, canaryRate, errors, slowdown), Requests(random, baselineRate, baseErrors, baseSlowdown)));
            if (outcome == VerdictOutcome.Fail) return second + 1;
        }

        return null;
    }
}
