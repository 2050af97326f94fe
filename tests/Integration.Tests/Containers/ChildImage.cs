using Platform.Integration.Tests.Split;
using Platform.Testing;

namespace Platform.Integration.Tests.Containers;

/// <summary>The images that the runtimes' tests need, put into an engine.</summary>
internal static class ChildImage
{
    public const string Base = "platform-base:tests";

    private const string Tag = "platform-test-child:tests";

    public static Task ImportBaseAsync(DockerEngine engine) =>
        Command.RunAsync(Path.Combine(Repository.Root, "infrastructure/docker/base-image.sh"), [Base], EnvironmentOf(engine));

    /// <summary>The program that behaves as it is told.</summary>
    /// <returns>Its image's name.</returns>
    public static async Task<string> BuildAsync(DockerEngine engine)
    {
        var dockerfile = Path.Combine(engine.Folder, "Child.Dockerfile");
        await File.WriteAllTextAsync(dockerfile, $"FROM {Base}\nCOPY . /child\nENTRYPOINT [\"dotnet\", \"/child/TestChild.dll\"]\n");
        await Command.RunAsync(
            "docker", ["build", "--quiet", "--file", dockerfile, "--tag", Tag, Path.Combine(Repository.Root, "tests/TestChild/bin/Release/net10.0")], EnvironmentOf(engine));
        return Tag;
    }

    private static Dictionary<string, string> EnvironmentOf(DockerEngine engine) => new() { ["DOCKER_HOST"] = "unix://" + engine.Socket, ["DOCKER_BUILDKIT"] = "0" };
}
