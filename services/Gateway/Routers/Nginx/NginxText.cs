using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Platform.Gateway.Routers.Nginx;

/// <summary>
/// How foreign text stands in an nginx configuration. Whatever comes out of here consists of characters that mean nothing to nginx's reader: no
/// quote, semicolon, brace, dollar, white space or control character of the input survives.
/// </summary>
internal static class NginxText
{
    /// <summary>
    /// A name nginx can use for an upstream, different for different texts even where nginx ignores the case: <c>v1.2</c> becomes <c>v1_2e2</c>.
    /// </summary>
    public static string Name(string text)
    {
        var name = new StringBuilder(text.Length + 8);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (char.IsAsciiDigit((char)b) || char.IsAsciiLetterLower((char)b)) name.Append((char)b);
            else name.Append('_').Append(b.ToString("x2", CultureInfo.InvariantCulture));
        }

        return name.ToString();
    }

    /// <summary>A short name for what an application's variables begin with: nginx builds a table of them whose entries are short by default.</summary>
    public static string Short(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..10];

    /// <summary>A regular expression that just this text matches, byte by byte: everything but letters and digits by its code.</summary>
    public static string Literal(string text)
    {
        var pattern = new StringBuilder(text.Length * 2);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (char.IsAsciiLetterOrDigit((char)b)) pattern.Append((char)b);
            else pattern.Append("\\x").Append(b.ToString("x2", CultureInfo.InvariantCulture));
        }

        return pattern.ToString();
    }

    /// <summary>A path inside double quotes. Its characters were checked; a quote or backslash is escaped.</summary>
    public static string Quoted(string path) => $"\"{path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>A duration as nginx reads it, in milliseconds.</summary>
    public static string Milliseconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, (long)span.TotalMilliseconds)}ms");
}
