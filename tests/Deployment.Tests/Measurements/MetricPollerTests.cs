using Platform.Deployment.Measurements;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Tests.Measurements;

public sealed class MetricPollerTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    private static AnalysisMetricSpec Metric { get; } = new()
    {
        Name = "queue",
        Source = new CommandSpec { Command = ["count"] },
        Interval = TimeSpan.FromSeconds(30),
        InitialDelay = TimeSpan.FromSeconds(10),
        Count = 2,
    };

    [Theory]
    [InlineData(9, null, false)]
    [InlineData(10, null, true)]
    [InlineData(39, 10, false)]
    [InlineData(40, 10, true)]
    [InlineData(500, 10, true)] // the service was away
    public void IsDue_InTheBackground_FirstAfterItsDelayThenByItsInterval(int now, int? last, bool due) =>
        Assert.Equal(due, MetricPoller.IsDue(Metric, Measures(["queue"], []), Last(last, 1), Start.AddSeconds(now)));

    [Theory]
    [InlineData(109, null, 0, false)]
    [InlineData(110, null, 0, true)]
    [InlineData(140, 110, 1, true)]
    [InlineData(170, 140, 2, false)] // it has given what the step waits for
    public void IsDue_Inline_CountsFromTheStepAndEndsWithItsCount(int now, int? last, int ofStep, bool due) =>
        Assert.Equal(due, MetricPoller.IsDue(Metric, Measures([], ["queue"]), Last(last, ofStep), Start.AddSeconds(now)));

    [Fact]
    public void IsDue_OfAnotherStep_IsNot() => Assert.False(MetricPoller.IsDue(Metric, Measures(["heap"], ["smoke"]), null, Start.AddDays(1)));

    private static LastReading? Last(int? second, int ofStep) => second is null ? null : new LastReading { Metric = "queue", At = Start.AddSeconds(second.Value), OfStep = ofStep };

    private static Measures Measures(string[] background, string[] inline) => new()
    {
        Application = "shop",
        Revision = "v2",
        Baseline = "v1",
        Since = Start,
        Step = 2,
        StepSince = Start.AddSeconds(100),
        Background = background,
        Inline = inline,
    };
}
