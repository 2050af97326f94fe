using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform bench NAME</c>: hands over to the benchmarks, which are a program of their own.</summary>
internal static class BenchCommand
{
    private const string Name = "bench";
    private const string RelativePath = "tests/Benchmarks/bin/Release/net10.0/Platform.Benchmarks.dll";

    public static Command Create(Cli cli)
    {
        var rest = new Argument<string[]>("arguments") { Description = "The benchmark's name and its options; none: the list", Arity = ArgumentArity.ZeroOrMore };
        var command = new DocumentedCommand(Name, "Measure the production code beside its peers",
            "platform bench", "platform bench judge --help", "platform bench rollout --switches 100 --json rollout.json") { rest };
        command.TreatUnmatchedTokensAsErrors = false;
        cli.Run(command, async (parse, ct) =>
        {
            var binary = Find(AppContext.BaseDirectory) ?? throw new CommandFailure(ExitCode.Unavailable,
                "The benchmarks are not part of this installation.",
                $"Clone the repository and run './platform bench' there: it builds {RelativePath}.");
            var start = new ProcessStartInfo("dotnet");
            start.ArgumentList.Add(binary);
            foreach (var argument in parse.Tokens.SkipWhile(token => token.Value != Name).Skip(1).Where(token => token.Type != TokenType.DoubleDash)) start.ArgumentList.Add(argument.Value);
            using var child = Process.Start(start) ?? throw new CommandFailure(ExitCode.Unavailable, "'dotnet' could not be started.");
            // A signal of the terminal reaches the child too; its end is awaited either way, so that it can put away what it started.
            await using var forward = ct.Register(() => Hosting.Signals.Send(child.Id, Hosting.Signals.Terminate));
            await child.WaitForExitAsync(CancellationToken.None);
            return child.ExitCode;
        });
        return command;
    }

    /// <summary>What stands after a benchmark's name is the benchmark's own, even what is called like an option of this program: <c>--help</c>, <c>--data</c>.</summary>
    public static string[] Handed(string[] args) => args is [Name, var bench, ..] && !bench.StartsWith('-') ? [Name, "--", .. args[1..]] : args;

    /// <summary>Upwards from the binary to the repository's root.</summary>
    private static string? Find(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            var candidate = Path.Combine(at.FullName, RelativePath);
            if (File.Exists(candidate)) return candidate;
        }

        return null;
    }
}
