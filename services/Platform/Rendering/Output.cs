using System.Text.Json;
using Platform.CommandLine.Client;
using Spectre.Console;

namespace Platform.CommandLine.Rendering;

/// <summary>Where a command writes: figures to standard output, everything for the person beside it to standard error.</summary>
internal sealed class Output
{
    public Output(TextWriter standard, TextWriter error)
    {
        Standard = standard;
        Error = error;
        Console = Create(standard, System.Console.IsOutputRedirected);
        ErrorConsole = Create(error, System.Console.IsErrorRedirected);
    }

    public TextWriter Standard { get; }

    public TextWriter Error { get; }

    /// <summary>Standard output with colours and tables. Honours NO_COLOR, as Spectre.Console does by itself.</summary>
    public IAnsiConsole Console { get; }

    public IAnsiConsole ErrorConsole { get; }

    /// <summary>Whether a person watches: then views may redraw themselves.</summary>
    public bool IsInteractive => Console.Profile.Out.IsTerminal;

    public void Json<T>(T value) => Standard.WriteLine(JsonSerializer.Serialize(value, ClientJson.Indented));

    /// <summary>One line of a stream of JSON values.</summary>
    public void JsonLine<T>(T value) => Standard.WriteLine(JsonSerializer.Serialize(value, ClientJson.Options));

    public void Fail(string message, string? hint)
    {
        ErrorConsole.MarkupLine($"[red]platform:[/] {Markup.Escape(message)}");
        if (hint is not null) ErrorConsole.MarkupLine($"  {Markup.Escape(hint)}");
    }

    private static IAnsiConsole Create(TextWriter writer, bool redirected)
    {
        var settings = new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) };
        if (redirected) (settings.Ansi, settings.ColorSystem) = (AnsiSupport.No, ColorSystemSupport.NoColors);
        var console = AnsiConsole.Create(settings);
        // A pipe has no width; eighty columns would cut what a program or a log wants whole.
        if (redirected || !console.Profile.Out.IsTerminal) console.Profile.Width = 500;
        return console;
    }
}
