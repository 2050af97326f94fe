using System.Text.Json;

namespace Platform.EndToEnd.Tests;

/// <summary>One at a time: each of them uses the machine to its limits.</summary>
[Collection("whole machine")]
public sealed class DemoTests
{
    private static readonly string[] Short = ["demo", "--duration", "45s", "--peak", "160", "--ports-from", "0"];

    [Fact]
    public async Task Demo_KeepsItsPromisesAndLeavesNothingBehind()
    {
        using var playground = new Playground();
        var figures = Path.Combine(playground.Data, "figures.json");
        var output = await PlatformProcess.RunAsync(0, [.. Short, "--data", playground.Data, "--json", figures]);
        var summary = JsonDocument.Parse(await File.ReadAllTextAsync(figures)).RootElement;
        Assert.True(summary.GetProperty("areKept").GetBoolean());
        Assert.Equal(3, summary.GetProperty("promises").GetArrayLength());
        Assert.Equal(6, summary.GetProperty("phases").GetArrayLength());
        Assert.Contains("✓ v2 took over under load without a failed request", output);
        Assert.Contains("dashboard", output);
        Assert.DoesNotContain('\u001b', output);
        Assert.Empty(playground.Replicas());
        Assert.Empty(playground.RunFiles());
    }

    /// <summary>The negative control: a third revision that works is not rolled back, so one promise is broken, and the exit code says so.</summary>
    [Fact]
    public async Task Demo_ThirdRevisionIsHealthy_EndsWithOneAndNamesTheBrokenPromise()
    {
        using var playground = new Playground();
        var healthy = (await File.ReadAllTextAsync(Path.Combine(PlatformProcess.Root, "samples/storefront-v2.yaml")))
            .Replace("revision: v2", "revision: v3", StringComparison.Ordinal)
            .Replace("workingDirectory: ", $"workingDirectory: {playground.Data}/", StringComparison.Ordinal);
        Copy(Path.Combine(PlatformProcess.Root, "samples/Storefront/bin/Release/net10.0"), Path.Combine(playground.Data, "Storefront/bin/Release/net10.0"));
        var file = Path.Combine(playground.Data, "healthy.yaml");
        await File.WriteAllTextAsync(file, healthy);
        var output = await PlatformProcess.RunAsync(1, [.. Short, "--data", playground.Data, "--v3", file]);
        Assert.Contains("✗ v3's failures ended with an automatic rollback: its rollout ended as 'completed'", output);
        Assert.Empty(playground.Replicas());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(15)]
    public async Task Demo_InterruptedInTheMiddle_LeavesNoProcessNoPortAndNoRunFile(int signal)
    {
        using var playground = new Playground();
        await using var demo = PlatformProcess.Start([.. Short, "--data", playground.Data]);
        await demo.WaitForAsync("requests/s", TimeSpan.FromSeconds(60));
        Assert.NotEmpty(playground.Replicas());
        demo.Signal(signal);
        Assert.Equal(130, await demo.ExitAsync(TimeSpan.FromSeconds(40)));
        Assert.Empty(playground.Replicas());
        Assert.Empty(playground.RunFiles());
        Assert.DoesNotContain("   at ", demo.Output);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}

[CollectionDefinition("whole machine", DisableParallelization = true)]
public sealed class WholeMachine;
