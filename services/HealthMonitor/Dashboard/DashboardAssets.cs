using System.Net;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Platform.HealthMonitor.Dashboard;

/// <summary>
/// The files of the page, from this assembly: bundled with the charting library where the build could, the plain sources otherwise.
/// Their address contains a digest of them all, so that a browser may keep them for good.
/// </summary>
internal sealed class DashboardAssets
{
    private const string Root = "dashboard/";
    private readonly Dictionary<string, byte[]> _files;

    private DashboardAssets(Dictionary<string, byte[]> files, bool bundled, string? whyNoCharts)
    {
        _files = files;
        WhyNoCharts = whyNoCharts;
        Path = "/assets/" + Digest(files);
        var style = bundled ? $"<link rel=\"stylesheet\" href=\"{Path}/charts.css\">" : "";
        Page = Fill(files["index.html"], style);
        LoginPage = Fill(files["login.html"], style);
    }

    /// <summary>Why the page has tables in place of charts; null: it has charts.</summary>
    public string? WhyNoCharts { get; }

    /// <summary>Where the files are served.</summary>
    public string Path { get; }

    /// <summary>The page for those who are logged in.</summary>
    public byte[] Page { get; }

    /// <summary>The page for those who are not.</summary>
    public byte[] LoginPage { get; }

    /// <summary>What the build made.</summary>
    public static DashboardAssets FromBuild()
    {
        var bundle = Read(Root + "bundle/");
        return bundle.Count > 0 ? Of(bundle, bundled: true, null) : WithoutCharts(Text(Root + "why-no-charts.txt"));
    }

    /// <summary>The page as a machine without Node builds it.</summary>
    public static DashboardAssets WithoutCharts(string why) => Of([], bundled: false, why);

    /// <summary>A file by its path below <see cref="Path"/>; null: there is none.</summary>
    public (byte[] Content, string ContentType)? Find(string file) =>
        _files.TryGetValue(file, out var content) && ContentType(file) is { } type ? (content, type) : null;

    private static DashboardAssets Of(Dictionary<string, byte[]> bundle, bool bundled, string? why)
    {
        var source = Read(Root + "source/");
        var files = bundled ? bundle : source;
        files["index.html"] = source["index.html"];
        files["login.html"] = source["login.html"];
        return new DashboardAssets(files, bundled, why);
    }

    private byte[] Fill(byte[] template, string style) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(template)
        .Replace("{{assets}}", Path, StringComparison.Ordinal)
        .Replace("{{chart-style}}", style, StringComparison.Ordinal)
        .Replace("{{charts-missing}}", WebUtility.HtmlEncode(WhyNoCharts ?? ""), StringComparison.Ordinal));

    /// <summary>Documents are not assets: they are served at <c>/</c> only, filled in.</summary>
    private static string? ContentType(string file) => System.IO.Path.GetExtension(file) switch
    {
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => null,
    };

    private static string Digest(Dictionary<string, byte[]> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, content) in files.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData(BitConverter.GetBytes(content.Length));
            hash.AppendData(content);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }

    private static Dictionary<string, byte[]> Read(string prefix)
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames().Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(name => name[prefix.Length..], Bytes, StringComparer.Ordinal);
    }

    private static string Text(string name) => Encoding.UTF8.GetString(Bytes(name)).Trim('\uFEFF', '\r', '\n', ' ');

    private static byte[] Bytes(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name) ?? throw new InvalidOperationException($"The assembly has no resource '{name}'.");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
