using System.Collections.Concurrent;
using Platform.Deployment.Rollouts;
using Platform.Deployment.Rollouts.Strategies;
using Platform.Reliability.Simulation;

namespace Platform.Reliability.Rollouts.States;

/// <summary>
/// Enumerates the saga's states: each is a value of <see cref="RolloutStage"/>, in a rollback of <see cref="RollbackPhase"/>, in a step of a strategy's
/// plan. A rollout is brought into it; there the service is killed, or the bus goes away and comes back, or the engine dies with all
/// replicas. Whatever it was, the rollout completes or is rolled back, and the oracles find nothing lost, doubled or orphaned.
/// A state that is added and that no journey passes through fails the first test here.
/// </summary>
public sealed class EveryStateTests(Journeys journeys) : IClassFixture<Journeys>
{
    private const int Worlds = 6;

    /// <summary>Passed through inside one transaction and never committed; killed in the midst of it below.</summary>
    private static readonly RolloutStage[] NeverCommitted = [RolloutStage.Planning];

    public static MatrixTheoryData<string, Disturbance> Cases { get; } = new(Journeys.All.Select(s => s.Name), Enum.GetValues<Disturbance>());

    [Fact]
    public void Every_state_has_a_journey_that_passes_through_it()
    {
        var committed = Enum.GetValues<RolloutStage>().Where(s => !s.IsEnd()).Except(NeverCommitted);
        Assert.Equal(committed.Order(), journeys.Everywhere.Select(p => p.Stage).Distinct().Order());
        Assert.Equal(Enum.GetValues<RollbackPhase>().Order(), journeys.Everywhere.Select(p => p.Phase).OfType<RollbackPhase>().Distinct().Order());
        Assert.Equal(Enum.GetValues<RolloutStage>().Where(s => s.IsEnd()).Select(s => s.Name()).Order(), journeys.Ends.Distinct().Order());

        string[] strategies = [.. RolloutStrategyList.Names, "first", "instant"];
        Assert.Equal(strategies.Order(), journeys.Steps.Keys.Order());
        // The traffic of every step of every strategy's plan is shifted; that a step starts replicas is seen where it needs more than the one before.
        var missed =
            from strategy in strategies
            from step in Enumerable.Range(1, journeys.Steps[strategy])
            from stage in step == 1 ? [RolloutStage.Starting, RolloutStage.Shifting] : new[] { RolloutStage.Shifting }
            where !journeys.Everywhere.Contains(new Position(strategy, stage, null, step))
            select $"{strategy} {stage} in step {step}";
        Assert.Empty(missed);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Disturbed_in_any_state_it_completes_or_rolls_back(string journey, Disturbance disturbance)
    {
        var scenario = Scenario.Named(journey);
        var reached = new ConcurrentDictionary<Position, bool>();
        var wrong = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(
            journeys.Of(scenario),
            new ParallelOptions { MaxDegreeOfParallelism = Worlds, CancellationToken = TestContext.Current.CancellationToken },
            async (position, _) =>
            {
                await using var play = Play.Begin(journeys.Origin(scenario), downtime: TimeSpan.FromSeconds(2));
                var found = await play.RunAsync(scenario, Lookout.Disturb(play, position, disturbance, () => reached[position] = true));
                foreach (var what in found) wrong.Enqueue($"{position}: {what}");
            });

        States.Add(disturbance, reached.Keys);
        Assert.True(wrong.IsEmpty, string.Join("\n", wrong));
        // What depends on who is first may not be passed through each time.
        Assert.InRange(reached.Count, (journeys.Of(scenario).Count + 1) / 2, journeys.Of(scenario).Count);
    }

    [Fact]
    public async Task Killed_while_it_is_planned_it_is_planned_again()
    {
        foreach (var side in Enum.GetValues<Side>())
        {
            var point = new KillPoint(side, Effects.EffectKind.DatabaseExecute, "deployment.rollout_steps", 1);
            var outcome = await new Kill(Scenario.BlueGreen, point, 0, TimeSpan.FromSeconds(1)).RunAsync(journeys.Origin(Scenario.BlueGreen));
            Assert.True(outcome is { Reached: true, Wrong.Count: 0, Ends: ["completed"] }, $"reached: {outcome.Reached}, ends: {string.Join(", ", outcome.Ends)}\n{outcome.Report}");
        }
    }
}

/// <summary>What was disturbed where, for the reader of <c>./test</c>.</summary>
internal static class States
{
    private static readonly ConcurrentDictionary<(Disturbance, Position), bool> Reached = [];

    public static void Add(Disturbance disturbance, IEnumerable<Position> positions)
    {
        foreach (var position in positions) Reached[(disturbance, position)] = true;
        var counts = Reached.Keys.GroupBy(k => k.Item1).OrderBy(g => g.Key).Select(g => $"{g.Key.ToString().ToLowerInvariant()} {g.Count()}");
        Figures.Write("states", $"saga states disturbed: {string.Join(", ", counts)}\n");
    }
}
