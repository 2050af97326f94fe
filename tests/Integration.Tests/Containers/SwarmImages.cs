using Platform.Testing;

namespace Platform.Integration.Tests.Containers;

/// <summary>A Swarm with the base image and the program that behaves as it is told.</summary>
public sealed class SwarmImages : SwarmEngine, IAsyncLifetime
{
    private readonly Lazy<Task<string>> _child;

    public SwarmImages() => _child = new Lazy<Task<string>>(() => ChildImage.BuildAsync(this));

    /// <summary>An image of the program that behaves as it is told.</summary>
    public Task<string> ChildImageAsync() => _child.Value;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        if (Missing is null) await ChildImage.ImportBaseAsync(this);
    }
}

/// <summary>The tests that share one Swarm.</summary>
[CollectionDefinition(Name)]
public sealed class Swarm : ICollectionFixture<SwarmImages>
{
    /// <summary>For <c>[Collection(Swarm.Name)]</c>.</summary>
    public const string Name = "docker swarm";
}
