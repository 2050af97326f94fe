using Platform.Deployment.Configuration;

namespace Platform.Deployment.Tests.Configuration;

public sealed class ConfigurationRulesTests
{
    [Fact]
    public void Check_WhatIsBuiltIn_IsValid() => Assert.Empty(ConfigurationRules.Check(new DeploymentConfiguration()));

    [Fact]
    public void BuiltIn_IsWhatTheDocumentationSays()
    {
        var built = new EnvironmentSet();
        Assert.Equal((1, 2, false, "none"), (built.Development.Replicas.Min, built.Development.Replicas.Max, built.Development.Autoscaling, built.Development.Judge));
        Assert.Equal((2, 5, true, null), (built.Staging.Replicas.Min, built.Staging.Replicas.Max, built.Staging.Autoscaling, built.Staging.Judge));
        Assert.Equal((3, 20, true, null), (built.Production.Replicas.Min, built.Production.Replicas.Max, built.Production.Autoscaling, built.Production.Judge));
    }

    [Fact]
    public void Check_ListsEveryProblem_WithItsPath()
    {
        var configuration = new DeploymentConfiguration
        {
            RollbackWindow = 101,
            Environments = new EnvironmentSet
            {
                Staging = new EnvironmentSettings
                {
                    Replicas = new ReplicaRange { Min = 5, Max = 2 },
                    Judge = "jury",
                    Approval = new ApprovalSettings { Role = "viewer", Expiry = TimeSpan.FromSeconds(1), Approvers = [""] },
                },
            },
            Retention = new RetentionSettings { History = TimeSpan.Zero },
            Prices = new PriceSettings { Currency = "euro", ReplicaHour = -1 },
        };

        Assert.Equal(
            [
                "environments.staging.replicas.max", "environments.staging.judge", "environments.staging.approval.role", "environments.staging.approval.approvers", "environments.staging.approval.expiry",
                "rollbackWindow", "retention.history", "prices.currency", "prices.replicaHour",
            ],
            ConfigurationRules.Check(configuration).Select(p => p.Path));
    }

    [Theory]
    [InlineData("""{"reason":"x"}""", "freezes[0]")]
    [InlineData("""{"reason":"x","from":"2026-01-01T00:00:00Z","to":"2026-01-02T00:00:00Z","days":["friday"]}""", "freezes[0]")]
    [InlineData("""{"reason":"x","from":"2026-01-02T00:00:00Z","to":"2026-01-01T00:00:00Z"}""", "freezes[0].to")]
    [InlineData("""{"reason":"x","from":"2026-01-02T00:00:00Z"}""", "freezes[0].to")]
    [InlineData("""{"reason":" ","days":["friday"]}""", "freezes[0].reason")]
    [InlineData("""{"reason":"x","begins":"10:00"}""", "freezes[0].days")]
    [InlineData("""{"reason":"x","days":["friday"],"begins":"25:00"}""", "freezes[0].begins")]
    [InlineData("""{"reason":"x","days":["friday"],"ends":"noon"}""", "freezes[0].ends")]
    [InlineData("""{"reason":"x","days":["friday"],"timeZone":"Mars/Olympus"}""", "freezes[0].timeZone")]
    public void Check_AFreezeThatIsNone_IsToldWithItsPath(string json, string path)
    {
        var window = System.Text.Json.JsonSerializer.Deserialize<FreezeWindow>(json, Hosting.Json.PlatformJson.Options)!;

        Assert.Equal(path, Assert.Single(ConfigurationRules.Check(new EnvironmentSettings { Freezes = [window] })).Path);
    }

    [Fact]
    public void Between_ListsWhatDiffers_AndNothingElse()
    {
        var present = new DeploymentConfiguration();
        var to = present with { RollbackWindow = 9, Environments = present.Environments.With("staging", present.Environments.Staging with { Judge = "kayenta", Freezes = [new FreezeWindow { Reason = "x" }] }) };

        Assert.Empty(ConfigurationDifference.Between(present, present with { }));
        Assert.Equal(
            [("environments.staging.freezes[0].reason", null, "x"), ("environments.staging.judge", null, "kayenta"), ("rollbackWindow", "3", "9")],
            ConfigurationDifference.Between(present, to).Select(c => (c.Path, c.From, c.To)));
    }
}
