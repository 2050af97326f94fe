using Platform.Hosting;

namespace Platform.Deployment.Tests;

public sealed class DeploymentOptionsTests
{
    [Theory]
    [InlineData("ParallelStarts", "0", "1 to 64")]
    [InlineData("ParallelStarts", "65", "1 to 64")]
    [InlineData("QueuedRollouts", "-1", "0 to 100")]
    [InlineData("RolloutTick", "0s", "10ms to 1m")]
    [InlineData("Lease", "10ms", "1s to 10m")]
    [InlineData("UsageInterval", "soon", "a duration such as 5m, 1m30s, 500ms or 00:05:00")]
    public void Start_ValueOutOfRange_IsRefusedWithItsKeyAndRange(string key, string value, string expected)
    {
        var problem = Assert.Single(Start($"--Deployment:{key}={value}").Problems);

        Assert.Equal($"Deployment:{key}", problem.Path);
        Assert.Equal(expected, problem.Expected);
        Assert.Contains(value, problem.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_SeveralValuesOutOfRange_NamesEveryOne() =>
        Assert.Equal(
            ["Deployment:ParallelStarts", "Deployment:StopGrace"],
            Start("--Deployment:ParallelStarts=0", "--Deployment:StopGrace=1h").Problems.Select(p => p.Path).Order(StringComparer.Ordinal));

    [Fact]
    public void Start_RepeatShorterThanRetry_IsRefused() =>
        Assert.Contains(Start("--Deployment:RouteRetry=5s", "--Deployment:RouteRepeat=1s").Problems, p => p.Path == "Deployment:RouteRepeat");

    private static ConfigurationException Start(params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("platform-options-");
        try
        {
            return Assert.Throws<ConfigurationException>(() => ServiceHost.Build([$"--Data={folder.FullName}", .. settings], [DeploymentModule.Module]));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
