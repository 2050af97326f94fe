using System.CommandLine;
using Platform.CommandLine.Hosting;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform down</c></summary>
internal static class DownCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Command Create(Cli cli)
    {
        var keep = new Option<bool>("--keep-applications") { Description = "Leave the replicas running; the next 'up' takes them over" };
        var command = new DocumentedCommand("down", "Stop the platform that runs on the data folder, and its applications; after a crash, what it left running",
            "platform down", "platform down --keep-applications") { keep, cli.Json };
        cli.Run(command, async (parse, ct) =>
        {
            var folder = new DataFolder(cli.DataFolder(parse));
            var keepsApplications = parse.GetValue(keep);
            var (wasRunning, message) = folder.RunningProcess() is { } process
                ? (true, await StopAsync(cli, folder, process, keepsApplications, ct))
                : (false, await CleanUpAsync(cli, folder, keepsApplications, ct));
            if (parse.GetValue(cli.Json)) cli.Output.Json(new { WasRunning = wasRunning, Message = message });
            else cli.Output.Standard.WriteLine(message);
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task<string> StopAsync(Cli cli, DataFolder folder, int process, bool keepsApplications, CancellationToken ct)
    {
        if (keepsApplications) folder.AskToKeepApplications();
        if (!Signals.Send(process, Signals.Terminate))
            throw new CommandFailure(ExitCode.NotAuthorised, $"The platform (process {process}) belongs to another user.", "Run the command as that user.");
        var since = cli.Clock.GetTimestamp();
        while (Signals.IsAlive(process))
        {
            if (cli.Clock.GetElapsedTime(since) > Patience)
                throw new CommandFailure(ExitCode.Failed, $"The platform (process {process}) has not stopped within {Patience.TotalSeconds:0} s.", $"It may still be draining; look at {folder.LogFile}, then try again.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), cli.Clock, ct);
        }

        return keepsApplications ? $"The platform on {folder.Path} is stopped; its applications go on." : $"The platform on {folder.Path} and its applications are stopped.";
    }

    private static async Task<string> CleanUpAsync(Cli cli, DataFolder folder, bool keepsApplications, CancellationToken ct)
    {
        if (!folder.HasState || keepsApplications)
        {
            folder.Clear();
            return $"No platform runs on {folder.Path}.";
        }

        await PlatformHost.StopLeftoversAsync(folder.Path, cli.Clock, ct);
        return $"No platform runs on {folder.Path}. What one had left running is stopped.";
    }
}
