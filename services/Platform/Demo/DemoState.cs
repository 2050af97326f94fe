using Platform.CommandLine.Client;
using Platform.CommandLine.Load;
using Platform.Contracts.Http;

namespace Platform.CommandLine.Demo;

/// <summary>What the run knows at a moment, for whoever shows it. Written by one watcher, read by one view.</summary>
internal sealed class DemoState
{
    private const int MostEvents = 200;
    private readonly Lock _gate = new();
    private readonly List<PlatformEvent> _events = [];
    private readonly List<ReplicaPoint> _replicas = [];

    /// <summary>The application as Deployment last showed it.</summary>
    public ApplicationView? Application { get; private set; }

    /// <summary>The services as they last answered.</summary>
    public IReadOnlyList<ServiceHealth> Services { get; set; } = [];

    /// <summary>What the demonstration does now.</summary>
    public string Doing { get; set; } = "starting";

    /// <summary>The load, once it runs.</summary>
    public LoadGenerator? Load { get; set; }

    /// <summary>Events seen so far; a view shows the last ones.</summary>
    public long EventCount { get; private set; }

    public void Saw(PlatformEvent happened)
    {
        // One of each per replica and change: the figures show the same.
        if (happened.Type is "TrafficShifted" or "ReplicaDrained") return;
        lock (_gate)
        {
            _events.Add(happened);
            EventCount++;
            if (_events.Count > MostEvents) _events.RemoveAt(0);
        }
    }

    public IReadOnlyList<PlatformEvent> LastEvents(int count)
    {
        lock (_gate) return [.. _events.TakeLast(count)];
    }

    public void Saw(ApplicationView application)
    {
        Application = application;
        if (Load is not { } load || load.Elapsed == TimeSpan.Zero) return;
        lock (_gate) _replicas.Add(new ReplicaPoint(load.Elapsed, Serving(application), application.WantedReplicas));
    }

    public IReadOnlyList<ReplicaPoint> Replicas()
    {
        lock (_gate) return [.. _replicas];
    }

    /// <summary>Ready replicas of revisions that get traffic: during a blue-green switch the other set does not count.</summary>
    public static int Serving(ApplicationView application) =>
        application.Replicas.Count(replica => replica.State == "ready" && application.Weights.GetValueOrDefault(replica.Revision) > 0);
}
