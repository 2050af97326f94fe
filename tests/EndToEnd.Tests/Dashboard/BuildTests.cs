using System.Diagnostics;

namespace Platform.EndToEnd.Tests.Dashboard;

/// <summary>The step of the build that bundles the page, where Node or the registry is missing.</summary>
public sealed class BuildTests : IDisposable
{
    private readonly string _output = Directory.CreateTempSubdirectory("platform-dashboard-").FullName + "/";

    [Theory]
    [InlineData("-p:NodeCommand=/nowhere/node", "without Node.js and npm")]
    [InlineData("-p:NpmCommand=/nowhere/npm", "without Node.js and npm")]
    public async Task Without_node_the_build_succeeds_and_keeps_the_reason_for_the_page(string property, string reason)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Root };
        foreach (var argument in (string[])["build", "services/HealthMonitor", "-t:BundleDashboard", "-c", "Release", "-nologo", property, $"-p:DashboardOutput={_output}"]) start.ArgumentList.Add(argument);
        using var build = Process.Start(start)!;
        var said = build.StandardOutput.ReadToEndAsync();
        var complained = build.StandardError.ReadToEndAsync();
        await build.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(2)).Token);
        Assert.True(build.ExitCode == 0, await said + await complained);
        Assert.Contains("tables in place of charts", await said, StringComparison.Ordinal);
        Assert.Contains(reason, await File.ReadAllTextAsync(Path.Combine(_output, "why-no-charts.txt")), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_output, "bundle")));
    }

    public void Dispose() => Directory.Delete(_output, recursive: true);

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "Platform.sln"))) folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
            return folder.FullName;
        }
    }
}
