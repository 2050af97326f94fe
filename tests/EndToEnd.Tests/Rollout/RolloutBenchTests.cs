using System.Text.Json;

namespace Platform.EndToEnd.Tests.Rollout;

/// <summary>The promise that shipping drops nothing, in small; <c>./platform bench rollout</c> is the same at full length.</summary>
[Collection("whole machine")]
public sealed class RolloutBenchTests
{
    [Theory]
    [InlineData("blueGreen", 5)]
    [InlineData("rolling", 2)]
    [InlineData("canary", 1)]
    public async Task SwitchesUnderLoad_FailCutAndDuplicateNothing(string strategy, int switches)
    {
        using var playground = new Playground();
        var figures = Path.Combine(playground.Data, "figures.json");
        var output = await PlatformProcess.RunAsync(0,
            ["bench", "rollout", "--switches", $"{switches}", "--rate", "200", "--strategy", strategy, "--blocks", "1", "--steady", "2", "--peer", "none", "--json", figures]);
        var row = JsonDocument.Parse(await File.ReadAllTextAsync(figures)).RootElement.GetProperty("rows").EnumerateArray().Single();
        Assert.Equal("ours", row.GetProperty("subject").GetString());
        Assert.Equal(switches, row.GetProperty("switches").GetInt32());
        foreach (var figure in (string[])["failedSwitches", "failedRequests", "cutStreams", "duplicatedRequests", "lostOrders"])
            Assert.True(row.GetProperty(figure).GetInt64() == 0, $"{figure}:\n{output}");
        Assert.True(row.GetProperty("requests").GetInt64() > 1_000, output);
        Assert.True(row.GetProperty("webSockets").GetInt64() > 4, output);
        Assert.True(row.GetProperty("switchMilliseconds").GetDouble() > 0, output);
    }

    [Fact]
    public async Task UnknownStrategy_EndsWithUsage() =>
        Assert.Contains("expected blueGreen, rolling, canary or experiment, found 'red'", await PlatformProcess.RunAsync(64, "bench", "rollout", "--strategy", "red"));
}
