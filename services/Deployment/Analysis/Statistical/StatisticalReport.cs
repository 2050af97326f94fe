using System.Globalization;

namespace Platform.Deployment.Analysis.Statistical;

/// <summary>Puts a trial into words and figures.</summary>
internal static class StatisticalReport
{
    private const double Alpha = 0.05; // of the intervals shown
    private const double SmallestHarm = 0.01; // share of failures below which "certainly less" is not asked for
    private const double HarmRatio = 5;
    private const double Leaning = 3; // an e-value that leads somewhere

    public static Verdict Of(StatisticalTrial trial)
    {
        var evidence = Tests(trial).Select(t => Evidence(trial, t.Test, t.Latency)).Concat(trial.Compared.Select(t => t.Evidence(trial.Needed))).OrderByDescending(e => e.Strength).ToList();
        var confident = trial.Outcome == VerdictOutcome.Pass && trial.Value < Leaning && Questions(trial).All(q => Confidence.IsBelow(q.Bad, q.Requests, q.Limit));
        return new Verdict
        {
            Outcome = trial.Outcome,
            Sentence = Sentence(trial, evidence[0]),
            Requests = trial.Requests,
            ErrorRate = trial.Requests == 0 ? 0 : (double)trial.Failed / trial.Requests,
            P95 = trial.Canary.Count == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(trial.Canary.Quantile(0.95)),
            Confident = confident,
            Evidence = evidence,
            Outlook = confident || trial.Outcome == VerdictOutcome.Fail ? null : Outlook(trial),
        };
    }

    private static IEnumerable<(MetricTest Test, LatencyTest? Latency)> Tests(StatisticalTrial trial)
    {
        yield return (trial.Errors, null);
        yield return (trial.ErrorLimit, null);
        foreach (var latency in trial.Latencies) yield return (latency.Test, latency);
        if (trial.P95Limit is { } limit) yield return (limit, null);
    }

    private static MetricEvidence Evidence(StatisticalTrial trial, MetricTest test, LatencyTest? latency)
    {
        var total = test.Total;
        var (low, high) = Proportion.Interval(total.CanaryBad, total.Canary, Alpha);
        return new MetricEvidence
        {
            Metric = test.Name,
            Strength = Math.Max(0, Math.Log(test.Weight * test.Value) / Math.Log(trial.Needed)),
            Canary = Share(total.CanaryBad, total.Canary),
            CanaryLow = low,
            CanaryHigh = high,
            Baseline = test.Absolute ?? Share(total.BaselineBad, total.Baseline),
            Sentence = Finding(trial, test, latency),
        };
    }

    private static string Finding(StatisticalTrial trial, MetricTest test, LatencyTest? latency)
    {
        var total = test.Total;
        if (latency is not null)
        {
            if (total.Canary == 0) return $"{test.Name}: nothing to compare yet";
            var (canary, baseline) = (trial.Canary.Quantile(latency.Quantile), trial.Recent.Latencies.Quantile(latency.Quantile));
            return $"{test.Name} {Milliseconds(canary)} of {total.Canary} requests, the old revision's {Milliseconds(baseline)}";
        }

        var share = Percent(Share(total.CanaryBad, total.Canary));
        if (test == trial.P95Limit) return $"{share} of {total.Canary} requests took longer than {Milliseconds(trial.Limits.P95!.Value.TotalSeconds)}, {Percent(test.Absolute!.Value)} may";
        return test.Absolute is { } limit
            ? $"error rate {share} of {total.Canary} requests, the limit is {Percent(limit)}"
            : $"error rate {share} of {total.Canary} requests, the old revision's {Percent(Share(total.BaselineBad, total.Baseline))} at the same time";
    }

    private static string Sentence(StatisticalTrial trial, MetricEvidence strongest) => trial.Outcome switch
    {
        VerdictOutcome.Fail => $"{strongest.Sentence}; if it were within tolerance this would be seen in less than {Percent(trial.Limits.FalseAborts)} of all rollouts",
        VerdictOutcome.Pass when trial.Requests == 0 => "no requests, and none are needed",
        VerdictOutcome.Pass => Good(trial),
        _ when trial.Requests == 0 => "no requests yet, and no traffic is never a pass",
        _ => $"{trial.Requests} of the {trial.Limits.MinRequests} requests needed for a verdict, {trial.Failed} failed",
    };

    private static string Good(StatisticalTrial trial)
    {
        var errors = Finding(trial, trial.Errors, null);
        var p95 = trial.Latencies.First(l => l.Quantile == 0.95);
        return p95.Test.Total.Canary > 0 ? $"{errors}; {Finding(trial, p95.Test, p95)}" : errors;
    }

    /// <summary>What a pass must exclude to be a confident one: that so large a share of requests is bad.</summary>
    private static IEnumerable<(long Bad, long Requests, double Limit)> Questions(StatisticalTrial trial)
    {
        var baseline = Share(trial.Errors.Total.BaselineBad, trial.Errors.Total.Baseline);
        yield return (trial.Failed, trial.Requests, Math.Min(trial.Limits.ErrorRate, Math.Max(SmallestHarm, HarmRatio * baseline)));
        foreach (var latency in trial.Latencies)
        {
            if (latency.Quantile == 0.95 && latency.Test.Total.Canary > 0) yield return (latency.Harmful, latency.Test.Total.Canary, 1 - latency.Quantile);
        }

        if (trial.P95Limit is { } limit) yield return (limit.Total.CanaryBad, limit.Total.Canary, limit.Absolute!.Value);
    }

    private static Outlook? Outlook(StatisticalTrial trial)
    {
        var (rate, growth) = (trial.Progress.Rate, trial.Progress.Growth);
        if (rate <= 0) return null;
        if (trial.Value > Leaning && growth > 0) return At(VerdictOutcome.Fail, (long)Math.Ceiling(Math.Log(trial.Needed / trial.Value) / growth));
        var needed = Math.Max(0, trial.Limits.MinRequests - trial.Requests);
        foreach (var (bad, requests, limit) in Questions(trial))
        {
            if (Confidence.Needed(bad, requests, limit) is not { } more) return null;
            needed = Math.Max(needed, more);
        }

        return At(VerdictOutcome.Pass, needed);

        Outlook At(VerdictOutcome toward, long requests) => new(toward, requests, trial.Progress.At + TimeSpan.FromSeconds(Math.Min(requests / rate, 1e8)));
    }

    private static double Share(long bad, long requests) => requests == 0 ? 0 : (double)bad / requests;

    private static string Percent(double share) => (share * 100).ToString(share < 0.1 ? "0.##" : "0.#", CultureInfo.InvariantCulture) + " %";

    private static string Milliseconds(double seconds) => (seconds * 1000).ToString("0.#", CultureInfo.InvariantCulture) + " ms";
}
