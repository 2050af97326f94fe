using Platform.HealthMonitor.Alerts;

namespace Platform.HealthMonitor.Tests.Alerts;

public sealed class RuleValidationTests
{
    [Fact]
    public void Validate_DefaultRules_AreFine() => Assert.All(DefaultRules.All, rule => Assert.Empty(RuleValidation.Validate(rule)));

    [Fact]
    public void Validate_EverythingWrong_ListsEverythingAtOnce()
    {
        var rule = DefaultRules.All[0] with
        {
            Name = "no spaces!",
            Metric = "",
            Application = "",
            Threshold = double.NaN,
            Window = TimeSpan.Zero,
            For = TimeSpan.FromDays(2),
            ClearAfter = TimeSpan.FromSeconds(-1),
            MinimumEvents = -1,
            Description = new string('x', 501),
            Aggregation = (Aggregation)99,
        };
        var paths = RuleValidation.Validate(rule).Select(problem => problem.Path).Order();
        Assert.Equal(["aggregation", "application", "clearAfter", "description", "for", "metric", "minimumEvents", "name", "threshold", "window"], paths);
    }

    [Fact]
    public void Validate_ErrorRateAsAQuantile_IsRefused() =>
        Assert.Equal("aggregation", Assert.Single(RuleValidation.Validate(DefaultRules.All[0] with { Aggregation = Aggregation.P95 })).Path);
}
