using Platform.Effects;
using Platform.Testing.DeploymentWorld;

namespace Platform.Deployment.Tests.Rollouts;

/// <summary>A sample of the kill plan: a blue-green rollout whose service is killed at its k-th effect, before it or after it, and started again.</summary>
public sealed class KilledTests
{
    public static TheoryData<int, bool> Kills()
    {
        var kills = new TheoryData<int, bool>();
        var random = new Random(20260101);
        for (var i = 0; i < 6; i++) kills.Add(random.Next(1, 220), random.Next(2) == 0);
        return kills;
    }

    [Theory]
    [MemberData(nameof(Kills))]
    public async Task Killed_at_any_effect_the_rollout_completes_and_every_process_has_an_owner(int effect, bool after)
    {
        await using var world = new World();
        await world.StartAsync();
        await world.EndAsync(await world.DeployAsync(Manifests.BlueGreen("v1")));
        await world.StopAsync();

        var plan = new KillAt(effect, after);
        var life = await world.StartAsync(new MortalEffects(plan));
        var id = Guid.Empty;
        try
        {
            id = await world.DeployAsync(Manifests.BlueGreen("v2"));
            await World.UntilAsync("killed, or ended", async () => life.Effects.IsDead || (await world.RolloutAsync(id))?.EndedAt is not null, () => "neither");
        }
        catch (KilledException)
        {
            // Killed before the command was accepted: whoever sent it sees an error and sends it again.
            id = Guid.Empty;
        }

        await world.KillAsync();
        await world.StartAsync();
        if (id == Guid.Empty) id = await world.DeployAsync(Manifests.BlueGreen("v2"));
        var row = await world.EndAsync(id);

        Assert.True(row.State == "completed", row.Message);
        await world.UntilAsync("two of v2 run, and nothing else", () => world.Machine.Alive.Count == 2 && world.Machine.Alive.All(p => p.Revision == "v2"));
        Assert.DoesNotContain(world.Machine.All, p => p.StoppedWhileRouted);
        Assert.Equal(2, world.Gateway.Table("shop")!.Revisions.Single(r => r.Weight > 0).Replicas.Count);
    }

    private sealed class KillAt(int effect, bool after) : IEffects
    {
        private int _count;

        public void Before(EffectKind kind, string what)
        {
            if (Interlocked.Increment(ref _count) == effect && !after) throw new KilledException($"effect {effect}: {kind} {what}");
        }

        public void After(EffectKind kind, string what)
        {
            if (_count >= effect && after) throw new KilledException($"after effect {effect}: {kind} {what}");
        }

        public int Torn(string what, int length) => length;
    }
}
