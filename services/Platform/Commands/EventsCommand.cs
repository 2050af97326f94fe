using System.CommandLine;
using Platform.CommandLine.Client;
using Platform.CommandLine.Rendering;
using Platform.Contracts.Http;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform events</c></summary>
internal static class EventsCommand
{
    public static Command Create(Cli cli)
    {
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with what happens from now on" };
        var type = new Option<string?>("--type") { Description = "Only events of this type, for example ReplicaStopped" };
        var application = new Option<string?>("--application") { Description = "Only events of this application" };
        var limit = new Option<int>("--limit") { Description = "Events of the past", DefaultValueFactory = _ => 50 }.Between(1, 1_000, "1 to 1,000 events");
        var command = new DocumentedCommand("events", "Show what happened",
            "platform events", "platform events --follow --application storefront", "platform events --type DeploymentRolledBack --json") { follow, type, application, limit };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            bool IsWanted(PlatformEvent e) =>
                (parse.GetValue(type) is not { } t || string.Equals(e.Type, t, StringComparison.OrdinalIgnoreCase))
                && (parse.GetValue(application) is not { } a || e.Application == a);
            void Tell(PlatformEvent e)
            {
                if (json) cli.Output.JsonLine(e);
                else cli.Output.Standard.WriteLine(EventLine.Of(e));
            }

            var page = await client.GetAsync<Page<PlatformEvent>>("healthmonitor", ServiceRoutes.Events(parse.GetValue(limit), parse.GetValue(type), parse.GetValue(application)), ct);
            var last = 0L;
            foreach (var past in page.Items.Reverse())
            {
                last = Math.Max(last, past.Sequence);
                if (IsWanted(past)) Tell(past);
            }

            if (!parse.GetValue(follow)) return ExitCode.Ok;
            await foreach (var received in client.EventsAsync("healthmonitor", ServiceRoutes.EventStream, last, ct))
            {
                if (PlatformEvent.Of(received) is { } happened && happened.Sequence > last && IsWanted(happened)) Tell(happened);
            }

            throw new CommandFailure(ExitCode.Unavailable, "The stream of events has ended: the platform was stopped.", "Start it again with 'platform up'.");
        });
        return command;
    }
}
