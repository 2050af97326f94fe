using Microsoft.Extensions.Logging.Abstractions;
using Platform.Contracts.Traffic;
using Platform.Effects;
using Platform.Gateway.Routing;
using Platform.Testing;

namespace Platform.Gateway.Tests.Routing;

public sealed class RouteTablesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gateway-").FullName;
    private readonly ManualTimeProvider _time = new();
    private readonly RouteTables _tables;

    public RouteTablesTests() => _tables = New();

    private string FilePath => Path.Combine(_folder, "gateway", "routes.json");

    public void Dispose()
    {
        _tables.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Apply_OlderOrSameGeneration_ChangesNothing()
    {
        _tables.Apply(Table(5, "a"), Guid.NewGuid());
        var snapshot = _tables.Snapshot;

        Assert.Equal(5, _tables.Apply(Table(5, "b"), Guid.NewGuid()).Generation);
        Assert.Equal(5, _tables.Apply(Table(4, "b"), Guid.NewGuid()).Generation);

        Assert.Same(snapshot, _tables.Snapshot);
        Assert.Equal("a", _tables.Replicas.Single().Id);
    }

    [Fact]
    public void Apply_KeepsTheReplicaObject_AcrossTables()
    {
        _tables.Apply(Table(1, "a", "b"), Guid.NewGuid());
        var a = _tables.Replicas.Single(r => r.Id == "a");

        _tables.Apply(Table(2, "a"), Guid.NewGuid());

        Assert.Same(a, _tables.Snapshot.Routes.Single().Replicas.Single());
    }

    [Fact]
    public void Load_AfterARestart_RoutesByTheLastTables()
    {
        _tables.Apply(Table(1, "a"), Guid.NewGuid());
        _tables.Apply(Table(2, "a", "b"), Guid.NewGuid());
        _tables.Apply(Table(7, "c") with { Application = "other", Hosts = ["other.example"], HealthPath = "/up" }, Guid.NewGuid());

        using var restarted = New();
        restarted.Load();

        Assert.Equal(["a", "b"], restarted.Snapshot.Match("h", "/")!.Replicas.Select(r => r.Id));
        Assert.Equal("other", restarted.Snapshot.Match("other.example", "/")!.Application);
        Assert.Equal(2, restarted.Apply(Table(1, "z"), Guid.NewGuid()).Generation);
    }

    [Fact]
    public void Load_ARemovedApplication_StaysRemoved()
    {
        _tables.Apply(Table(1, "a"), Guid.NewGuid());
        _tables.Apply(Table(2) with { Removed = true }, Guid.NewGuid());

        using var restarted = New();
        restarted.Load();

        Assert.Null(restarted.Snapshot.Match("h", "/"));
        Assert.True(restarted.Apply(Table(1, "a"), Guid.NewGuid()).Removed);
        Assert.False(restarted.Apply(Table(3, "a"), Guid.NewGuid()).Removed);
        Assert.NotNull(restarted.Snapshot.Match("h", "/"));
    }

    [Fact]
    public void Load_AFileThatCannotBeRead_IsSetAside()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllText(FilePath, "{ \"tables\": [ {");

        _tables.Load();

        Assert.Empty(_tables.Snapshot.Routes);
        Assert.True(File.Exists(FilePath + ".unreadable"));
        _tables.Apply(Table(1, "a"), Guid.NewGuid());
        Assert.True(File.Exists(FilePath));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Apply_KilledInTheMiddleOfTheWrite_LeavesTheOldTablesWhole(bool torn)
    {
        _tables.Apply(Table(1, "a"), Guid.NewGuid());
        using var dying = New(new Killing(torn));
        dying.Load();
        Assert.ThrowsAny<Exception>(() => dying.Apply(Table(2, "b"), Guid.NewGuid()));

        using var restarted = New();
        restarted.Load();

        Assert.Equal("a", restarted.Snapshot.Match("h", "/")!.Replicas.Single().Id);
        Assert.Equal(2, restarted.Apply(Table(2, "b"), Guid.NewGuid()).Generation);
        Assert.Equal("b", restarted.Snapshot.Match("h", "/")!.Replicas.Single().Id);
    }

    [Fact]
    public void Gone_AnswersForWhatIsAwaited_UnlessItIsRoutedToOrDraining()
    {
        _tables.Apply(Table(1, "a", "busy"), Guid.NewGuid());
        var busy = _tables.Replicas.Single(r => r.Id == "busy");
        Assert.True(busy.TryEnter());
        _tables.Apply(Table(2, "a"), Guid.NewGuid());
        _tables.Drain();

        Assert.Equal(["never known"], _tables.Gone("shop", ["a", "busy", "never known"], Guid.NewGuid()).Select(g => g.Replica));

        busy.Leave();
        _tables.Drain();
        Assert.Equal(["busy"], _tables.Gone("shop", ["a", "busy"], Guid.NewGuid()).Select(g => g.Replica));
        Assert.Equal(["busy"], _tables.Gone("shop", null, Guid.NewGuid()).Select(g => g.Replica));
    }

    [Fact]
    public void Drain_ARequestThatEnteredBeforeTheSwap_HoldsTheReplicaUntilItLeaves()
    {
        _tables.Apply(Table(1, "a"), Guid.NewGuid());
        var a = _tables.Replicas.Single();
        Assert.True(a.TryEnter());

        _tables.Apply(Table(2, "b"), Guid.NewGuid());

        Assert.Empty(_tables.Drain());
        Assert.False(a.TryEnter());
        a.Leave();
        Assert.Equal("a", _tables.Drain().Single().Departed.Replica);
    }

    [Fact]
    public void Drain_AReplicaThatMovedToAnotherAddress_IsNotAnnounced()
    {
        _tables.Apply(Table(1, "a"), Guid.NewGuid());
        var moved = Table(2, "a");
        moved = moved with { Revisions = [moved.Revisions[0] with { Replicas = [new ReplicaAddress { Id = "a", Address = new Uri("http://127.0.0.1:2") }] }] };

        _tables.Apply(moved, Guid.NewGuid());

        Assert.Empty(_tables.Drain());
    }

    [Fact]
    public void Departures_AreBounded()
    {
        for (var generation = 1; generation <= 2_500; generation++)
        {
            _tables.Apply(Table(generation, $"r{generation}"), Guid.NewGuid());
            foreach (var departure in _tables.Drain()) departure.Announced = true;
        }

        Assert.InRange(_tables.Gone("shop", null, Guid.NewGuid()).Count, 900, 1_001);
        _time.Advance(TimeSpan.FromMinutes(11));
        _tables.Apply(Table(3_000, "last"), Guid.NewGuid());
        Assert.True(_tables.Gone("shop", null, Guid.NewGuid()).Count <= 1);
    }

    private RouteTables New(IEffects? effects = null) =>
        new(new RouteFile(FilePath, effects ?? UnhinderedEffects.Instance, NullLogger<RouteFile>.Instance), new GatewayOptions(), _time);

    private static RouteTable Table(long generation, params string[] replicas) => new()
    {
        Application = "shop",
        Generation = generation,
        Revisions = [new RevisionRoute { Revision = "v1", Weight = 1, Replicas = [.. replicas.Select(r => new ReplicaAddress { Id = r, Address = new Uri("http://127.0.0.1:1") })] }],
    };

    /// <summary>The process dies: before the rename, with the file whole or torn.</summary>
    private sealed class Killing(bool torn) : IEffects
    {
        public void Before(EffectKind kind, string what)
        {
            if (kind == EffectKind.FileRename) throw new InvalidOperationException("killed");
        }

        public void After(EffectKind kind, string what)
        {
        }

        public int Torn(string what, int length) => torn ? length / 2 : length;
    }
}
