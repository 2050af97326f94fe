using System.Text.RegularExpressions;

namespace Platform.Workloads.Runtimes.Docker.Engine;

/// <summary>An image's name in its parts: <c>registry.example.org:5000/shop/web:v2</c>, <c>nginx@sha256:…</c>.</summary>
/// <param name="Name">With the registry, without tag and digest.</param>
/// <param name="Tag">The tag or digest; <c>latest</c> when nothing is said.</param>
/// <param name="Registry">The registry's address.</param>
internal sealed partial record ImageReference(string Name, string Tag, string Registry)
{
    /// <summary>The registry of names without one, as the engine calls it.</summary>
    public const string DefaultRegistry = "https://index.docker.io/v1/";

    private const int Longest = 255;

    /// <summary>Whether it is an image's name.</summary>
    public static bool IsValid(string text) => text.Length <= Longest && Pattern().IsMatch(text);

    /// <summary>Takes a valid one apart.</summary>
    public static ImageReference Parse(string text)
    {
        var parts = Pattern().Match(text);
        var name = parts.Groups["name"].Value;
        var tag = parts.Groups["digest"] is { Success: true } digest ? digest.Value : parts.Groups["tag"] is { Success: true } written ? written.Value : "latest";
        var first = name.Split('/')[0];
        var hasRegistry = name.Contains('/') && (first.Contains('.') || first.Contains(':') || first == "localhost");
        return new ImageReference(name, tag, hasRegistry ? first : DefaultRegistry);
    }

    [GeneratedRegex(@"\A(?<name>(([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)(:[0-9]{1,5})?/)?[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*)(:(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(@(?<digest>sha256:[0-9a-f]{64}))?\z")]
    private static partial Regex Pattern();
}
