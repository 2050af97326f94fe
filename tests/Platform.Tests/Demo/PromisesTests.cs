using Platform.CommandLine.Demo;
using Platform.CommandLine.Load;
using Platform.Contracts.Http;
using Platform.Metrics;

namespace Platform.CommandLine.Tests.Demo;

public sealed class PromisesTests
{
    [Fact]
    public void Judge_EverythingHappened_KeepsAllThree() => Assert.All(Promises.Judge(Good()), promise => Assert.True(promise.IsKept, promise.Because));

    [Fact]
    public void Judge_OneRequestFailedDuringTheSwitch_BreaksTheFirst() =>
        Broken(0, Good() with { Phases = Phases(switchFailures: 1) }, "1 of 1,000 requests failed: status 502 ×1");

    [Fact]
    public void Judge_SecondDidNotComplete_BreaksTheFirst() =>
        Broken(0, Good() with { Second = Rollout("v2", "failed") }, "'failed'");

    [Fact]
    public void Judge_SecondWasNeverShipped_BreaksTheFirst() => Broken(0, Good() with { Second = null }, "not shipped");

    [Fact]
    public void Judge_NoRequestDuringTheSwitch_BreaksTheFirst() => Broken(0, Good() with { Phases = Phases(switchRequests: 0) }, "no request");

    [Fact]
    public void Judge_ThirdWasHealthyAfterAll_BreaksTheSecond() =>
        Broken(1, Good() with { Third = Rollout("v3", "completed"), Phases = Phases(brokenFailures: 0) }, "'completed'");

    [Fact]
    public void Judge_FailuresGoOnAfterTheRollback_BreaksTheSecond() =>
        Broken(1, Good() with { Phases = Phases(afterFailures: 7) }, "7 of 1,000 requests still failed");

    [Fact]
    public void Judge_RolledBackWithoutAFailure_BreaksTheSecond() => Broken(1, Good() with { Phases = Phases(brokenFailures: 0) }, "no request had failed");

    [Theory]
    [InlineData("did not go up", 2, 2, 2)]
    [InlineData("did not go up", 4, 2, 1)]
    [InlineData("did not come down", 1, 3, 3)]
    [InlineData("no replica")]
    public void Judge_ReplicasDidNotFollow_BreaksTheThird(string because, params int[] serving) =>
        Broken(2, Good() with { Replicas = Points(serving) }, because);

    [Fact]
    public void Judge_ReplicasDipBetweenTwoPeaks_KeepsTheThird() =>
        Assert.True(Promises.Judge(Good() with { Replicas = Points([1, 5, 3, 5, 2]) })[2].IsKept);

    private static void Broken(int index, DemoFacts facts, string because)
    {
        var promises = Promises.Judge(facts);
        Assert.Contains(because, promises[index].Because);
        for (var i = 0; i < promises.Count; i++) Assert.Equal(i != index, promises[i].IsKept);
        Assert.False(DemoSummary.Of(facts).AreKept);
    }

    private static DemoFacts Good() => new()
    {
        Day = "a day",
        Duration = TimeSpan.FromMinutes(3),
        Phases = Phases(),
        Replicas = Points([1, 3, 7, 4, 2]),
        Demand = [50, 300, 60],
        Second = Rollout("v2", "completed"),
        Third = Rollout("v3", "rolledBack"),
    };

    private static IReadOnlyList<PhaseFigures> Phases(long switchRequests = 1000, long switchFailures = 0, long brokenFailures = 40, long afterFailures = 0) =>
    [
        Phase(DemoPhases.First, 1000, 0),
        Phase(DemoPhases.Switch, switchRequests, switchFailures),
        Phase(DemoPhases.Second, 1000, 0),
        Phase(DemoPhases.Broken, 1000, brokenFailures),
        Phase(DemoPhases.After, 1000, afterFailures),
    ];

    private static PhaseFigures Phase(string name, long requests, long failures)
    {
        var latency = new LatencyHistogram();
        if (requests > 0) latency.Record(0.01, requests);
        return new PhaseFigures { Name = name, Requests = requests, Failures = failures, Latency = latency, Reasons = failures == 0 ? new Dictionary<string, long>() : new() { ["status 502"] = failures } };
    }

    private static IReadOnlyList<ReplicaPoint> Points(int[] serving) => [.. serving.Select((n, i) => new ReplicaPoint(TimeSpan.FromSeconds(i), n, n))];

    private static ObservedRollout Rollout(string revision, string state) => new()
    {
        Rollout = new RolloutView
        {
            Id = Guid.Empty,
            Application = "storefront",
            Revision = revision,
            Strategy = "blueGreen",
            State = state,
            Message = "because",
            RequestedBy = "admin",
            Reason = "",
            CreatedAt = DateTimeOffset.UnixEpoch,
            Steps = [],
        },
        TimeToSwitch = TimeSpan.FromSeconds(2),
        TimeToRollBack = TimeSpan.FromSeconds(3),
        Total = TimeSpan.FromSeconds(8),
    };
}
