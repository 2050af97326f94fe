using Platform.CommandLine.Client;
using Platform.CommandLine.Rendering;
using Platform.Contracts.Http;
using Spectre.Console;

namespace Platform.CommandLine.Commands;

/// <summary>Follows a rollout to its end: as a picture that redraws itself where a person watches, else line by line as things happen.</summary>
internal static class RolloutFollower
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>What only counts down is told so often, where nothing can be redrawn.</summary>
    private static readonly TimeSpan Reminder = TimeSpan.FromSeconds(10);

    /// <summary>Waits for the end; steps go to standard error, so that standard output holds the result alone.</summary>
    public static Task<RolloutView> FollowAsync(Cli cli, PlatformClient client, Guid id, bool quiet, CancellationToken ct)
    {
        if (quiet) return UntilEndAsync(cli, client, id, _ => { }, ct);
        return cli.Output.ErrorConsole.Profile.Out.IsTerminal ? DrawAsync(cli, client, id, ct) : UntilEndAsync(cli, client, id, new Teller(cli).Tell, ct);
    }

    /// <summary>Tells the end and gives the exit code.</summary>
    public static int Finish(Cli cli, RolloutView rollout, bool json)
    {
        if (json) cli.Output.Json(rollout);
        else if (RolloutText.HasSucceeded(rollout)) cli.Output.Standard.WriteLine(RolloutText.End(rollout));
        else cli.Output.Fail(RolloutText.End(rollout), $"Look at 'platform evidence {rollout.Id}', 'platform logs {rollout.Application}' and 'platform events --application {rollout.Application}'.");
        return RolloutText.HasSucceeded(rollout) ? ExitCode.Ok : ExitCode.Failed;
    }

    private static async Task<RolloutView> UntilEndAsync(Cli cli, PlatformClient client, Guid id, Action<RolloutView> tell, CancellationToken ct)
    {
        while (true)
        {
            if (await client.FindAsync<RolloutView>("deployment", ServiceRoutes.Rollout(id), ct) is { } rollout)
            {
                tell(rollout);
                if (RolloutText.HasEnded(rollout)) return rollout;
            }

            await Task.Delay(Interval, cli.Clock, ct);
        }
    }

    private static Task<RolloutView> DrawAsync(Cli cli, PlatformClient client, Guid id, CancellationToken ct) =>
        cli.Output.ErrorConsole.Live(new Text("  …")).StartAsync(view => UntilEndAsync(
            cli,
            client,
            id,
            rollout =>
            {
                view.UpdateTarget(StatusView.Rollout(rollout, cli.Clock.GetUtcNow()));
                view.Refresh();
            },
            ct));

    /// <summary>Each step once; where it stands when that changes, and now and then.</summary>
    private sealed class Teller(Cli cli)
    {
        private int _told;
        private string _place = "";
        private string _message = "";
        private DateTimeOffset _at;

        public void Tell(RolloutView rollout)
        {
            foreach (var step in rollout.Steps.OrderBy(s => s.At).Skip(_told))
            {
                cli.Output.Error.WriteLine(RolloutText.Step(step));
                _told++;
            }

            if (RolloutText.HasEnded(rollout) || rollout.Message.Length == 0 || rollout.Message == _message) return;
            var (now, place) = (cli.Clock.GetUtcNow(), RolloutLadder.Place(rollout));
            if (place == _place && rollout.State == "watching" && now - _at < Reminder) return;
            cli.Output.Error.WriteLine($"  … {rollout.Message}");
            if (place != _place && rollout.State == "watching")
            {
                foreach (var line in RolloutLadder.Lines(rollout, now)) cli.Output.Error.WriteLine("  " + line);
            }

            (_place, _message, _at) = (place, rollout.Message, now);
        }
    }
}
