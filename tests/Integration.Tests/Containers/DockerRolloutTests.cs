namespace Platform.Integration.Tests.Containers;

/// <summary>On one engine.</summary>
[Collection(Engine.Name)]
public sealed class DockerRolloutTests(ServiceImages engine) : ContainerRollout(engine, "docker")
{
    protected override Task<string> ImageAsync() => engine.ChildImageAsync();

    protected override async Task<HashSet<string>> InstancesAsync() => Lines(await Host.DockerAsync(
        "ps", "--all", "--quiet", "--no-trunc", "--filter", "label=dev.platform.application=shop", "--filter", "name=platform-shop-v[123]-"));

    protected override Task RemoveAsync(string instance) => Host.DockerAsync("rm", "--force", instance);
}
