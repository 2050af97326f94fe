using System.CommandLine;
using Platform.CommandLine.Client;
using Platform.CommandLine.Rendering;
using Platform.Contracts.Http;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform evidence NAME|ROLLOUT</c></summary>
internal static class EvidenceCommand
{
    public static Command Create(Cli cli)
    {
        var of = new Argument<string>("name") { Description = "The application, for its newest rollout; or a rollout's id" };
        var command = new DocumentedCommand("evidence", "Show what the judge knew of a new revision at which time, and what it made of it",
            "platform evidence storefront", "platform evidence 0198c0de-5d1f-7c3a-b1c2-3f6b8a2f4e11", "platform evidence storefront --json") { of };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var name = parse.GetValue(of)!;
            var id = Guid.TryParse(name, out var rollout) ? rollout : (await RolloutCommands.LastAsync(client, name, ct)).Id;
            var points = await client.GetAsync<IReadOnlyList<EvidenceView>>("deployment", ServiceRoutes.Evidence(id), ct);
            if (json)
            {
                cli.Output.Json(points);
                return ExitCode.Ok;
            }

            var view = await client.GetAsync<RolloutView>("deployment", ServiceRoutes.Rollout(id), ct);
            cli.Output.Console.Write(EvidenceChart.Of(view, points, cli.Clock.GetUtcNow()));
            return ExitCode.Ok;
        });
        return command;
    }
}
