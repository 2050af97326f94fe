using System.CommandLine;
using System.Text.Json;
using Platform.CommandLine.Client;
using Platform.CommandLine.Rendering;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform alerts</c></summary>
internal static class AlertsCommand
{
    public static Command Create(Cli cli)
    {
        var command = new DocumentedCommand("alerts", "Show the alerts that are active", "platform alerts", "platform alerts --json");
        cli.RunAgainstPlatform(command, async (_, client, json, ct) =>
        {
            var answer = await client.GetAsync<JsonElement>("healthmonitor", ServiceRoutes.Alerts, ct);
            if (json)
            {
                cli.Output.Json(answer);
                return ExitCode.Ok;
            }

            var alerts = answer.GetProperty("active");
            if (alerts.GetArrayLength() == 0) cli.Output.Standard.WriteLine("No alert is active.");
            else cli.Output.Console.Write(JsonTable.Of(alerts));
            return ExitCode.Ok;
        });
        return command;
    }
}
