using Platform.Benchmarks.Rollout;

namespace Platform.Benchmarks.Containers;

/// <summary>The Storefront as images of an engine: one per revision, the same for the platform and its peer.</summary>
internal static class StorefrontImages
{
    /// <summary>Where the volume with the orders is mounted.</summary>
    public const string Orders = "/orders";

    public const string JournalFile = "journal";

    public const int Port = 8080;

    /// <summary>What they are built on.</summary>
    public const string Base = "platform-base:bench";

    public static string Of(string revision) => "storefront-bench:" + revision;

    public static async Task BuildAsync(BenchEngine engine, params IEnumerable<string> revisions)
    {
        await engine.ImportBaseAsync(Base);
        foreach (var revision in revisions)
        {
            await engine.BuildAsync(
                "--file", Path.Combine(Checkout.Root, "samples/Storefront/Dockerfile"), "--build-arg", $"BASE_IMAGE={Base}", "--build-arg", $"VERSION={revision}",
                "--tag", Of(revision), Storefront.Folder);
        }
    }
}
