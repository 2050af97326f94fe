using Microsoft.Extensions.Logging.Abstractions;
using Platform.Contracts.Traffic;
using Platform.Effects;
using Platform.Gateway.Draining;
using Platform.Gateway.Messages;
using Platform.Gateway.Routers;
using Platform.Gateway.Routing;
using Platform.Gateway.Tests.Support;

namespace Platform.Gateway.Tests.Messages;

public sealed class ShiftTrafficConsumerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gateway-").FullName;
    private readonly RecordingPublisher _events = new();
    private readonly RecordingRouter _router = new("edge");
    private readonly RouteTables _tables;
    private readonly Drainer _drainer;
    private readonly ShiftTrafficConsumer _consumer;

    public ShiftTrafficConsumerTests()
    {
        _tables = new RouteTables(new RouteFile(Path.Combine(_folder, "r.json"), UnhinderedEffects.Instance, NullLogger<RouteFile>.Instance), new GatewayOptions(), TimeProvider.System);
        var routers = new RouterSet([_router], _tables);
        _drainer = new Drainer(_tables, routers, _events, TimeProvider.System, NullLogger<Drainer>.Instance);
        _consumer = new ShiftTrafficConsumer(routers, _tables, _drainer, _events, TimeProvider.System, NullLogger<ShiftTrafficConsumer>.Instance);
    }

    public void Dispose()
    {
        _drainer.Dispose();
        _tables.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_repeated_and_an_old_command_are_answered_with_what_is_in_force()
    {
        await HandleAsync(2, null, "a");
        await HandleAsync(2, null, "a");
        await HandleAsync(1, null, "old");

        Assert.All(_events.All.OfType<TrafficShifted>(), e => Assert.Equal(2, e.Generation));
        Assert.Equal(3, _events.All.Count);
        Assert.Equal("a", _tables.Replicas.Single().Id);
    }

    [Fact]
    public async Task What_the_sender_waits_for_is_announced_again_as_often_as_it_asks()
    {
        await HandleAsync(1, [], "a");
        await HandleAsync(2, ["a"], "b");
        await _drainer.DrainAsync(CancellationToken.None);
        Assert.Single(_events.Drained);

        await HandleAsync(2, ["a", "before my time", "b"], "b");

        Assert.Equal(["a", "a", "before my time"], _events.Drained.Select(d => d.Replica));
        Assert.All(_events.Drained, d => Assert.Equal(2, d.Generation));
    }

    [Fact]
    public async Task A_sender_that_does_not_say_gets_the_latest_departures_again()
    {
        await HandleAsync(1, null, "a");
        await HandleAsync(2, null, "b");
        await _drainer.DrainAsync(CancellationToken.None);

        await HandleAsync(2, null, "b");

        Assert.Equal(["a", "a"], _events.Drained.Select(d => d.Replica));
    }

    [Fact]
    public async Task A_bad_table_is_refused_and_the_present_one_stays()
    {
        await HandleAsync(1, null, "a");
        var bad = Command(2, null, "b");
        bad = bad with { Table = bad.Table with { PathPrefix = "x" } };

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => _consumer.HandleAsync(bad, CancellationToken.None));

        Assert.Contains("pathPrefix", refusal.Message);
        Assert.Equal("a", _tables.Replicas.Single().Id);
    }

    [Fact]
    public async Task A_table_goes_to_the_router_it_names_and_out_of_it_when_it_names_another()
    {
        await _consumer.HandleAsync(Through("edge", Command(1, null, "a")), CancellationToken.None);
        await HandleAsync(2, null, "a");

        Assert.Equal(["applied shop 1", "removed shop"], _router.Told);
        Assert.Equal([1, 2], _events.All.OfType<TrafficShifted>().Select(e => e.Generation));
    }

    [Fact]
    public async Task A_table_that_its_router_refuses_changes_nothing_and_the_reason_is_told_until_it_is_in_force()
    {
        await _consumer.HandleAsync(Through("edge", Command(1, null, "a")), CancellationToken.None);
        _router.Refusal = "the edge is closed";
        await _consumer.HandleAsync(Through("edge", Command(2, ["a"], "b")), CancellationToken.None);
        Assert.Equal("a", _tables.Replicas.Single().Id);
        var told = Assert.Single(_events.All.OfType<TrafficNotShifted>());
        Assert.Equal(("shop", 2L, "edge", "the edge is closed"), (told.Application, told.Generation, told.Router, told.Reason));
        Assert.Empty(_events.Drained);

        _router.Refusal = null;
        await _consumer.HandleAsync(Through("edge", Command(2, ["a"], "b")), CancellationToken.None);

        Assert.Equal("b", _tables.Snapshot.Routes.Single().Replicas.Single().Id);
        Assert.Equal([1, 2], _events.All.OfType<TrafficShifted>().Select(e => e.Generation));
    }

    [Fact]
    public async Task A_router_that_is_not_set_up_is_told_by_name_with_those_that_are()
    {
        await _consumer.HandleAsync(Through("nginx", Command(1, null, "a")), CancellationToken.None);

        var told = Assert.Single(_events.All.OfType<TrafficNotShifted>());
        Assert.Contains("only for gateway, edge", told.Reason);
        Assert.Empty(_tables.Replicas);
    }

    [Fact]
    public async Task A_replica_is_not_drained_while_a_router_may_still_lead_to_it()
    {
        await _consumer.HandleAsync(Through("edge", Command(1, [], "a")), CancellationToken.None);
        _router.HasDrained = false;
        await _consumer.HandleAsync(Through("edge", Command(2, ["a"], "b")), CancellationToken.None);
        await _drainer.DrainAsync(CancellationToken.None);
        Assert.Empty(_events.Drained);

        _router.HasDrained = true;
        await _drainer.DrainAsync(CancellationToken.None);

        Assert.Equal("a", Assert.Single(_events.Drained).Replica);
    }

    [Fact]
    public async Task An_old_table_is_not_taken_to_a_router_again()
    {
        await _consumer.HandleAsync(Through("edge", Command(2, null, "a")), CancellationToken.None);
        await _consumer.HandleAsync(Through("edge", Command(1, null, "old")), CancellationToken.None);

        Assert.Equal(["applied shop 2", "applied shop 2"], _router.Told);
    }

    private static ShiftTraffic Through(string router, ShiftTraffic command) => command with { Table = command.Table with { Router = router } };

    private Task HandleAsync(long generation, string[]? awaiting, params string[] replicas) => _consumer.HandleAsync(Command(generation, awaiting, replicas), CancellationToken.None);

    private static ShiftTraffic Command(long generation, string[]? awaiting, params string[] replicas) => new()
    {
        Application = "shop",
        At = TimeProvider.System.GetUtcNow(),
        CorrelationId = Guid.NewGuid(),
        RequestedBy = "test",
        Reason = "test",
        Awaiting = awaiting,
        Table = new RouteTable
        {
            Application = "shop",
            Generation = generation,
            Revisions = [new RevisionRoute { Revision = "v1", Weight = 1, Replicas = [.. replicas.Select(r => new ReplicaAddress { Id = r, Address = new Uri("http://127.0.0.1:1") })] }],
        },
    };
}
