namespace Platform.Benchmarks;

/// <summary>The repository that the bench runs in.</summary>
internal static class Checkout
{
    /// <summary>Where its solution is.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "Platform.sln")))
            at = at.Parent ?? throw new BenchUsageException("The bench does not run in the repository, where the sample application is.");
        return at.FullName;
    }
}
