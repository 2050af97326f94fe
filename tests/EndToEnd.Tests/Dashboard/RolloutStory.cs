using Platform.Contracts.Deployments;
using Platform.Contracts.Http;

namespace Platform.EndToEnd.Tests.Dashboard;

/// <summary>A canary before its judge, as the deployment service would tell it: 1 %, then 10 %, slightly slower than before.</summary>
internal static class RolloutStory
{
    private const int FirstSeconds = 28;
    private const int Seconds = 84;

    /// <summary>A point every two seconds, the last of them a moment ago.</summary>
    public static IEnumerable<EvidenceView> Evidence(DateTimeOffset from)
    {
        var random = new Random(7);
        var (errors, slow) = (0.05, 0.05);
        for (var second = 0; second <= Seconds; second += 2)
        {
            errors = Math.Clamp(errors + ((random.NextDouble() - 0.5) * 0.06), 0, 0.4);
            slow = Math.Clamp(slow + ((random.NextDouble() - 0.42) * 0.05), 0, 0.8);
            yield return Point(from.AddSeconds(second), second > FirstSeconds ? 2 : 1, second, errors, slow);
        }
    }

    /// <summary>In the second of four steps.</summary>
    public static RolloutCourse Course(EvidenceView evidence) => new()
    {
        Steps = [Step(1, 1, 30), Step(10, 1, 300), Step(50, 2, 300), Step(100, 4, 60)],
        Step = evidence.Step,
        Since = DateTimeOffset.UtcNow.AddSeconds(-60),
        Until = DateTimeOffset.UtcNow.AddSeconds(195),
        Evidence = evidence,
    };

    /// <summary>What makes a judge give up: one request in twelve fails.</summary>
    public static EvidenceView Broken(DateTimeOffset at) => Point(at, 2, Seconds + 4, 1.21, 0.4) with { Outcome = "fail", Sentence = "error rate 8.3 % of 1212 requests, the old revision's 0.4 % at the same time; if it were within tolerance this would be seen in less than 0.5 % of all rollouts", RequestsNeeded = null, ExpectedAt = null };

    private static EvidenceView Point(DateTimeOffset at, int step, int second, double errors, double slow)
    {
        var requests = 40 + (second * 13L);
        var width = 1.4 / Math.Sqrt(requests);
        MetricEvidenceView Metric(string name, double strength, double share, double beside, string sentence) => new()
        {
            Metric = name, Strength = strength, Canary = share, CanaryLow = Math.Max(0, share - (width * Math.Sqrt(share))), CanaryHigh = share + (width * Math.Sqrt(share)), Baseline = beside, Sentence = sentence,
        };
        return new EvidenceView
        {
            At = at, Step = step, Weight = step == 1 ? 1 : 10, Outcome = "inconclusive", Sentence = $"{requests} of the 2500 requests needed for a verdict, 4 failed", Requests = requests,
            ErrorRate = 0.004, P95 = TimeSpan.FromMilliseconds(46), RequestsNeeded = 2500 - requests, ExpectedAt = at.AddSeconds((2500 - requests) / 13.0),
            Metrics =
            [
                Metric("errors", errors, 0.004 + (errors * 0.066), 0.003, $"error rate 0.4 % of {requests} requests, the old revision's 0.3 % at the same time"),
                Metric("p95", slow, 0.05 + (slow * 0.04), 0.05, $"p95 46 ms of {requests} requests, the old revision's 41 ms"),
                Metric("p50", slow / 2.2, 0.51, 0.5, $"p50 15.2 ms of {requests} requests, the old revision's 14.6 ms"),
                Metric("errorLimit", errors / 3, 0.004 + (errors * 0.066), 0.05, $"error rate 0.4 % of {requests} requests, the limit is 5 %"),
            ],
        };
    }

    private static CourseStep Step(int weight, int replicas, int seconds) => new() { Weight = weight, Replicas = replicas, OldReplicas = 4, Hold = TimeSpan.FromSeconds(seconds) };
}
