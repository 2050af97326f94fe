using Microsoft.Extensions.Logging.Abstractions;
using Platform.Contracts.Traffic;
using Platform.Effects;
using Platform.Gateway.Routing;
using Platform.Reliability.Simulation;
using Platform.Testing;
using Platform.Testing.DeploymentWorld;

namespace Platform.Reliability.Snapshots;

/// <summary>The gateway's table on disk: killed before, after, and with every possible part of it written.</summary>
public sealed class SnapshotKilledTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Killed_anywhere_in_a_write_it_reads_the_old_table_or_the_new_one()
    {
        var (torn, sides) = (0, 0);
        var length = Length();
        for (var bytes = 0; bytes < length; bytes += 7, torn++) AssertWhole(Survivor(new Breaker { TornAt = bytes }));
        foreach (var point in new[] { "Before FileWrite", "After FileWrite", "Before FileRename", "After FileRename" })
        {
            AssertWhole(Survivor(new Breaker { KillAt = point }));
            sides++;
        }

        Figures.Write("gateway-snapshot", $"gateway snapshot: {torn + sides} kill points run (torn {torn}, before and after {sides})\n");
    }

    /// <summary>Negative control: whoever writes into the file itself leaves a part of it.</summary>
    [Fact]
    public void Snapshot_without_rename_is_caught()
    {
        var state = Survivor(new Breaker { TornAt = Length() / 2, InPlace = true });

        Assert.Empty(state.Tables);
        Figures.Caught("snapshot-without-rename", "a part of a table was read");
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertWhole(RouteState state) => Assert.True(Assert.Single(state.Tables).Generation is 1 or 2);

    private int Length()
    {
        var path = _folder.File($"{Guid.NewGuid():N}.json");
        new RouteFile(path, UnhinderedEffects.Instance, NullLogger<RouteFile>.Instance).Write(State(2));
        return (int)new FileInfo(path).Length;
    }

    /// <summary>What is read after a write of the second table over the first was cut.</summary>
    private RouteState Survivor(Breaker breaker)
    {
        var path = _folder.File($"{Guid.NewGuid():N}.json");
        var log = NullLogger<RouteFile>.Instance;
        new RouteFile(path, UnhinderedEffects.Instance, log).Write(State(1));
        breaker.Path = path;
        Assert.Throws<KilledException>(() => new RouteFile(path, breaker, log).Write(State(2)));
        return new RouteFile(path, UnhinderedEffects.Instance, log).Read();
    }

    private static RouteState State(long generation) => new()
    {
        Tables =
        [
            new RouteTable
            {
                Application = "shop",
                Generation = generation,
                Revisions = [new RevisionRoute { Revision = "v1", Weight = 100, Replicas = [new ReplicaAddress { Id = $"shop-v1-{generation}", Address = new Uri("http://127.0.0.1:20001") }] }],
            },
        ],
    };

    /// <summary>Kills on one side of an effect, or after a part of a write.</summary>
    private sealed class Breaker : IEffects
    {
        private bool _torn;

        public string KillAt { get; init; } = "";

        public int TornAt { get; init; } = -1;

        /// <summary>As if the write had gone to the file itself.</summary>
        public bool InPlace { get; init; }

        public string Path { get; set; } = "";

        public void Before(EffectKind kind, string what) => Pass($"Before {kind}");

        public void After(EffectKind kind, string what)
        {
            if (_torn)
            {
                if (InPlace) File.Copy(Path + ".new", Path, overwrite: true);
                throw new KilledException("in the middle of a write");
            }

            Pass($"After {kind}");
        }

        public int Torn(string what, int length)
        {
            _torn = TornAt >= 0;
            return _torn ? TornAt : length;
        }

        private void Pass(string point)
        {
            if (point == KillAt) throw new KilledException(point);
        }
    }
}
