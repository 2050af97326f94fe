using Platform.Autoscaler.Policies;
using Platform.Contracts.Metrics;
using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Tests.Policies;

public sealed class PolicyTests
{
    private static readonly ScalingSettings Manifest = new() { Min = 2, Max = 8, Metrics = [new MetricTarget { Name = MetricNames.Cpu, Target = 0.7 }], ServiceLevel = 0.99 };

    [Fact]
    public void Check_ThePlainDefaults_AreRightAndMeanWhatTheySay()
    {
        var policy = new ScalingPolicySpec { Application = "shop", Plain = new PlainSettings() };
        Assert.Empty(PolicyRules.Check(policy));
        var meaning = string.Join('\n', PolicyEffect.Explain(policy));
        Assert.Contains("cpu above 70% for 2m: 2 more, at most once in 5m.", meaning);
        Assert.Contains("memory below 40% for 10m: 1 fewer, at most once in 10m.", meaning);
        Assert.Contains("at least 1 and at most 10 replicas", meaning);
        Assert.Contains("30% of the growth that is forecast", meaning);
    }

    [Fact]
    public void Check_EverythingWrong_EveryProblemAtOnce()
    {
        var problems = PolicyRules.Check(new ScalingPolicySpec
        {
            Min = 5,
            Max = 3,
            ServiceLevel = 1.5,
            PredictionWeight = double.NaN,
            LatencyTarget = TimeSpan.FromHours(1),
            ZeroAfter = TimeSpan.Zero,
            RuleSet = "best",
            Rules = [new ScalingRule { Metric = "no name", Above = 1, Below = 1, For = TimeSpan.FromDays(2), Change = 0, CoolDown = TimeSpan.FromSeconds(-1) }],
            Metrics = [new MetricTarget { Name = "cpu", Target = 70 }, new MetricTarget { Name = "cpu", Target = 0.5 }],
            Schedules = [new ScalingSchedule { Name = "", Begins = "25:00", Ends = "8", TimeZone = "Nowhere/Land", Cron = "x", From = DateTimeOffset.UnixEpoch, To = DateTimeOffset.UnixEpoch }],
        });
        Assert.Equal(
            [
                "policy.latencyTarget", "policy.max", "policy.metrics", "policy.metrics[0].target", "policy.predictionWeight", "policy.ruleSet", "policy.ruleSet",
                "policy.rules[0]", "policy.rules[0].change", "policy.rules[0].coolDown", "policy.rules[0].for", "policy.rules[0].metric",
                "policy.schedules[0]", "policy.schedules[0].begins", "policy.schedules[0].cron", "policy.schedules[0].cron", "policy.schedules[0].ends", "policy.schedules[0].for", "policy.schedules[0].name", "policy.schedules[0].timeZone", "policy.schedules[0].to",
                "policy.serviceLevel", "policy.zeroAfter",
            ],
            problems.Select(problem => problem.Path).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(30, 70, "policy.plain.cpuDown")]
    [InlineData(0, -1, "policy.plain.cpuUp")]
    public void Check_PlainNumbersThatContradict_AreSaid(double up, double down, string path) =>
        Assert.Contains(PolicyRules.Check(new ScalingPolicySpec { Plain = new PlainSettings { CpuUp = up, CpuDown = down } }), problem => problem.Path == path);

    [Theory]
    [InlineData(0, ScalingMode.Reactive)]
    [InlineData(0.3, ScalingMode.Hybrid)]
    [InlineData(1, ScalingMode.Predictive)]
    public void Apply_PlainNumbers_BecomeRulesAndAMode(double weight, ScalingMode mode)
    {
        var settings = PolicyEffect.Apply(Manifest, new ScalingPolicySpec { Plain = new PlainSettings { PredictionWeight = weight } });
        Assert.Equal((mode, 2, 8, "custom", 4), (settings.Mode, settings.Min, settings.Max, settings.RuleSet, settings.Rules.Count));
        Assert.Equal(weight is > 0 and < 1 ? weight : null, settings.PredictionWeight);
    }

    [Fact]
    public void Apply_WhatItDoesNotSay_StaysAsTheManifestSays()
    {
        var settings = PolicyEffect.Apply(Manifest, new ScalingPolicySpec { Mode = ScalingMode.Hybrid, Max = 100 });
        Assert.Equal((ScalingMode.Hybrid, 2, 8, 0.99, "cpu"), (settings.Mode, settings.Min, settings.Max, settings.ServiceLevel, settings.Metrics[0].Name));
    }

    [Fact]
    public void Apply_SchedulesAndRulesOfTheManifest_HoldUnlessThePolicyHasItsOwn()
    {
        var rule = new ScalingRule { Metric = "cpu", Above = 0.8, For = TimeSpan.FromMinutes(1), Change = 1, CoolDown = TimeSpan.FromMinutes(5) };
        var manifest = Manifest with { Metrics = [], RuleSet = "custom", Rules = [rule], Schedules = [new ScalingSchedule { Name = "day", Min = 4 }], PredictionWeight = 0.3 };
        var kept = PolicyEffect.Apply(manifest, new ScalingPolicySpec { Max = 6 });
        Assert.Equal(("custom", rule, "day", 0.3), (kept.RuleSet, Assert.Single(kept.Rules), Assert.Single(kept.Schedules).Name, kept.PredictionWeight));

        var own = PolicyEffect.Apply(manifest, new ScalingPolicySpec { RuleSet = "standard", Schedules = [new ScalingSchedule { Name = "night", Max = 3 }], PredictionWeight = 1 });
        Assert.Equal(("standard", 0, "night", 1), (own.RuleSet, own.Rules.Count, Assert.Single(own.Schedules).Name, own.PredictionWeight));
        Assert.Empty(PolicyEffect.Apply(manifest, new ScalingPolicySpec { Schedules = [] }).Schedules);
        Assert.Null(PolicyEffect.Apply(manifest, new ScalingPolicySpec { Plain = new PlainSettings { PredictionWeight = 1 } }).PredictionWeight);
    }

    [Fact]
    public void Choose_ItsOwnPolicyBeforeTheOneForAll()
    {
        ScalingPolicyView[] policies = [View("all", null), View("shop", "shop"), View("off", "other", enabled: false)];
        Assert.Equal("shop", PolicyEffect.Choose(policies, "shop", Manifest)!.Name);
        Assert.Equal("all", PolicyEffect.Choose(policies, "other", Manifest)!.Name);
        Assert.Null(PolicyEffect.Choose(policies, "other", Manifest with { Automatic = false }));
        Assert.Equal("shop", PolicyEffect.Choose(policies, "shop", Manifest with { Automatic = false })!.Name);
    }

    private static ScalingPolicyView View(string name, string? application, bool enabled = true) => new()
    {
        Name = name, Version = 1, At = DateTimeOffset.UnixEpoch, By = "test", Policy = new ScalingPolicySpec { Application = application, Enabled = enabled },
    };
}
