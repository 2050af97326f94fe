using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Platform.CommandLine.Client;
using Platform.CommandLine.Rendering;

namespace Platform.CommandLine.Commands;

/// <summary>A command with examples, shown under its help.</summary>
internal sealed class DocumentedCommand(string name, string description, params string[] examples) : Command(name, description)
{
    public IReadOnlyList<string> Examples => examples;
}

/// <summary>What every command shares: where it writes, the clock, the options that all take, and how failures become exit codes.</summary>
internal sealed class Cli(Output output, TimeProvider clock)
{
    public Output Output => output;

    public TimeProvider Clock => clock;

    public Option<string> Data { get; } = new("--data")
    {
        Description = "The platform's data folder: databases, keys, logs. Default: $PLATFORM_Data, else ./.data",
        HelpName = "FOLDER",
        Recursive = true,
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("PLATFORM_Data") is { Length: > 0 } folder ? folder : "./.data",
    };

    public Option<bool> Json { get; } = new("--json") { Description = "Write JSON for programs" };

    public string DataFolder(ParseResult parse) => Path.GetFullPath(parse.GetValue(Data)!);

    /// <summary>Gives a command its action; expected failures are told to the person and become the exit code.</summary>
    public void Run(Command command, Func<ParseResult, CancellationToken, Task<int>> action) =>
        command.SetAction((parse, ct) => GuardAsync(() => action(parse, ct), ct));

    /// <summary>As <see cref="Run"/>, for a command that speaks to a running platform and can answer as JSON.</summary>
    public void RunAgainstPlatform(Command command, Func<ParseResult, PlatformClient, bool, CancellationToken, Task<int>> action)
    {
        command.Options.Add(Json);
        Run(command, async (parse, ct) =>
        {
            using var client = PlatformClient.For(DataFolder(parse));
            return await action(parse, client, parse.GetValue(Json), ct);
        });
    }

    public async Task<int> GuardAsync(Func<Task<int>> action, CancellationToken ct)
    {
        try
        {
            return await action();
        }
        catch (CommandFailure) when (ct.IsCancellationRequested)
        {
            // What could not be done any more because everything was stopping is no news.
            return ExitCode.Interrupted;
        }
        catch (CommandFailure failure)
        {
            output.Fail(failure.Message, failure.Hint);
            return failure.ExitCode;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception unforeseen) when (unforeseen is not OutOfMemoryException)
        {
            output.Fail($"This should not have happened: {unforeseen.GetType().Name}: {unforeseen.Message}", "Please report it with the command and its output.");
            return ExitCode.Software;
        }
    }
}

/// <summary>The library's help, then the examples and the exit codes.</summary>
internal sealed class HelpWithExamples(HelpAction inner, Output output) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        var result = inner.Invoke(parseResult);
        if (parseResult.CommandResult.Command is DocumentedCommand { Examples: { Count: > 0 } examples })
        {
            output.Standard.WriteLine("Examples:");
            foreach (var example in examples) output.Standard.WriteLine($"  {example}");
            output.Standard.WriteLine();
        }

        output.Standard.WriteLine("Exit codes:");
        foreach (var (code, meaning) in ExitCode.Meanings) output.Standard.WriteLine($"  {code,3} {meaning}");
        return result;
    }
}
