using System.CommandLine;
using Platform.CommandLine.Hosting;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform dashboard</c></summary>
internal static class DashboardCommand
{
    public static Command Create(Cli cli)
    {
        var command = new DocumentedCommand("dashboard", "Print a link that opens the dashboard, logged in as you", "platform dashboard", "platform dashboard --json");
        cli.RunAgainstPlatform(command, async (_, client, json, ct) =>
        {
            var greeting = await Greeting.OfAsync(client, ct);
            if (json) cli.Output.Json(new { url = greeting.Dashboard });
            else cli.Output.Standard.WriteLine($"{greeting.Dashboard}  (this link logs in once)");
            return ExitCode.Ok;
        });
        return command;
    }
}
