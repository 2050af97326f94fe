namespace Platform.Integration.Tests.Containers;

/// <summary>On a Swarm.</summary>
[Collection(Swarm.Name)]
public sealed class SwarmRolloutTests(SwarmImages swarm) : ContainerRollout(swarm, "swarm")
{
    protected override Task<string> ImageAsync() => swarm.ChildImageAsync();

    protected override async Task<HashSet<string>> InstancesAsync()
    {
        var ids = Lines(await Host.DockerAsync("service", "ls", "--quiet", "--filter", "label=dev.platform.application=shop"));
        // The list has the ids cut short.
        return ids.Count == 0 ? [] : Lines(await Host.DockerAsync(["service", "inspect", "--format", "{{.ID}}", .. ids]));
    }

    protected override Task RemoveAsync(string instance) => Host.DockerAsync("service", "rm", instance);
}
