using System.CommandLine;
using System.Text.RegularExpressions;
using Platform.CommandLine.Commands;
using Platform.CommandLine.Rendering;

namespace Platform.CommandLine.Reference;

/// <summary>The commands, from the very tree that parses them.</summary>
internal static partial class CommandLinePage
{
    public static string Write()
    {
        var root = CommandTree.Create(new Cli(new Output(TextWriter.Null, TextWriter.Null), TimeProvider.System));
        var page = new Markdown("Command line", "the command tree");
        page.Paragraph("`./platform` in a clone builds what is out of date and runs the command; in an installation the program is called `platform`. " +
            "Figures go to standard output, everything said to the person beside it to standard error. `--help` after any command shows it with examples. " +
            "`NO_COLOR` switches colours off.");
        page.Heading(2, "Exit codes").Table(["code", "means"], ExitCode.Meanings.Select(code => new[] { Markdown.Code(code.Key.ToString()), code.Value }));
        page.Heading(2, "Options of every command").Table(OptionColumns, root.Options.Where(o => o.Recursive && o.Name != "--version").OrderBy(o => o.Name, StringComparer.Ordinal).Select(Row));
        page.Heading(2, "Environment").Table(["variable", "means"],
        [
            [Markdown.Code(Client.AccessKey.Variable), "The key that commands show to a platform. Default: the admin key in the data folder."],
            ["`PLATFORM_Data`", "The data folder, as `--data`."],
            ["`PLATFORM_Section__Key`", "Any setting of the [configuration](configuration.md), for `up`."],
        ]);
        foreach (var command in root.Subcommands.Where(c => !c.Hidden)) Write(page, command, "platform", 2);
        return page.ToString();
    }

    private static readonly string[] OptionColumns = ["option", "", "default"];

    private static void Write(Markdown page, Command command, string parent, int level)
    {
        var name = $"{parent} {command.Name}";
        var usage = string.Concat(command.Arguments.Select(a => a.Arity.MinimumNumberOfValues == 0 ? $" [{a.Name.ToUpperInvariant()}]" : $" {a.Name.ToUpperInvariant()}"));
        page.Heading(level, name).Paragraph($"{command.Description}.").CodeBlock("", [$"{name}{usage}{(command.Options.Any(o => !o.Hidden) ? " [options]" : "")}"]);
        page.Table(["argument", ""], command.Arguments.Select(a => new[] { Markdown.Code(a.Name.ToUpperInvariant()), a.Description ?? "" }));
        page.Table(OptionColumns, command.Options.Where(o => !o.Hidden && !o.Recursive).Select(Row));
        if (command is DocumentedCommand { Examples: { Count: > 0 } examples })
            page.Paragraph("Examples:").CodeBlock("sh", examples.Select(e => InClone().Replace(e, "./platform ")));
        foreach (var nested in command.Subcommands) Write(page, nested, name, level + 1);
    }

    private static string[] Row(Option option) =>
    [
        string.Join(", ", option.Aliases.Where(a => a.StartsWith('-')).OrderBy(a => a.Length).Append(option.Name).Select(n => Markdown.Code(n + Value(option)))),
        (option.Description ?? "") + (option.Required ? " (required)" : ""),
        Default(option),
    ];

    private static string Value(Option option) => option.ValueType == typeof(bool) || option.Arity.MaximumNumberOfValues == 0 ? "" : " " + (option.HelpName ?? "VALUE");

    /// <summary>The program's name where a command begins: examples are copied in a clone.</summary>
    [GeneratedRegex(@"(?<=^|\()platform ")]
    private static partial Regex InClone();

    /// <summary>Defaults that depend on the environment are told in the description.</summary>
    private static string Default(Option option) =>
        option.HasDefaultValue && option.ValueType != typeof(bool) && option.Name != "--data" && option.GetDefaultValue() is { } value
            ? Markdown.Code(Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "") : "";
}
