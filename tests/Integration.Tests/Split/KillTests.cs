using System.Net;
using Platform.Testing;
using Platform.Workloads.Runtimes.Processes;

namespace Platform.Integration.Tests.Split;

/// <summary>Each service killed with SIGKILL in the middle of a rollout, and started again a while later.</summary>
[Collection(Servers.Name)]
public sealed class KillTests(SplitPlatform platform) : IClassFixture<SplitPlatform>
{
    private const int Rate = 15;
    private static readonly TimeSpan Dead = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(120);
    private static readonly string[] Ends = ["completed", "rolledBack", "failed"];

    [Theory]
    [InlineData("deployment", "starting")]
    [InlineData("deployment", "watching")]
    [InlineData("gateway", "starting")]
    [InlineData("autoscaler", "starting")]
    [InlineData("healthmonitor", "watching")]
    public async Task Service_KilledInMidRollout_TheRolloutEnds_NoReplicaIsLostDoubledOrOrphaned(string module, string stage)
    {
        platform.SkipUnlessComplete();
        var stable = await platform.ServeSomethingAsync();
        await using var traffic = platform.Visit(Rate);
        var revision = $"{module}-{stage}";
        var rollout = await platform.DeployAsync(Revisions.Steady(platform, revision));
        await platform.RolloutAsync(rollout, r => r.State == stage || r.EndedAt is not null, $"is {stage}");

        var service = platform.Service(module);
        var killed = DateTimeOffset.UtcNow;
        await service.KillAsync();
        await Task.Delay(Dead);
        await service.StartAsync();
        var back = DateTimeOffset.UtcNow;

        var ended = await platform.RolloutAsync(rollout, r => r.EndedAt is not null, "ends", Longest);
        Assert.Contains(ended.State, Ends);
        await Settled.CheckAsync(platform, ended.State == "completed" ? revision : stable);
        await traffic.EndAsync();
        Assert.DoesNotContain(traffic.Failures, f => module != "gateway" || f.Ended < killed || f.Began > back);
        await Settled.EventsOnceAsync(platform, ended);
    }

    [Fact]
    public async Task Gateway_StartedWithoutBusAndStream_ServesFromItsLastTable()
    {
        platform.SkipUnlessComplete();
        await platform.ServeSomethingAsync();
        using var data = new TemporaryFolder();
        Directory.CreateDirectory(data.File("gateway"));
        File.Copy(Path.Combine(platform.DataOf("gateway"), "gateway", "routes.json"), data.File("gateway/routes.json"));
        var ports = new FreePorts();
        var (control, traffic, nowhere) = (ports.Take(), ports.Take(), ports.Take());
        await using var lonely = new ServiceProcess("gateway", Repository.Service("Gateway"), [control, traffic],
            [
                "--config", platform.ConfigurationFile, "--data", data.Path, $"--Ports:gateway={control}", $"--Ports:traffic={traffic}",
                $"--Bus:Uri=amqp://guest:guest@127.0.0.1:{nowhere}/", $"--Stream:BootstrapServers=127.0.0.1:{nowhere}",
            ], data.File("log"));
        await lonely.StartAsync();
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{traffic}/products/1"));
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}\n{lonely.LastWords}");
    }
}
