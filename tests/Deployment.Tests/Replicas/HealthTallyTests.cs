using Platform.Deployment.Replicas;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Tests.Replicas;

/// <summary>g: a good answer, b: a bad one.</summary>
public sealed class HealthTallyTests
{
    private static readonly HealthSpec Health = new() { HealthyAfter = 3, UnhealthyAfter = 3 };

    [Theory]
    [InlineData("ggg", "Healthy")]
    [InlineData("gg", "None")]
    [InlineData("bbbbbbggg", "Healthy")]
    [InlineData("gbgbgbgbgbgbgbgb", "None")]
    [InlineData("ggbggbggbggb", "None")]
    public void A_new_replica_is_ready_after_good_answers_in_a_row(string answers, string last) =>
        Assert.Equal(Enum.Parse<Sight>(last), Ask(new HealthTally(Health, wasHealthy: false), answers));

    [Theory]
    [InlineData("bbb", "Sick")]
    [InlineData("bgbgb", "Sick")]
    [InlineData("bgggggb", "None")]
    [InlineData("bbgggggggg", "Healthy")]
    [InlineData("bbbggg", "Sick")]
    [InlineData("bbbggggg", "Healthy")]
    public void A_replica_that_served_is_sick_after_bad_ones_in_a_row_or_among_twice_as_many(string answers, string last) =>
        Assert.Equal(Enum.Parse<Sight>(last), Ask(new HealthTally(Health, wasHealthy: true), answers));

    [Fact]
    public void One_that_flaps_past_its_startup_timeout_was_never_healthy_and_says_so()
    {
        var tally = new HealthTally(Health, wasHealthy: false);
        Ask(tally, "gbgbgb");
        Assert.Equal(Sight.NeverHealthy, tally.Add(new HealthAnswer(true, ""), late: true));
        Assert.Equal("its health flaps: 4 of 7 checks were good, never 3 in a row; answered 503", tally.Finding);
    }

    private static Sight Ask(HealthTally tally, string answers) =>
        answers.Select(a => tally.Add(a == 'g' ? new HealthAnswer(true, "answered 200") : new HealthAnswer(false, "answered 503"), late: false)).ToList()[^1];
}
