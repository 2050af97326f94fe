using System.CommandLine;
using Platform.CommandLine.Client;
using Platform.Contracts.Http;

namespace Platform.CommandLine.Commands;

/// <summary>What one can say to a rollout under way: <c>platform promote|pause|resume|approve|abort NAME</c>; and <c>platform retry NAME</c>.</summary>
internal static class RolloutCommands
{
    public static Command Promote(Cli cli)
    {
        var fully = new Option<bool>("--full") { Description = "Not only the present step: straight to the last one" };
        var skip = new Option<bool>("--skip-analysis") { Description = "Do not listen to the analysis any more; needs --reason" };
        var command = new DocumentedCommand("promote", "Go on at once: end the present step of a rollout with success", "platform promote storefront", "platform promote storefront --full");
        command.Options.Add(fully);
        command.Options.Add(skip);
        return Create(cli, command, "promote", UnderWay, (parse, reason) => new PromoteRequest { Reason = reason, Fully = parse.GetValue(fully), SkipAnalysis = parse.GetValue(skip) });
    }

    public static Command Pause(Cli cli) => Create(cli, "pause", "Hold a rollout where it is; what fails is still taken back", "platform pause storefront --reason \"ask the team\"");

    public static Command Resume(Cli cli) => Create(cli, "resume", "Let a paused rollout go on as planned", "platform resume storefront");

    public static Command Approve(Cli cli) => Create(cli, "approve", "Give the approval that a rollout waits for", "platform approve storefront --reason \"CHG-1042\"");

    public static Command Abort(Cli cli) => Create(cli, "abort", "Give up a rollout: the revision before it gets all traffic back", "platform abort storefront --reason \"wrong build\"");

    public static Command Retry(Cli cli) => Create(
        cli,
        new DocumentedCommand("retry", "Ship the revision whose rollout failed or was taken back once more", "platform retry storefront"),
        "retry",
        async (client, name, ct) => (await LastAsync(client, name, ct)).Id,
        (_, reason) => new ReasonRequest { Reason = reason });

    private static Command Create(Cli cli, string word, string summary, string example) =>
        Create(cli, new DocumentedCommand(word, summary, example), word, UnderWay, (_, reason) => new ReasonRequest { Reason = reason });

    private static Command Create<T>(
        Cli cli, DocumentedCommand command, string word, Func<PlatformClient, string, CancellationToken, Task<Guid>> find, Func<ParseResult, string?, T> body)
    {
        var name = Arguments.Application();
        var why = new Option<string?>("--reason") { Description = "Why, for the audit log" };
        command.Arguments.Add(name);
        command.Options.Add(why);
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var rollout = await find(client, parse.GetValue(name)!, ct);
            var accepted = await client.PostAsync<Accepted>("deployment", ServiceRoutes.RolloutWord(rollout, word), body(parse, parse.GetValue(why))!, ct);
            if (json) cli.Output.Json(accepted);
            else cli.Output.Standard.WriteLine(accepted.Message);
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task<Guid> UnderWay(PlatformClient client, string name, CancellationToken ct) =>
        (await client.GetAsync<ApplicationView>("deployment", ServiceRoutes.Application(name), ct)).Rollout
        ?? throw new CommandFailure(ExitCode.Failed, $"{name} has no rollout under way.", $"'platform status {name}' shows what it runs.");

    /// <summary>An application's newest rollout.</summary>
    public static async Task<RolloutView> LastAsync(PlatformClient client, string name, CancellationToken ct) =>
        (await client.GetAsync<Page<RolloutView>>("deployment", ServiceRoutes.Rollouts(name, limit: 1), ct)).Items is [var last, ..]
            ? last
            : throw new CommandFailure(ExitCode.Failed, $"{name} was never deployed.", "'platform deploy FILE' ships it.");
}
