namespace Platform.Security.Tests.Support;

/// <summary>The sources, for rules that are about them.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>Every C# file of the product: what is shipped, without tests.</summary>
    public static IEnumerable<(string Path, string Text)> Sources() =>
        new[] { "shared", "services", "samples" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories))
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal) && !path.Contains("/node_modules/", StringComparison.Ordinal))
            .Select(path => (Path.GetRelativePath(Root, path), File.ReadAllText(path)));

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "Platform.sln")) ? folder : Find(Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("Platform.sln is not above the tests"));
}
