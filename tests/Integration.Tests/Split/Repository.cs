namespace Platform.Integration.Tests.Split;

/// <summary>Where the build has put what the tests run.</summary>
internal static class Repository
{
    private static readonly string Output = Path.Combine("bin", "Release", "net10.0");

    public static string Root { get; } = FindRoot();

    /// <summary>The folder that <c>dotnet Storefront.dll</c> runs in.</summary>
    public static string Storefront { get; } = Path.Combine(Root, "samples", "Storefront", Output);

    /// <summary>A service's executable: <c>Gateway</c>.</summary>
    public static string Service(string project) => Path.Combine(Root, "services", project, Output, $"Platform.{project}");

    private static string FindRoot()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "Platform.sln"))) at = at.Parent ?? throw new InvalidOperationException("The tests do not run in the repository.");
        return at.FullName;
    }
}
