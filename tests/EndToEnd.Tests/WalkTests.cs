using System.Text.Json;

namespace Platform.EndToEnd.Tests;

/// <summary>A user's day with the command line.</summary>
[Collection("whole machine")]
public sealed class WalkTests
{
    private static readonly string Samples = Path.Combine(PlatformProcess.Root, "samples");

    [Fact]
    public async Task UpDeployStatusScaleRollbackLogsEventsDown_WorkTogether()
    {
        using var playground = new Playground();
        string[] data = ["--data", playground.Data];
        try
        {
            var up = JsonDocument.Parse(await PlatformProcess.RunAsync(0, ["up", "--detach", "--json", "--ports-from", "0", .. data])).RootElement;
            Assert.Contains("/login?code=", up.GetProperty("dashboard").GetString());
            Assert.Contains("already runs", await PlatformProcess.RunAsync(69, ["up", "--ports-from", "0", .. data]));

            Assert.Contains("storefront v1 serves", await PlatformProcess.RunAsync(0, ["deploy", Path.Combine(Samples, "storefront-v1.yaml"), .. data]));
            using var http = new HttpClient { BaseAddress = new Uri(up.GetProperty("addresses").GetProperty("traffic").GetString()!) };
            Assert.Contains("\"version\":\"v1\"", await http.GetStringAsync("/"));

            await PlatformProcess.RunAsync(0, ["scale", "storefront", "2", .. data]);
            await Eventually.TrueAsync(() => playground.Replicas().Count == 2, TimeSpan.FromSeconds(20), () => "two replicas were never there");
            await PlatformProcess.RunAsync(0, ["deploy", Path.Combine(Samples, "storefront-v2.yaml"), "--reason", "walk", .. data]);
            Assert.Contains("\"version\":\"v2\"", await http.GetStringAsync("/"));

            var status = JsonDocument.Parse(await PlatformProcess.RunAsync(0, ["status", "--json", .. data])).RootElement;
            Assert.Equal("v2", status.GetProperty("applications")[0].GetProperty("stableRevision").GetString());
            Assert.Contains("ready", await PlatformProcess.RunAsync(0, ["status", "storefront", .. data]));
            Assert.Contains("listens on", await PlatformProcess.RunAsync(0, ["logs", "storefront", .. data]));
            Assert.Contains("DeploymentCompleted", await PlatformProcess.RunAsync(0, ["events", .. data]));
            await PlatformProcess.RunAsync(0, ["alerts", .. data]);
            Assert.Contains("admin", await PlatformProcess.RunAsync(0, ["keys", .. data]));

            await PlatformProcess.RunAsync(0, ["rollback", "storefront", .. data]);
            Assert.Contains("\"version\":\"v1\"", await http.GetStringAsync("/"));
            Assert.Contains("no rollout under way", await PlatformProcess.RunAsync(1, ["promote", "storefront", .. data]));
        }
        finally
        {
            await PlatformProcess.RunAsync(0, ["down", .. data]);
        }

        Assert.Empty(playground.Replicas());
        Assert.Empty(playground.RunFiles());
    }

    [Fact]
    public async Task Up_AfterTheFormerOneWasKilled_TakesItsReplicasOver()
    {
        using var playground = new Playground();
        string[] data = ["--data", playground.Data];
        await using (var killed = PlatformProcess.Start(["up", "--ports-from", "0", .. data]))
        {
            await killed.WaitForAsync("dashboard", TimeSpan.FromSeconds(60));
            await PlatformProcess.RunAsync(0, ["deploy", Path.Combine(Samples, "storefront-v1.yaml"), .. data]);
            killed.Signal(9);
            await killed.ExitAsync(TimeSpan.FromSeconds(10));
        }

        var before = playground.Replicas();
        Assert.NotEmpty(before);
        await using var second = PlatformProcess.Start(["up", "--ports-from", "0", .. data]);
        await second.WaitForAsync("dashboard", TimeSpan.FromSeconds(60));
        Assert.Equal(before, playground.Replicas());
        var status = JsonDocument.Parse(await PlatformProcess.RunAsync(0, ["status", "storefront", "--json", .. data])).RootElement;
        Assert.Equal(before[0], status.GetProperty("applications")[0].GetProperty("replicas")[0].GetProperty("processId").GetInt32());
        second.Signal(15);
        Assert.Equal(0, await second.ExitAsync(TimeSpan.FromSeconds(40)));
        Assert.Empty(playground.Replicas());
    }

    [Fact]
    public async Task Down_AfterAKill_StopsWhatWasLeftRunning()
    {
        using var playground = new Playground();
        string[] data = ["--data", playground.Data];
        await using (var killed = PlatformProcess.Start(["up", "--ports-from", "0", .. data]))
        {
            await killed.WaitForAsync("dashboard", TimeSpan.FromSeconds(60));
            await PlatformProcess.RunAsync(0, ["deploy", Path.Combine(Samples, "storefront-v1.yaml"), .. data]);
            killed.Signal(9);
            await killed.ExitAsync(TimeSpan.FromSeconds(10));
        }

        Assert.NotEmpty(playground.Replicas());
        await PlatformProcess.RunAsync(0, ["down", .. data]);
        Assert.Empty(playground.Replicas());
    }

    [Fact]
    public async Task Up_BusyPort_NamesTheHolderAndEndsWith69()
    {
        using var playground = new Playground();
        using var holder = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        holder.Start();
        var port = ((System.Net.IPEndPoint)holder.LocalEndpoint).Port;
        var output = await PlatformProcess.RunAsync(69, ["up", "--ports-from", "0", "--set", $"Ports:gateway={port}", "--data", playground.Data]);
        Assert.Contains($"process {Environment.ProcessId}", output);
        Assert.Empty(playground.RunFiles());
    }
}
