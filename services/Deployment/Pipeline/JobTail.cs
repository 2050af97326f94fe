using System.Text;

namespace Platform.Deployment.Pipeline;

/// <summary>The end of a job's log.</summary>
internal static class JobTail
{
    private const int Block = 1 << 20, LongestLine = 2_000, ShortLine = 300;

    /// <summary>The last lines of a file; none where there is no file.</summary>
    public static IReadOnlyList<string> Read(string path, int lines)
    {
        if (!File.Exists(path)) return [];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Seek(-Math.Min(file.Length, Block), SeekOrigin.End);
        using var reader = new StreamReader(file, Encoding.UTF8);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(lines).Select(l => l.Length <= LongestLine ? l : l[..LongestLine] + "…")];
    }

    /// <summary>For a failure's text.</summary>
    public static string Sentence(IReadOnlyList<string> lines) => lines.Count == 0 ? "it wrote nothing" : "its last lines: " + string.Join(" | ", lines.TakeLast(10).Select(l => l.Length <= ShortLine ? l : l[..ShortLine] + "…"));
}
