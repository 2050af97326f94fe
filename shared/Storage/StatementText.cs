using System.Text.RegularExpressions;

namespace Platform.Storage;

/// <summary>What a statement's first words tell: whether it changes rows, and of which table.</summary>
internal static partial class StatementText
{
    private static readonly char[] WordEnds = [' ', '\t', '\r', '\n', '(', ';'];

    public static bool Changes(string sql) => !sql.AsSpan().TrimStart().StartsWith("SELECT", StringComparison.OrdinalIgnoreCase);

    /// <summary>The table an INSERT, UPDATE or DELETE names; otherwise the first word.</summary>
    public static string Table(string sql)
    {
        var words = sql.Split(WordEnds, 8, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0) return "";
        return words[0].ToUpperInvariant() switch
        {
            "INSERT" or "DELETE" when words.Length > 2 => words[2],
            "UPDATE" when words.Length > 1 => words[1],
            _ => words[0],
        };
    }

    /// <summary>
    /// <c>IN @list</c> on PostgreSQL: Dapper spells lists out for SQLite, but hands them to Npgsql as arrays, which want <c>= ANY(@list)</c>.
    /// </summary>
    public static string ForArrays(string sql)
        => sql.Contains(" IN @", StringComparison.OrdinalIgnoreCase)
            ? InList().Replace(sql, match => match.Groups["not"].Success ? $"<> ALL(@{match.Groups["list"].Value})" : $"= ANY(@{match.Groups["list"].Value})")
            : sql;

    [GeneratedRegex(@"(?<not>\bNOT\s+)?\bIN\s+@(?<list>\w+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex InList();
}
