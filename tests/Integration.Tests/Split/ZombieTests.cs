using System.Globalization;
using Platform.Contracts.Http;

namespace Platform.Integration.Tests.Split;

/// <summary>
/// Two deployment services on one database, the way to have one at hand when the other fails. The first is frozen with SIGSTOP in the
/// middle of a rollout, for longer than its lease lasts, and woken: it still believes to hold what the second has taken over.
/// </summary>
[Collection(Servers.Name)]
public sealed class ZombieTests(SplitPlatform platform, ITestOutputHelper output) : IClassFixture<SplitPlatform>
{
    private const int Rate = 15;
    private const string TurnedAway = "another deployment service holds the right";
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Awake = TimeSpan.FromSeconds(8);

    [Fact]
    public async Task Deployment_FrozenPastItsLeaseAndWoken_TheSecondEndsTheRolloutAlone_AndTheFirstIsTurnedAway()
    {
        platform.SkipUnlessComplete();
        await platform.ServeSomethingAsync();
        var zombie = platform.Service("deployment");
        await platform.StartSecondDeploymentAsync();
        await WaitsForTurnAsync(SplitPlatform.Second);
        var token = await TokenAsync();

        foreach (var stage in new[] { "starting", "watching" })
        {
            await using var traffic = platform.Visit(Rate);
            var rollout = await platform.DeployAsync(Revisions.Steady(platform, stage));
            await platform.RolloutAsync(rollout, r => r.State == stage || r.EndedAt is not null, $"is {stage}");
            await zombie.FreezeAsync();
            var frozen = TimeProvider.System.GetTimestamp();
            RolloutView ended;
            try
            {
                platform.Acting = SplitPlatform.Second;
                ended = await platform.RolloutAsync(rollout, r => r.EndedAt is not null, "is ended by the second service", Longest);
                Assert.True(ended.State == "completed", $"{ended.State}: {ended.Message}");
                Assert.True(await TokenAsync() > token, "the lease has passed on");
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Frozen while {stage}: the second had completed the rollout {TimeProvider.System.GetElapsedTime(frozen).TotalSeconds:0.0} s later."));
            }
            finally
            {
                await zombie.WakeAsync();
            }

            token = await TokenAsync();
            await WaitsForTurnAsync("deployment");
            await Task.Delay(Awake);
            Assert.Equal(token, await TokenAsync());
            // What it was about to start when it was frozen it may have started then; the second's scans take that away.
            await Settled.CheckAsync(platform, stage, mayHaveDoubled: true);
            await traffic.EndAsync();
            Assert.Empty(traffic.Failures);
            await Settled.EventsOnceAsync(platform, ended);

            // The second dies; the first, turned away until now, takes its turn again.
            await platform.Service(SplitPlatform.Second).KillAsync();
            platform.Acting = "deployment";
            await platform.WaitUntilReadyAsync();
            Assert.True(await TokenAsync() > token, "the lease has passed back");
            await platform.Service(SplitPlatform.Second).StartAsync();
            await WaitsForTurnAsync(SplitPlatform.Second);
            token = await TokenAsync();
        }
    }

    private Task WaitsForTurnAsync(string module) => platform.WaitsForAsync(
        module, w => w is not null && w.Any(reason => reason.Contains(TurnedAway, StringComparison.Ordinal)), "is turned away", TimeSpan.FromSeconds(60));

    private Task<long> TokenAsync() => platform.CountAsync("SELECT token FROM deployment.lease WHERE name = 'replicas'");

}
