using Platform.Testing;

namespace Platform.Integration.Tests.Containers;

/// <summary>Every Dockerfile: built, and run as its compose file runs it.</summary>
[Collection(Engine.Name)]
public sealed class ImageTests(ServiceImages engine)
{
    public static TheoryData<string> Services => [.. ServiceImages.Services];

    [Theory]
    [MemberData(nameof(Services))]
    public async Task Image_OnAReadOnlyRootAsNobodySpecial_BecomesHealthyAndEndsWhenAsked(string service)
    {
        engine.SkipUnlessThere();
        var image = await engine.BuildAsync(service);
        var container = await engine.DockerAsync(
            "run", "--detach", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", image);

        await Eventually.HoldsAsync(async () => await engine.DockerAsync("inspect", "--format", "{{.State.Health.Status}}", container) == "healthy", $"{service} is healthy", TimeSpan.FromSeconds(60));
        Assert.Equal("10001:10001", await engine.DockerAsync("exec", container, "stat", "--format", "%u:%g", "/proc/1"));
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => engine.DockerAsync("exec", container, "touch", "/app/x"));
        Assert.Contains("Read-only file system", refused.Message, StringComparison.Ordinal);

        await engine.DockerAsync("stop", "--time", "20", container);
        Assert.Equal("0", await engine.DockerAsync("inspect", "--format", "{{.State.ExitCode}}", container));
        await engine.DockerAsync("rm", "--volumes", container);
    }

    [Fact]
    public async Task HealthCheck_OfAServiceThatDoesNotListen_Fails()
    {
        engine.SkipUnlessThere();
        var image = await engine.BuildAsync("Gateway");
        var container = await engine.DockerAsync("run", "--detach", "--entrypoint", "sleep", image, "60");

        await Assert.ThrowsAsync<InvalidOperationException>(() => engine.DockerAsync("exec", container, "dotnet", "/app/Platform.Gateway.dll", "health-check"));

        await engine.DockerAsync("rm", "--force", "--volumes", container);
    }
}
