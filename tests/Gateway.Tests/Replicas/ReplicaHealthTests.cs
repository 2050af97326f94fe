using Platform.Gateway.Replicas;
using Platform.Testing;

namespace Platform.Gateway.Tests.Replicas;

public sealed class ReplicaHealthTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly ReplicaHealth _health;

    public ReplicaHealthTests() => _health = new ReplicaHealth(
        new GatewayOptions { EjectAfter = 3, EjectFor = TimeSpan.FromSeconds(2), EjectAtMost = TimeSpan.FromSeconds(5), UnhealthyAfter = 2 }, _time);

    [Fact]
    public void Three_failures_in_a_row_eject_and_an_answer_between_them_does_not()
    {
        _health.Failed();
        _health.Failed();
        _health.Answered();
        Assert.False(_health.Failed());
        Assert.False(_health.Failed());
        Assert.True(Ready);

        Assert.True(_health.Failed());
        Assert.False(Ready);
    }

    [Fact]
    public void Each_further_ejection_is_twice_as_long_up_to_the_most()
    {
        for (var i = 0; i < 3; i++) _health.Failed();
        foreach (var seconds in new[] { 2, 4, 5, 5 })
        {
            Assert.Equal(TimeSpan.FromSeconds(seconds), _health.EjectedFor);
            _time.Advance(TimeSpan.FromSeconds(seconds));
            Assert.True(Ready);
            Assert.True(_health.Failed());
        }
    }

    [Fact]
    public void Health_checks_must_fail_in_a_row_and_one_that_passes_heals()
    {
        _health.CheckFailed("500");
        Assert.True(Ready);
        _health.CheckFailed("500");
        Assert.False(Ready);
        Assert.Equal("500", _health.Seen);

        Assert.True(_health.CheckPassed());

        Assert.True(Ready);
        Assert.Null(_health.Seen);
        Assert.False(_health.CheckPassed());
    }

    private bool Ready => _health.IsReady(_time.GetTimestamp());
}
