using Platform.Contracts.Traffic;
using Platform.Gateway.Balancing;
using Platform.Gateway.Replicas;
using Platform.Testing;

namespace Platform.Gateway.Tests.Balancing;

public sealed class ReplicaChoiceTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly GatewayOptions _options = new() { EjectAfter = 1 };
    private readonly List<Replica> _replicas = [];

    public void Dispose() => _replicas.ForEach(r => r.Dispose());

    [Fact]
    public void LeastRequests_takes_the_least_busy()
    {
        var replicas = New(3);
        replicas[0].TryEnter();
        replicas[2].TryEnter();

        for (uint turn = 0; turn < 10; turn++) Assert.Same(replicas[1], Choose(LoadBalancing.LeastRequests, replicas, turn));
    }

    [Fact]
    public void LeastRequests_lets_equally_busy_ones_take_turns()
    {
        var replicas = New(4);

        var chosen = Enumerable.Range(0, 400).Select(turn => Choose(LoadBalancing.LeastRequests, replicas, (uint)turn)!.Id).CountBy(id => id);

        Assert.All(chosen, c => Assert.Equal(100, c.Value));
    }

    [Fact]
    public void RoundRobin_takes_one_after_the_other()
    {
        var replicas = New(3);

        var ids = Enumerable.Range(0, 6).Select(turn => Choose(LoadBalancing.RoundRobin, replicas, (uint)turn)!.Id);

        Assert.Equal(["r0", "r1", "r2", "r0", "r1", "r2"], ids);
    }

    [Fact]
    public void PowerOfTwoChoices_reaches_all_and_avoids_the_busiest()
    {
        var replicas = New(5);
        for (var i = 0; i < 10; i++) replicas[4].TryEnter();

        var chosen = Enumerable.Range(0, 2_000).Select(turn => Choose(LoadBalancing.PowerOfTwoChoices, replicas, (uint)turn)!.Id).CountBy(id => id).ToDictionary();

        Assert.Equal(5, chosen.Count);
        Assert.True(chosen["r4"] < 150, $"{chosen["r4"]} of 2,000"); // only when both choices fall on it: 1 in 25
    }

    [Theory]
    [InlineData(LoadBalancing.LeastRequests)]
    [InlineData(LoadBalancing.PowerOfTwoChoices)]
    [InlineData(LoadBalancing.RoundRobin)]
    internal void An_ejected_one_is_avoided_until_all_are_ejected(LoadBalancing way)
    {
        var replicas = New(3);
        replicas[0].Health.Failed();
        Assert.All(Enumerable.Range(0, 50), turn => Assert.NotSame(replicas[0], Choose(way, replicas, (uint)turn)));

        replicas[1].Health.Failed();
        replicas[2].Health.Failed();

        Assert.NotNull(Choose(way, replicas, 0));
    }

    [Theory]
    [InlineData(LoadBalancing.LeastRequests)]
    [InlineData(LoadBalancing.PowerOfTwoChoices)]
    [InlineData(LoadBalancing.RoundRobin)]
    internal void What_was_tried_is_not_chosen_again(LoadBalancing way)
    {
        var replicas = New(3);

        Assert.All(Enumerable.Range(0, 50), turn => Assert.Same(replicas[1], ReplicaChoice.Choose(way, replicas, [replicas[0], replicas[2]], _time.GetTimestamp(), (uint)turn)));
        Assert.Null(ReplicaChoice.Choose(way, replicas, [.. replicas], _time.GetTimestamp(), 0));
    }

    private Replica? Choose(LoadBalancing way, Replica[] replicas, uint turn) => ReplicaChoice.Choose(way, replicas, [], _time.GetTimestamp(), turn);

    private Replica[] New(int count)
    {
        var replicas = Enumerable.Range(0, count)
            .Select(i => new Replica("shop", "v1", new ReplicaAddress { Id = $"r{i}", Address = new Uri("http://127.0.0.1:1") }, _options, _time)).ToArray();
        _replicas.AddRange(replicas);
        return replicas;
    }
}
