using System.Collections.Concurrent;
using Platform.Deployment.Rollouts;
using Platform.Reliability.Simulation;

namespace Platform.Reliability.Rollouts.States;

/// <summary>The scenarios that, together, pass through every state a rollout can be in: each gone through once undisturbed, to learn which.</summary>
public sealed class Journeys : IAsyncLifetime
{
    private readonly Dictionary<string, Play> _plays = [];
    private readonly Dictionary<string, IReadOnlyList<Position>> _positions = [];
    private readonly List<string> _ends = [];
    private readonly Dictionary<string, int> _steps = [];

    /// <summary>In the order in which one begins where another ended.</summary>
    internal static IReadOnlyList<Scenario> All { get; } =
    [
        Scenario.First, Scenario.BlueGreen, Scenario.RolledBack, Scenario.Rolling, Scenario.RollingAborted, Scenario.Canary, Scenario.Experiment,
        Scenario.Returned, Scenario.Aborted, Scenario.Failed, Scenario.Prepared, Scenario.Undone,
    ];

    /// <summary>The positions a scenario passes through.</summary>
    internal IReadOnlyList<Position> Of(Scenario scenario) => _positions[scenario.Name];

    /// <summary>The world in which a scenario begins; null: an empty one.</summary>
    internal Play? Origin(Scenario scenario) => scenario.After is null ? null : _plays[scenario.After.Name];

    /// <summary>All positions of all scenarios.</summary>
    internal IReadOnlyList<Position> Everywhere => [.. _positions.Values.SelectMany(p => p).Distinct()];

    /// <summary>How they ended.</summary>
    internal IReadOnlyList<string> Ends => _ends;

    /// <summary>How many steps the plans of each strategy have.</summary>
    internal IReadOnlyDictionary<string, int> Steps => _steps;

    public async ValueTask InitializeAsync()
    {
        foreach (var scenario in All)
        {
            var play = Play.Begin(Origin(scenario));
            _plays[scenario.Name] = play;
            var seen = new ConcurrentDictionary<Position, bool>();
            var plan = Lookout.Tell(play, (position, steps) =>
            {
                seen.TryAdd(position, true);
                if (steps == 0) return;
                lock (_steps) _steps[position.Strategy] = steps;
            });
            Assert.Empty(await play.RunAsync(scenario, plan));
            _ends.AddRange(play.Ends());
            await play.KillAsync();
            _positions[scenario.Name] = [.. seen.Keys.Where(p => !p.Stage.IsEnd())];
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var play in _plays.Values) await play.DisposeAsync();
    }
}
