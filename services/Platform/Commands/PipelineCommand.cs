using System.CommandLine;
using Platform.CommandLine.Client;
using Platform.CommandLine.Rendering;
using Platform.Contracts.Deployments;
using Spectre.Console;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform pipeline NAME|ROLLOUT [--log JOB]</c></summary>
internal static class PipelineCommand
{
    public static Command Create(Cli cli)
    {
        var of = new Argument<string>("name") { Description = "The application, for its newest rollout; or a rollout's id" };
        var log = new Option<string?>("--log") { Description = "Show what a job wrote, by its number or its name", HelpName = "JOB" };
        var tail = new Option<int>("--tail") { Description = "How many of its last lines", DefaultValueFactory = _ => 200, HelpName = "LINES" };
        var command = new DocumentedCommand("pipeline", "Show the jobs of a rollout (build, push, prepare, checks, tests, hooks), how each ended, and what it wrote",
            "platform pipeline storefront", "platform pipeline storefront --log tests", "platform pipeline storefront --json") { of, log, tail };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var name = parse.GetValue(of)!;
            var id = Guid.TryParse(name, out var rollout) ? rollout : (await RolloutCommands.LastAsync(client, name, ct)).Id;
            var jobs = await client.GetAsync<IReadOnlyList<JobView>>("deployment", ServiceRoutes.Jobs(id), ct);
            if (parse.GetValue(log) is { } wanted)
            {
                var job = jobs.FirstOrDefault(j => j.Name == wanted || j.Number.ToString(System.Globalization.CultureInfo.InvariantCulture) == wanted)
                    ?? throw new CommandFailure(ExitCode.Failed, $"The rollout has no job '{wanted}'.", $"'platform pipeline {name}' lists its jobs.");
                await foreach (var line in client.LinesAsync("deployment", ServiceRoutes.JobLog(id, job.Number, parse.GetValue(tail)), ct)) cli.Output.Standard.WriteLine(line);
                return ExitCode.Ok;
            }

            if (json) cli.Output.Json(jobs);
            else if (jobs.Count == 0) cli.Output.Standard.WriteLine("This rollout has no pipeline: its manifest says nothing of one.");
            else cli.Output.Console.Write(TableOf(jobs));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Table TableOf(IReadOnlyList<JobView> jobs)
    {
        var table = new Table().Border(TableBorder.None).AddColumns("", "job", "state", "took", "of at most", "how it ended");
        foreach (var job in jobs)
        {
            table.AddRow(
                new Text(job.Number.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                new Text(job.Name),
                new Text($"{PipelineText.Mark(job)} {job.State}{(job.Attempt > 1 ? $" (attempt {job.Attempt})" : "")}"),
                new Text(job.Duration is { } took ? Durations.Short(took) : ""),
                new Text(Durations.Short(job.TimeLimit)),
                new Text(job.Message ?? ""));
        }

        return table;
    }
}
