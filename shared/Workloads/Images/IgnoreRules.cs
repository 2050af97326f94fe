using System.Text;
using System.Text.RegularExpressions;

namespace Platform.Workloads.Images;

/// <summary>
/// What a <c>.dockerignore</c> leaves out of a build's context: a pattern per line, <c>*</c> and <c>?</c> within a part of a path, <c>**</c> over any
/// number of parts, <c>!</c> takes back in; the last pattern that fits a path, or a folder above it, decides.
/// https://docs.docker.com/build/concepts/context/#dockerignore-files
/// </summary>
internal sealed class IgnoreRules
{
    private static readonly TimeSpan LongestMatch = TimeSpan.FromSeconds(1);
    private readonly List<(Regex Pattern, bool IsBack)> _rules = [];

    /// <summary>Reads the file's text.</summary>
    public IgnoreRules(string text)
    {
        foreach (var line in text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#'))
        {
            var isBack = line[0] == '!';
            var pattern = Clean(isBack ? line[1..].Trim() : line);
            if (pattern.Length > 0) _rules.Add((new Regex(@"\A" + Expression(pattern) + @"\z", RegexOptions.CultureInvariant, LongestMatch), isBack));
        }
    }

    /// <summary>Whether anything may be taken back in, so that a folder that is left out must be looked through.</summary>
    public bool TakesBack => _rules.Any(r => r.IsBack);

    /// <summary>Whether a path is left out.</summary>
    /// <param name="path">Below the context, parts separated by <c>/</c>.</param>
    public bool LeavesOut(string path)
    {
        var left = false;
        foreach (var (pattern, isBack) in _rules)
        {
            if (left == isBack && Above(path).Any(p => pattern.IsMatch(p))) left = !isBack;
        }

        return left;
    }

    /// <summary>The path, and the folders above it.</summary>
    private static IEnumerable<string> Above(string path)
    {
        yield return path;
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1)) yield return path[..slash];
    }

    /// <summary>Without leading and trailing slashes, <c>.</c> and <c>..</c>.</summary>
    private static string Clean(string pattern)
    {
        var parts = new List<string>();
        foreach (var part in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                if (parts.Count > 0) parts.RemoveAt(parts.Count - 1);
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    private static string Expression(string pattern)
    {
        var regex = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*' when i + 1 < pattern.Length && pattern[i + 1] == '*':
                    i++;
                    // With the slash behind it, also no folder at all.
                    var isFolder = i + 1 < pattern.Length && pattern[i + 1] == '/';
                    if (isFolder) i++;
                    regex.Append(isFolder ? "(.*/)?" : ".*");
                    break;
                case '*':
                    regex.Append("[^/]*");
                    break;
                case '?':
                    regex.Append("[^/]");
                    break;
                case '[' when pattern.IndexOf(']', i + 1) is > 0 and var end && end > i + 1:
                    var set = pattern[(i + 1)..end];
                    regex.Append('[').Append(set[0] == '^' ? "^" : "").Append(Regex.Replace(set[0] == '^' ? set[1..] : set, @"[\[\]\\^]", @"\$0")).Append(']');
                    i = end;
                    break;
                case '\\' when i + 1 < pattern.Length:
                    regex.Append(Regex.Escape(pattern[++i].ToString()));
                    break;
                default:
                    regex.Append(Regex.Escape(pattern[i].ToString()));
                    break;
            }
        }

        return regex.ToString();
    }
}
