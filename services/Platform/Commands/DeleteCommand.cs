using System.CommandLine;
using Platform.CommandLine.Client;
using Platform.Contracts.Http;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform delete NAME</c></summary>
internal static class DeleteCommand
{
    public static Command Create(Cli cli)
    {
        var name = Arguments.Application();
        var command = new DocumentedCommand("delete", "Stop an application and forget its routes; its history stays", "platform delete storefront") { name };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var accepted = await client.DeleteAsync<Accepted>("deployment", ServiceRoutes.Application(parse.GetValue(name)!), ct);
            if (json) cli.Output.Json(accepted);
            else cli.Output.Standard.WriteLine(accepted.Message);
            return ExitCode.Ok;
        });
        return command;
    }
}
