using System.CommandLine;
using Platform.CommandLine.Client;
using Platform.Contracts.Http;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform promote NAME</c> and <c>platform abort NAME</c></summary>
internal static class RolloutCommands
{
    public static Command Promote(Cli cli) => Create(cli, ServiceRoutes.Promote,
        new DocumentedCommand("promote", "End the watch of a rollout with success, now", "platform promote storefront"));

    public static Command Abort(Cli cli) => Create(cli, ServiceRoutes.Abort,
        new DocumentedCommand("abort", "Give up a rollout: the revision before it gets all traffic back", "platform abort storefront --reason \"wrong build\""));

    private static DocumentedCommand Create(Cli cli, Func<Guid, string> route, DocumentedCommand command)
    {
        var name = Arguments.Application();
        var reason = new Option<string?>("--reason") { Description = "Why, for the audit log" };
        command.Arguments.Add(name);
        command.Options.Add(reason);
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var application = await client.GetAsync<ApplicationView>("deployment", ServiceRoutes.Application(parse.GetValue(name)!), ct);
            if (application.Rollout is not { } rollout)
                throw new CommandFailure(ExitCode.Failed, $"{application.Name} has no rollout under way.", $"'platform status {application.Name}' shows what it runs.");
            var accepted = await client.PostAsync<Accepted>("deployment", route(rollout), new ReasonRequest { Reason = parse.GetValue(reason) }, ct);
            if (json) cli.Output.Json(accepted);
            else cli.Output.Standard.WriteLine(accepted.Message);
            return ExitCode.Ok;
        });
        return command;
    }
}
