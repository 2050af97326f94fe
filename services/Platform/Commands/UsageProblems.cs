using System.CommandLine;
using System.Text.RegularExpressions;
using Platform.Hosting.Configuration;

namespace Platform.CommandLine.Commands;

/// <summary>What is wrong with a command line, in words for the person who typed it rather than for the one who wrote the parser.</summary>
internal static partial class UsageProblems
{
    public static IEnumerable<(string Message, string? Hint)> Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (command.Subcommands.Count > 0 && parsed.UnmatchedTokens is [var unknown, ..] && !unknown.StartsWith('-'))
            return [($"There is no command '{unknown}'.", Suggestion(command, unknown))];
        var missing = command.Arguments.Where(a => a.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(a) is not { Tokens.Count: > 0 }).ToList();
        return missing.Count > 0
            ? missing.Select(a => ($"'{command.Name}' needs {a.Name.ToUpperInvariant()}: {a.Description}.", (string?)null))
            : parsed.Errors.Select(error => (Plain(error.Message), (string?)null));
    }

    private static string? Suggestion(Command command, string unknown) =>
        UnknownKeys.Nearest(unknown, command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name)) is { } meant ? $"Did you mean '{meant}'?" : null;

    /// <summary>The library names the .NET type that it could not make.</summary>
    private static string Plain(string message) => Conversion().Match(message) is { Success: true } match
        ? $"'{match.Groups["value"].Value}' is not {(match.Groups["type"].Value.Contains("Int", StringComparison.Ordinal) ? "a whole number" : "a number")}."
        : message;

    [GeneratedRegex(@"\ACannot parse argument '(?<value>.*)' for .* as expected type '(?<type>.*)'")]
    private static partial Regex Conversion();
}
