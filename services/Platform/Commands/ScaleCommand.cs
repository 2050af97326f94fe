using System.CommandLine;
using Platform.CommandLine.Client;
using Platform.Contracts.Http;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform scale NAME N</c></summary>
internal static class ScaleCommand
{
    public static Command Create(Cli cli)
    {
        var name = Arguments.Application();
        var replicas = new Argument<int>("replicas") { Description = "Replicas wanted, 0 to 1,000" }.Between(0, 1_000, "0 to 1,000");
        var reason = new Option<string?>("--reason") { Description = "Why, for the audit log" };
        var command = new DocumentedCommand("scale", "Set the number of replicas", "platform scale storefront 3") { name, replicas, reason };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var request = new ScaleRequest { Application = parse.GetValue(name)!, Replicas = parse.GetValue(replicas), Reason = parse.GetValue(reason) };
            var accepted = await client.PostAsync<Accepted>("deployment", ServiceRoutes.Scale, request, ct);
            if (json) cli.Output.Json(accepted);
            else cli.Output.Standard.WriteLine(accepted.Message);
            return ExitCode.Ok;
        });
        return command;
    }
}
