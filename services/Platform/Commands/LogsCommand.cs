using System.CommandLine;
using Platform.CommandLine.Client;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform logs NAME</c></summary>
internal static class LogsCommand
{
    public static Command Create(Cli cli)
    {
        var name = Arguments.Application();
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with what is written from now on" };
        var tail = new Option<int>("--tail") { Description = "Lines of the past, per replica", DefaultValueFactory = _ => 100 }.Between(0, 10_000, "0 to 10,000 lines");
        var replica = new Option<string?>("--replica") { Description = "One replica only" };
        var command = new DocumentedCommand("logs", "Show what an application's replicas write",
            "platform logs storefront --tail 20", "platform logs storefront --follow") { name, follow, tail, replica };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var path = ServiceRoutes.Logs(parse.GetValue(name)!, parse.GetValue(tail), parse.GetValue(follow), parse.GetValue(replica));
            await foreach (var line in client.LinesAsync("deployment", path, ct))
            {
                if (json) cli.Output.JsonLine(new { Application = parse.GetValue(name), Line = line });
                else cli.Output.Standard.WriteLine(line);
            }

            return ExitCode.Ok;
        });
        return command;
    }
}
