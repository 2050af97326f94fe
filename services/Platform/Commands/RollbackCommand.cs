using System.CommandLine;
using Platform.CommandLine.Client;
using Platform.Contracts.Http;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform rollback NAME</c></summary>
internal static class RollbackCommand
{
    public static Command Create(Cli cli)
    {
        var name = Arguments.Application();
        var revision = new Option<string?>("--revision") { Description = "The revision to return to. Default: the one before the present one" };
        var gradually = new Option<bool>("--gradually") { Description = "By the revision's own strategy and analysed, though it served lately and could take all traffic at once" };
        var detach = new Option<bool>("--detach") { Description = "Do not wait for the rollout" };
        var reason = new Option<string?>("--reason") { Description = "Why, for the audit log" };
        var command = new DocumentedCommand("rollback", "Return to an earlier revision", "platform rollback storefront", "platform rollback storefront --revision v1") { name, revision, gradually, detach, reason };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var request = new RollbackRequest { Application = parse.GetValue(name)!, Revision = parse.GetValue(revision), Reason = parse.GetValue(reason), Gradually = parse.GetValue(gradually) };
            var accepted = await client.PostAsync<Accepted>("deployment", ServiceRoutes.Rollback, request, ct);
            if (parse.GetValue(detach))
            {
                if (json) cli.Output.Json(accepted);
                else cli.Output.Standard.WriteLine(accepted.Message);
                return ExitCode.Ok;
            }

            if (!json) cli.Output.Error.WriteLine(accepted.Message);
            return RolloutFollower.Finish(cli, await RolloutFollower.FollowAsync(cli, client, accepted.Id, json, ct), json);
        });
        return command;
    }
}

/// <summary>Arguments that several commands take.</summary>
internal static class Arguments
{
    public static Argument<string> Application() => new("name") { Description = "The application" };
}
