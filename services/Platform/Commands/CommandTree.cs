using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Platform.CommandLine.Rendering;

namespace Platform.CommandLine.Commands;

/// <summary>All commands: the table of contents of the command line.</summary>
internal static class CommandTree
{
    public static RootCommand Create(Cli cli)
    {
        var root = new RootCommand("Platform ships new versions without dropping a request, watches them, scales them, and takes bad ones back.");
        root.Options.Add(cli.Data);
        Add(root,
            DemoCommand.Create(cli),
            UpCommand.Create(cli),
            DownCommand.Create(cli),
            DeployCommand.Create(cli),
            StatusCommand.Create(cli),
            ScaleCommand.Create(cli),
            RollbackCommand.Create(cli),
            RolloutCommands.Promote(cli),
            RolloutCommands.Pause(cli),
            RolloutCommands.Resume(cli),
            RolloutCommands.Approve(cli),
            RolloutCommands.Abort(cli),
            RolloutCommands.Retry(cli),
            EvidenceCommand.Create(cli),
            PipelineCommand.Create(cli),
            EnvironmentCommands.PromoteTo(cli),
            EnvironmentCommands.Environments(cli),
            ConfigCommand.Create(cli),
            SecretsCommand.Create(cli),
            ReportCommand.Create(cli),
            AutoscalerCommands.Create(cli),
            CostCommands.Cost(cli),
            CostCommands.Recommendations(cli),
            DeleteCommand.Create(cli),
            LogsCommand.Create(cli),
            EventsCommand.Create(cli),
            DashboardCommand.Create(cli),
            AlertsCommand.Create(cli),
            KeysCommand.Create(cli),
            BenchCommand.Create(cli),
            ExportCommand.Create(cli),
            DocsCommand.Create(cli),
            VersionCommand.Create(cli),
            CompletionCommand.Create(cli));
        Add(root, ListCommands.Create(cli));
        if (root.Options.OfType<HelpOption>().SingleOrDefault() is { Action: HelpAction inner } help)
            help.Action = new HelpWithExamples(inner, cli.Output);
        return root;
    }

    /// <summary>Parses and runs. What cannot be understood ends with exit code 2 and says where help is.</summary>
    public static async Task<int> RunAsync(string[] args, Output output, TimeProvider clock, CancellationToken ct)
    {
        var cli = new Cli(output, clock);
        var root = Create(cli);
        var parsed = root.Parse(BenchCommand.Handed(args));
        if (parsed.Errors.Count > 0 && parsed.Action is null or ParseErrorAction)
        {
            var path = string.Join(' ', Path(parsed));
            foreach (var (message, hint) in UsageProblems.Of(parsed)) output.Fail(message, hint);
            output.Error.WriteLine($"  '{path} --help' tells how to use it.");
            return ExitCode.Usage;
        }

        if (args.Length == 0) parsed = root.Parse(["--help"]);
        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = output.Standard,
            Error = output.Error,
            EnableDefaultExceptionHandler = false,
            // Signals are ours to handle (Program.cs): a stop takes as long as the requests under way do.
            ProcessTerminationTimeout = null,
        }, ct);
    }

    private static IEnumerable<string> Path(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (var result = parsed.CommandResult; result is not null; result = result.Parent as System.CommandLine.Parsing.CommandResult)
            names.Push(result.Command is RootCommand ? "platform" : result.Command.Name);
        return names;
    }

    private static void Add(RootCommand root, params Command[] commands)
    {
        foreach (var command in commands) root.Subcommands.Add(command);
    }
}
