using Platform.Reliability.Mutants;

namespace Platform.Reliability.Simulation;

/// <summary>One run: which scenario, killed where, for how long, and where once more. All of it stands in one word, which repeats it.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Point">Where it is killed first; null: nowhere.</param>
/// <param name="Again">At which effect of the recovery it is killed once more, from 1; 0: not.</param>
/// <param name="Downtime">How long it stays dead each time.</param>
internal sealed record Kill(Scenario Scenario, KillPoint? Point, int Again, TimeSpan Downtime)
{
    public static Kill Parse(string text)
    {
        var parts = text.Split(';');
        return new Kill(
            Scenario.Named(parts[0]), parts[1].Length == 0 ? null : KillPoint.Parse(parts[1]), int.Parse(parts[2]), TimeSpan.FromMilliseconds(int.Parse(parts[3])));
    }

    public override string ToString() => $"{Scenario};{Point};{Again};{Downtime.TotalMilliseconds:0}";

    /// <summary>Goes through it in a world of its own.</summary>
    public async Task<Outcome> RunAsync(Play? origin, Mutant? mutant = null)
    {
        var first = new KillPlan(Point);
        var second = new KillPlan(nth: Again);
        await using var play = Play.Begin(origin, mutant is null ? null : mutant.Apply, Downtime, mutant?.Meanwhile);
        var wrong = await play.RunAsync(Scenario, Again > 0 ? [first, second] : [first]);
        return new Outcome(this, wrong, play.KilledWhile, first.Killed is not null, second.Killed is not null, play.Ends());
    }
}

/// <summary>How a run went.</summary>
/// <param name="Kill">The run.</param>
/// <param name="Wrong">What the oracles found.</param>
/// <param name="KilledWhile">What the rollout was at when it was killed.</param>
/// <param name="Reached">True: the point came by. What depends on who is first may not happen in every run.</param>
/// <param name="ReachedAgain">True: the second one did, too.</param>
/// <param name="Ends">How the scenario's rollouts ended.</param>
internal sealed record Outcome(Kill Kill, IReadOnlyList<string> Wrong, IReadOnlyList<string> KilledWhile, bool Reached, bool ReachedAgain, IReadOnlyList<string> Ends)
{
    public string Report => $"""
        {Kill}
          {string.Join("\n  ", Wrong)}
          again: KILL_AT='{Kill}' dotnet test tests/Reliability.Tests -c Release --filter Repeated
        """;
}
