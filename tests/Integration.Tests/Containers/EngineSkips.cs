using Platform.Testing;

namespace Platform.Integration.Tests.Containers;

/// <summary>Where no engine can be had, a test says so.</summary>
internal static class EngineSkips
{
    public static void SkipUnlessThere(this DockerEngine engine) => Assert.SkipWhen(engine.Missing is not null, engine.Missing ?? "");
}
