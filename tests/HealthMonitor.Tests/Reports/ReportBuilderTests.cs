using Platform.HealthMonitor.Alerts;
using Platform.HealthMonitor.Live;
using Platform.HealthMonitor.ReadModel;
using Platform.HealthMonitor.Reports;

namespace Platform.HealthMonitor.Tests.Reports;

public sealed class ReportBuilderTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Build_EverythingFine_IsHealthyWithoutAdvice()
    {
        var report = Build(Fine());
        Assert.Equal(HealthStatus.Healthy, report.Overall);
        Assert.Empty(report.Recommendations);
        Assert.Equal(10, report.Performance.RequestsPerSecond);
    }

    [Fact]
    public void Build_ServiceMissedThreeReports_IsUnhealthyAndSaysWhatToDo()
    {
        var report = Build(Fine() with { Services = [Service(secondsAgo: 16)] });
        Assert.Equal(HealthStatus.Unhealthy, report.Overall);
        Assert.Contains("Start the service gateway again", Assert.Single(report.Recommendations));
    }

    [Fact]
    public void Build_ServiceMissedTwoReports_IsStillUp() => Assert.Equal(HealthStatus.Healthy, Build(Fine() with { Services = [Service(secondsAgo: 14)] }).Overall);

    [Fact]
    public void Build_ServiceWaits_IsDegradedAndSaysForWhat()
    {
        var report = Build(Fine() with { Services = [Service(1) with { Ready = false, WaitingFor = """["RabbitMQ"]""" }] });
        Assert.Equal(HealthStatus.Degraded, report.Overall);
        Assert.Contains("RabbitMQ", Assert.Single(report.Recommendations));
    }

    [Fact]
    public void Build_NoReadyReplica_IsUnhealthy() =>
        Assert.Equal(HealthStatus.Unhealthy, Build(Fine() with { Replicas = [] }).Applications[0].Status);

    [Fact]
    public void Build_FewerReadyThanWanted_IsDegradedUnlessARolloutRuns()
    {
        var two = Fine() with { Applications = [App() with { Wanted = 2 }] };
        Assert.Equal(HealthStatus.Degraded, Build(two).Overall);
        Assert.Equal(HealthStatus.Healthy, Build(two with { Applications = [App() with { Wanted = 2, Rollout = Guid.NewGuid() }] }).Overall);
    }

    [Fact]
    public void Build_CriticalAlert_IsUnhealthy()
    {
        var alert = new AlertRow { Id = Guid.NewGuid(), Rule = "error-rate", Application = "shop", Severity = "critical", Message = "It fails.", RaisedAt = Now };
        var report = Build(Fine() with { ActiveAlerts = [alert] });
        Assert.Equal(HealthStatus.Unhealthy, report.Overall);
        Assert.Contains("shop fails", report.Recommendations[0]);
    }

    [Fact]
    public void Build_NoMetrics_SaysSo() =>
        Assert.Contains("No metrics arrive", Assert.Single(ReportBuilder.Build(Fine(), (_, _) => new LiveFigures(), null, Now).Recommendations));

    private static HealthReport Build(PlatformSnapshot snapshot) =>
        ReportBuilder.Build(snapshot, (_, _) => new LiveFigures { RequestsPerSecond = 10, ErrorRate = 0 }, Now, Now);

    private static PlatformSnapshot Fine() => new()
    {
        Applications = [App()],
        Replicas = [new ReplicaRow { Id = "r1", Application = "shop", Revision = "v1", State = "ready" }],
        Rollouts = [],
        Services = [Service(1)],
        ActiveAlerts = [],
    };

    private static ApplicationRow App() => new() { Name = "shop", StableRevision = "v1", Wanted = 1, Weights = """{"v1":100}""" };

    private static ServiceRow Service(int secondsAgo) => new()
    {
        Instance = "i",
        Service = "gateway",
        Address = "http://127.0.0.1:8010/",
        Version = "1",
        Ready = true,
        ReportInterval = TimeSpan.FromSeconds(5),
        ReportedAt = Now - TimeSpan.FromSeconds(secondsAgo),
        Since = Now,
    };
}
