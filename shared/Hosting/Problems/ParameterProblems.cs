using System.Text.RegularExpressions;

namespace Platform.Hosting.Problems;

/// <summary>
/// Explains a route or query value that could not be bound. The framework's own text names types of the program, which are nobody's
/// business, so only the parameter and the value are taken from it.
/// </summary>
internal static partial class ParameterProblems
{
    private const int ShownLength = 60;

    public static ProblemResult For(string message)
    {
        if (Unreadable().Match(message) is { Success: true } bad) return Report(bad.Groups["name"].Value, Expected(bad.Groups["type"].Value), $"'{Clipped(bad.Groups["value"].Value)}'");
        if (Missing().Match(message) is { Success: true } none) return Report(none.Groups["name"].Value, Expected(none.Groups["type"].Value), "nothing");
        return Problem.BadRequest("bad-request", "The request cannot be understood");
    }

    private static ProblemResult Report(string name, string expected, string found) =>
        Problem.BadRequest("bad-request", "The request cannot be understood", [new FieldProblem(name, expected, found, $"{name}: expected {expected}, found {found}.")]);

    private static string Expected(string type) => type.Replace("Nullable<", "", StringComparison.Ordinal).TrimEnd('>', '?') switch
    {
        "int" or "long" or "short" or "Int32" or "Int64" => "a whole number",
        "double" or "decimal" or "float" => "a number",
        "bool" => "true or false",
        "Guid" => "an id such as 7d444840-9dc0-11d1-b245-5ffdce74fad2",
        "DateTimeOffset" or "DateTime" => "a time such as 2026-01-31T12:00:00Z",
        "TimeSpan" => "a duration such as 5m",
        "string" => "text",
        _ => "another value",
    };

    private static string Clipped(string text)
    {
        text = Logging.Secrets.MaskText(text);
        return text.Length <= ShownLength ? text : text[..ShownLength] + "…";
    }

    [GeneratedRegex("^Failed to bind parameter \"(?<type>\\S+) (?<name>\\w+)\" from \"(?<value>.*)\"\\.$", RegexOptions.Singleline)]
    private static partial Regex Unreadable();

    [GeneratedRegex("^Required parameter \"(?<type>\\S+) (?<name>\\w+)\" was not provided")]
    private static partial Regex Missing();
}
