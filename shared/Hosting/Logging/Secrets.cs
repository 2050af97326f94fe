using System.Text.RegularExpressions;

namespace Platform.Hosting.Logging;

/// <summary>Keeps secrets out of everything that is written: by the name that a value goes under, and by its look.</summary>
internal static partial class Secrets
{
    public const string Mask = "***";

    private static readonly string[] Names = ["key", "secret", "password", "passwd", "pwd", "token", "authorization", "cookie", "credential", "credentials", "connectionstring"];

    /// <summary>Whether a value under this name is a secret: the name, or the last word of it, is one of ours (<c>ApiKey</c>, <c>Auth:Token</c>).</summary>
    public static bool IsSecretName(string name) =>
        Names.Any(n => name.EndsWith(n, StringComparison.OrdinalIgnoreCase) || name.EndsWith(n + "s", StringComparison.OrdinalIgnoreCase));

    /// <summary>The value, or the mask, by its name and its look.</summary>
    public static string MaskValue(string name, string value) => IsSecretName(name) ? Mask : MaskText(value);

    /// <summary>Text with every secret that can be recognised by its look masked.</summary>
    public static string MaskText(string text)
    {
        if (!MayContainSecret(text)) return text;
        text = PlatformKey().Replace(text, Mask);
        text = Bearer().Replace(text, "$1" + Mask);
        text = Pair().Replace(text, "$1" + Mask);
        text = UserInfo().Replace(text, "$1" + Mask + "@");
        return Reference().Replace(text, "secret://" + Mask);
    }

    private static bool MayContainSecret(string text) =>
        text.Contains("plk_", StringComparison.Ordinal) || text.Contains("://", StringComparison.Ordinal)
        || text.Contains("bearer ", StringComparison.OrdinalIgnoreCase) || text.Contains('=', StringComparison.Ordinal);

    [GeneratedRegex("plk_[A-Za-z0-9_-]{8,}")]
    private static partial Regex PlatformKey();

    [GeneratedRegex("(bearer )[^\\s\"',;]+", RegexOptions.IgnoreCase)]
    private static partial Regex Bearer();

    [GeneratedRegex("((?:password|passwd|pwd|secret|token|api[_-]?key)\\s*=\\s*)[^;&\\s\"']+", RegexOptions.IgnoreCase)]
    private static partial Regex Pair();

    [GeneratedRegex("([a-z][a-z0-9+.-]*://[^:/@\\s]*:)[^@/\\s]+@", RegexOptions.IgnoreCase)]
    private static partial Regex UserInfo();

    [GeneratedRegex("secret://[^\\s\"',;]+", RegexOptions.IgnoreCase)]
    private static partial Regex Reference();
}
