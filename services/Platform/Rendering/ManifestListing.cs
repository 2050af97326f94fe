using System.Text;
using Platform.Workloads.Manifests;

namespace Platform.CommandLine.Rendering;

/// <summary>
/// Problems of a manifest as a compiler shows them:
/// <code>
/// shop.yaml:7:8: scaling.max: expected a whole number, found 'many'
///    7 |   max: many
///      |        ^
/// </code>
/// </summary>
internal static class ManifestListing
{
    private const int Longest = 160;

    public static string Of(string file, string yaml, IReadOnlyList<ManifestProblem> problems)
    {
        var lines = yaml.Split('\n');
        var gutter = Math.Max(4, problems.Select(p => p.Line).DefaultIfEmpty(0).Max().ToString().Length + 2);
        var text = new StringBuilder();
        foreach (var problem in problems)
        {
            text.Append(file).Append(':').Append(problem.Line).Append(':').Append(problem.Column).Append(": ");
            if (problem.Path.Length > 0) text.Append(problem.Path).Append(": ");
            text.Append(problem.Message).Append('\n');
            AppendSource(text, lines, problem, gutter);
        }

        return text.Append(problems.Count == 1 ? "1 problem" : $"{problems.Count} problems").Append(" in ").Append(file).Append(". Nothing was deployed.\n").ToString();
    }

    private static void AppendSource(StringBuilder text, string[] lines, ManifestProblem problem, int gutter)
    {
        if (problem.Line < 1 || problem.Line > lines.Length) return;
        var source = Printable(lines[problem.Line - 1].TrimEnd('\r'));
        if (source.Length > Longest) source = source[..Longest] + "…";
        text.Append(problem.Line.ToString().PadLeft(gutter)).Append(" | ").Append(source).Append('\n');
        if (problem.Column >= 1 && problem.Column <= source.Length + 1)
            text.Append(' ', gutter).Append(" | ").Append(' ', problem.Column - 1).Append("^\n");
    }

    /// <summary>A file may hold anything: nothing of it may steer the terminal, and a tab would move the caret.</summary>
    private static string Printable(string line) => string.Create(line.Length, line, static (target, source) =>
    {
        for (var i = 0; i < source.Length; i++) target[i] = char.IsControl(source[i]) ? (source[i] == '\t' ? ' ' : '�') : source[i];
    });
}
