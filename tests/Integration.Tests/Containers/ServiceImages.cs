using Platform.Integration.Tests.Split;
using Platform.Testing;

namespace Platform.Integration.Tests.Containers;

/// <summary>An engine with the base image, and the services published where their Dockerfiles take them from.</summary>
public sealed class ServiceImages : DockerEngine, IAsyncLifetime
{
    public static readonly IReadOnlyList<string> Services = ["Gateway", "Deployment", "Autoscaler", "HealthMonitor"];

    public const string BaseImage = ChildImage.Base;

    private readonly Lazy<Task<string>> _published;
    private readonly Lazy<Task<string>> _child;

    public ServiceImages()
    {
        _published = new Lazy<Task<string>>(() => Command.RunAsync(Path.Combine(Repository.Root, "infrastructure/scripts/publish.sh"), [.. Services, "--no-build"], Environment));
        _child = new Lazy<Task<string>>(() => ChildImage.BuildAsync(this));
    }

    /// <summary>How every command is told which engine to talk to, and to do without BuildKit's plug-in.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["DOCKER_HOST"] = "unix://" + Socket,
        ["DOCKER_BUILDKIT"] = "0", // its plug-in is not in every distribution
        ["COMPOSE_DOCKER_CLI_BUILD"] = "0",
        ["BASE_IMAGE"] = BaseImage,
        ["INSTALL_LIBRDKAFKA"] = "false",
    };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        if (Missing is not null) return;
        await ChildImage.ImportBaseAsync(this);
    }

    /// <summary>Publishes the services, once, into where their Dockerfiles take them from.</summary>
    public Task PublishAsync() => _published.Value;

    /// <summary>An image of the program that behaves as it is told.</summary>
    public Task<string> ChildImageAsync() => _child.Value;

    /// <summary>Builds a service's image as its Dockerfile says.</summary>
    public async Task<string> BuildAsync(string service)
    {
        await PublishAsync();
        var tag = $"platform-{service.ToLowerInvariant()}:tests";
        await Command.RunAsync(
            "docker",
            ["build", "--quiet", "--file", Path.Combine(Repository.Root, $"infrastructure/docker/{service}.Dockerfile"), "--build-arg", $"BASE_IMAGE={BaseImage}", "--build-arg", "INSTALL_LIBRDKAFKA=false", "--tag", tag, Repository.Root],
            Environment);
        return tag;
    }
}

/// <summary>The tests that share one engine.</summary>
[CollectionDefinition(Name)]
public sealed class Engine : ICollectionFixture<ServiceImages>
{
    /// <summary>For <c>[Collection(Engine.Name)]</c>.</summary>
    public const string Name = "docker engine";
}
