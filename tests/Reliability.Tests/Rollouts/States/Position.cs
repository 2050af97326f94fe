using System.Text.Json;
using Platform.Deployment.Rollouts;
using Platform.Reliability.Oracles;
using Platform.Reliability.Simulation;

namespace Platform.Reliability.Rollouts.States;

/// <summary>Where a rollout stands, as its saga has committed it.</summary>
/// <param name="Strategy">The strategy its plan is of; empty: not planned yet.</param>
/// <param name="Stage">The stage.</param>
/// <param name="Phase">What a rollback does; only then.</param>
/// <param name="Step">The plan's step, from 1; 0: none.</param>
internal sealed record Position(string Strategy, RolloutStage Stage, RollbackPhase? Phase, int Step)
{
    /// <summary>The positions of all sagas that are under way in a world, and how many steps their plans have.</summary>
    public static IReadOnlyList<(Position Position, int Steps)> In(Outside outside) =>
        [.. outside.Query<string>("SELECT body FROM saga").Select(Read)];

    public override string ToString() => $"{Strategy} {Stage}{(Phase is { } phase ? "." + phase : "")}{(Step > 0 ? $" in step {Step}" : "")}".Trim();

    private static (Position, int) Read(string body)
    {
        using var saga = JsonDocument.Parse(body);
        var memory = saga.RootElement.EnumerateObject().First(p => p.Name.Equals(nameof(RolloutState.Memory), StringComparison.OrdinalIgnoreCase)).Value.GetString()!;
        var progress = JsonSerializer.Deserialize<RolloutProgress>(memory)!;
        return (new Position(progress.Plan?.Strategy ?? "", progress.Stage, progress.Stage == RolloutStage.RollingBack ? progress.Phase : null, progress.Step), progress.Plan?.Steps.Count ?? 0);
    }
}

/// <summary>What happens to a rollout in a state.</summary>
public enum Disturbance
{
    /// <summary>The service is killed.</summary>
    Service,
    /// <summary>The bus takes no message for a while.</summary>
    Bus,
    /// <summary>The engine is started anew, and all of the replicas die with it.</summary>
    Engine,
}

/// <summary>Looks at the sagas after each commit.</summary>
internal static class Lookout
{
    private static readonly TimeSpan BusIsAway = TimeSpan.FromSeconds(5);

    /// <summary>Tells of every position that is committed.</summary>
    public static KillPlan Tell(Play play, Action<Position, int> seen) => new(watch: point =>
    {
        if (!IsCommit(point)) return;
        foreach (var (position, steps) in Position.In(play.Outside)) seen(position, steps);
    });

    /// <summary>Does something, once, right after a position has been committed.</summary>
    public static KillPlan Disturb(Play play, Position at, Disturbance disturbance, Action done)
    {
        var happened = false;
        DateTimeOffset? back = null;
        return new KillPlan(watch: point =>
        {
            if (back > play.Clock.GetUtcNow() && point is { Side: Side.Before, Kind: Effects.EffectKind.BusPublish }) throw new IOException("The bus is away.");
            if (happened || !IsCommit(point) || !Position.In(play.Outside).Any(p => p.Position == at)) return;
            happened = true;
            done();
            switch (disturbance)
            {
                case Disturbance.Service:
                    throw new Testing.DeploymentWorld.KilledException($"{at}");
                case Disturbance.Bus:
                    back = play.Clock.GetUtcNow() + BusIsAway;
                    break;
                default:
                    foreach (var process in play.World.Machine.Alive.Where(p => p.Application == "shop").ToList()) play.World.Machine.Crash(process, 137);
                    break;
            }
        });
    }

    private static bool IsCommit(KillPoint point) => point is { Side: Side.After, Kind: Effects.EffectKind.DatabaseCommit };
}
