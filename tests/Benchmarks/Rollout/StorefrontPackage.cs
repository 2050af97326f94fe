using Platform.Benchmarks.Containers;
using Platform.Workloads.Manifests;

namespace Platform.Benchmarks.Rollout;

/// <summary>How the Storefront is shipped: as processes from its build output, or as containers from its images.</summary>
internal sealed class StorefrontPackage : IAsyncDisposable
{
    private const string Volume = "platform-bench-orders";

    private readonly string _runtime;

    private StorefrontPackage(string runtime, BenchEngine? engine) => (_runtime, Engine) = (runtime, engine);

    /// <summary>Null: processes need none.</summary>
    public BenchEngine? Engine { get; }

    /// <summary>What the platform is told besides.</summary>
    public IReadOnlyList<string> Settings => Engine is null ? [] : [$"Docker:Endpoint={Engine.Endpoint}"];

    /// <summary>Makes ready what the runtime needs.</summary>
    public static async Task<StorefrontPackage> PrepareAsync(StorefrontRuntime runtime, bool needsSwarm, params IReadOnlyList<string> versions)
    {
        if (runtime.Name == RuntimeNames.Process) return new StorefrontPackage(runtime.Name, null);
        var engine = await BenchEngine.StartAsync(runtime.Engine, needsSwarm || runtime.Name == RuntimeNames.Swarm, runtime.MayInitSwarm);
        try
        {
            await StorefrontImages.BuildAsync(engine, versions);
            return new StorefrontPackage(runtime.Name, engine);
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    /// <summary>The manifest's lines that say what to run and how.</summary>
    /// <param name="version">The version it says it is.</param>
    /// <param name="journal">The file that orders are written into; in a container one in a volume; null: none is kept.</param>
    public string Section(string version, string? journal) => Engine is null
        ? $$"""
            runtime: process
            process:
              command: ["dotnet", "Storefront.dll"]
              workingDirectory: "{{Storefront.Folder}}"
              env: { STOREFRONT_VERSION: {{version}}{{(journal is null ? "" : $", STOREFRONT_JOURNAL: \"{journal}\"")}} }
            """
        : $$"""
            runtime: {{_runtime}}
            port: {{StorefrontImages.Port}}
            docker:
              image: "{{StorefrontImages.Of(version)}}"
              env: {{{(journal is null ? "" : $" STOREFRONT_JOURNAL: \"{StorefrontImages.Orders}/{StorefrontImages.JournalFile}\" ")}}}
              volumes: { {{Volume}}: {{StorefrontImages.Orders}} }
            """;

    /// <summary>The orders that the platform's replicas have written down.</summary>
    public async Task<IReadOnlyList<string>> OrdersAsync(string journal, string version) =>
        Engine is not null ? await Engine.ReadVolumeAsync(StorefrontImages.Of(version), Volume, StorefrontImages.JournalFile)
        : File.Exists(journal) ? await File.ReadAllLinesAsync(journal) : [];

    public async ValueTask DisposeAsync()
    {
        if (Engine is null) return;
        try
        {
            await Engine.RemoveAsync("volume", "rm", "--force", Volume);
        }
        finally
        {
            await Engine.DisposeAsync();
        }
    }
}
