using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Platform.Reliability.Simulation;
using Platform.Testing.DeploymentWorld;

namespace Platform.Reliability.Mutants;

/// <summary>A service falls asleep with the lease in its hand; another takes over; the first wakes up in the middle of a rollout and must be turned away.</summary>
public sealed class ZombieTests(Origins origins) : IClassFixture<Origins>
{
    [Theory]
    [InlineData("", true)]
    [InlineData("lease-without-fencing", false)]
    public async Task Who_wakes_up_after_its_lease_has_passed_on_is_turned_away(string mutant, bool turnedAway)
    {
        await using var play = Play.Begin(origins.Of(Scenario.BlueGreen), Slow(mutant));
        var asleep = Idleness.Instance.NewClock(leader: play.Clock);
        asleep.Skip(play.Clock.GetUtcNow() - asleep.GetUtcNow());
        var rebuild = play.World.Rebuild;
        play.World.Rebuild = services =>
        {
            rebuild(services);
            services.Replace(ServiceDescriptor.Singleton<TimeProvider>(asleep));
        };
        var zombie = await play.World.BeginAsync();
        await World.UntilAsync("it leads", () => Task.FromResult(zombie.Leadership.WaitingFor is null), () => zombie.Leadership.WaitingFor ?? "");
        asleep.Frozen = true;
        play.World.Rebuild = rebuild;
        play.Clock.Skip(TimeSpan.FromMinutes(1));

        // The other one begins a rollout whose replicas take their time to start; there the first one wakes up.
        IReadOnlyList<string> wrong = await play.RunAsync(Scenario.BlueGreen with
        {
            Script = async p =>
            {
                await Scenario.BlueGreen.Script(p);
                asleep.Skip(p.Clock.GetUtcNow() - asleep.GetUtcNow());
                asleep.Frozen = false;
            },
        });

        var waitsFor = zombie.Leadership.WaitingFor;
        await zombie.KillAsync();
        Idleness.Instance.Forget(asleep);
        var refused = waitsFor is not null && wrong.Count == 0;
        Assert.True(refused == turnedAway, $"turned away: {waitsFor}; {string.Join("; ", wrong)}");
        if (!refused) Figures.Caught(mutant, wrong.Count > 0 ? wrong[0] : "both acted");
    }

    private static Action<IServiceCollection, Play> Slow(string mutant)
    {
        var parts = new Mutant(mutant, Scenario.BlueGreen)
        {
            Statements = mutant.Length == 0 ? null : _ => new Tampering { Rewrite = sql => sql.Replace(" AND token = @Token", "", StringComparison.Ordinal) },
            Runtime = (play, runtime) => new TamperedRuntime(runtime)
            {
                Start = async (r, spec, ct) =>
                {
                    await Task.Delay(TimeSpan.FromSeconds(5), play.Clock, ct);
                    return await r.StartAsync(spec, ct);
                },
            },
        };
        return parts.Apply;
    }
}
