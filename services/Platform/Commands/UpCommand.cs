using System.CommandLine;
using Platform.CommandLine.Client;
using Platform.CommandLine.Hosting;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform up</c></summary>
internal static class UpCommand
{
    public static Command Create(Cli cli)
    {
        var config = new Option<string?>("--config") { Description = "A configuration file (JSON). Default: platform.json in the data folder", HelpName = "FILE" };
        var ports = PortOption.Create();
        var keep = new Option<bool>("--keep-applications") { Description = "Leave the replicas running at the end; the next 'up' takes them over" };
        var detach = new Option<bool>("--detach", "-d") { Description = "Run in the background; return when everything is ready" };
        var set = new Option<string[]>("--set") { Description = "A setting, Section:Key=value; may be repeated", HelpName = "SETTING" };
        var command = new DocumentedCommand("up", "Start the platform: all services in one process",
            "platform up", "platform up --detach", "platform up --data /var/lib/platform --set Log:Format=json") { config, ports, keep, detach, set, cli.Json };
        set.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(t => !t.Value.Contains('=', StringComparison.Ordinal)))
                result.AddError($"--set: expected Section:Key=value, for example Log:Format=json, found '{token.Value}'.");
        });
        cli.Run(command, async (parse, ct) =>
        {
            var settings = new HostSettings
            {
                DataFolder = cli.DataFolder(parse),
                ConfigurationFile = parse.GetValue(config),
                FirstPort = parse.GetValue(ports),
                KeepsApplications = parse.GetValue(keep),
                Further = parse.GetValue(set) ?? [],
            };
            return parse.GetValue(detach) ? await DetachAsync(cli, settings, parse.GetValue(cli.Json), ct) : await RunAsync(cli, settings, parse.GetValue(cli.Json), ct);
        });
        return command;
    }

    private static async Task<int> RunAsync(Cli cli, HostSettings settings, bool json, CancellationToken ct)
    {
        await using var host = await PlatformHost.StartAsync(settings, ct);
        try
        {
            using var client = new PlatformClient(host.Addresses, AccessKey.Find(settings.DataFolder), settings.DataFolder);
            await PlatformHost.WaitUntilReadyAsync(client, waiting => cli.Output.Error.WriteLine($"waiting: {waiting}"), cli.Clock, ct);
            (await Greeting.OfAsync(client, ct)).Tell(cli.Output, json);
            if (!json) cli.Output.Standard.WriteLine($"Ctrl-C stops the platform{(settings.KeepsApplications ? "; its applications go on" : " and its applications")}.");
            await host.Stopped.WaitAsync(ct);
            throw new CommandFailure(ExitCode.Software, "The platform has stopped by itself.", "Its log above says why.");
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Asked to stop is the good end of a platform in the foreground.
            cli.Output.Error.WriteLine("stopping …");
            return ExitCode.Ok;
        }
    }

    private static async Task<int> DetachAsync(Cli cli, HostSettings settings, bool json, CancellationToken ct)
    {
        var folder = new DataFolder(settings.DataFolder);
        if (folder.RunningProcess() is { } running)
            throw new CommandFailure(ExitCode.Unavailable, $"A platform already runs on {folder.Path} (process {running}).", "Stop it with 'platform down', or choose another folder with --data.");
        folder.Clear();
        var process = BackgroundPlatform.Start(settings, folder);
        var file = Path.Combine(folder.Path, PlatformAddresses.FileName);
        while (!File.Exists(file))
        {
            if (!Signals.IsAlive(process)) throw new CommandFailure(ExitCode.Unavailable, $"The platform did not start:\n{BackgroundPlatform.Tail(folder.LogFile)}", $"The whole log: {folder.LogFile}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), cli.Clock, ct);
        }

        using var client = PlatformClient.For(settings.DataFolder);
        await PlatformHost.WaitUntilReadyAsync(client, waiting => cli.Output.Error.WriteLine($"waiting: {waiting}"), cli.Clock, ct);
        (await Greeting.OfAsync(client, ct)).Tell(cli.Output, json);
        if (!json) cli.Output.Standard.WriteLine($"It runs in the background (process {process}, log {folder.LogFile}). 'platform down' stops it.");
        return ExitCode.Ok;
    }
}

/// <summary>The option that moves all ports.</summary>
internal static class PortOption
{
    public static Option<int?> Create() =>
        new Option<int?>("--ports-from") { Description = "Move all ports: N for the first (8010 by default), the others at their distances; 0: any free ports", HelpName = "N" }
            .Between(0, 65_000, "0, or 1024 to 65000");
}
