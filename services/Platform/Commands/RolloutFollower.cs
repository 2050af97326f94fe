using Platform.CommandLine.Client;
using Platform.CommandLine.Rendering;
using Platform.Contracts.Http;

namespace Platform.CommandLine.Commands;

/// <summary>Follows a rollout to its end and tells each step as it is done.</summary>
internal static class RolloutFollower
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Waits for the end; steps go to standard error, so that standard output holds the result alone.</summary>
    public static async Task<RolloutView> FollowAsync(Cli cli, PlatformClient client, Guid id, bool quiet, CancellationToken ct)
    {
        var told = 0;
        var last = "";
        while (true)
        {
            var rollout = await client.FindAsync<RolloutView>("deployment", ServiceRoutes.Rollout(id), ct);
            if (rollout is not null)
            {
                foreach (var step in rollout.Steps.OrderBy(s => s.At).Skip(told))
                {
                    if (!quiet) cli.Output.Error.WriteLine(RolloutText.Step(step));
                    told++;
                }

                if (RolloutText.HasEnded(rollout)) return rollout;
                if (!quiet && rollout.Message != last && rollout.Message.Length > 0) cli.Output.Error.WriteLine($"  … {last = rollout.Message}");
            }

            await Task.Delay(Interval, cli.Clock, ct);
        }
    }

    /// <summary>Tells the end and gives the exit code.</summary>
    public static int Finish(Cli cli, RolloutView rollout, bool json)
    {
        if (json) cli.Output.Json(rollout);
        else if (RolloutText.HasSucceeded(rollout)) cli.Output.Standard.WriteLine(RolloutText.End(rollout));
        else cli.Output.Fail(RolloutText.End(rollout), $"Look at 'platform logs {rollout.Application}' and 'platform events --application {rollout.Application}'.");
        return RolloutText.HasSucceeded(rollout) ? ExitCode.Ok : ExitCode.Failed;
    }
}
