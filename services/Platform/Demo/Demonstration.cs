using System.Text.Json;
using Platform.CommandLine.Client;
using Platform.CommandLine.Commands;
using Platform.CommandLine.Hosting;
using Platform.Effects;

namespace Platform.CommandLine.Demo;

/// <summary>The demonstration from a clean folder to a clean end: start everything, run the day, tell what happened, stop everything.</summary>
internal sealed class Demonstration(Cli cli, DemoOptions options)
{
    /// <summary>A day that lasts minutes is forecast second by second, and drawn as often.</summary>
    private static readonly string[] Quick = ["Autoscaler:ForecastStep=1s", "Cost:PictureEvery=1s"];

    public async Task<int> RunAsync(string dataFolder, int? firstPort, CancellationToken ct)
    {
        var manifests = await ReadManifestsAsync(ct);
        if (manifests is null) return ExitCode.Usage;
        await PrepareAsync(dataFolder, ct);
        cli.Output.Standard.WriteLine("Starting the platform: gateway, deployment, autoscaler, healthmonitor …");
        var settings = new HostSettings { DataFolder = dataFolder, FirstPort = firstPort, LogLevel = "Fatal", Further = Quick };
        try
        {
            await using var host = await PlatformHost.StartAsync(settings, ct);
            using var client = new PlatformClient(host.Addresses, AccessKey.FindIn(dataFolder), dataFolder);
            await PlatformHost.WaitUntilReadyAsync(client, waiting => cli.Output.Error.WriteLine($"waiting: {waiting}"), cli.Clock, ct);
            return await RunAsync(client, manifests, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            cli.Output.Error.WriteLine("Stopped. Nothing is left running.");
            return ExitCode.Interrupted;
        }
    }

    private async Task<int> RunAsync(PlatformClient client, IReadOnlyList<ManifestFile> manifests, CancellationToken ct)
    {
        var greeting = await Greeting.OfAsync(client, ct);
        greeting.Tell(cli.Output, json: false);
        cli.Output.Standard.WriteLine("");
        var state = new DemoState();
        DemoFacts facts;
        using (var shown = CancellationTokenSource.CreateLinkedTokenSource(ct))
        {
            var watching = new DemoWatcher(client, state, manifests[0].Manifest.Name, cli.Clock).RunAsync(shown.Token);
            var viewing = new DemoView(state, options, greeting.Dashboard, cli.Output, cli.Clock).RunAsync(shown.Token);
            try
            {
                facts = await new DemoRun(options, client, state, cli.Clock).RunAsync(manifests[0], manifests[1], manifests[2], ct);
            }
            finally
            {
                await shown.CancelAsync();
                await Task.WhenAll(watching, viewing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        var summary = DemoSummary.Of(facts);
        summary.Write(cli.Output.Console);
        if (options.JsonFile is { } file) DurableFile.Write(UnhinderedEffects.Instance, Path.GetFullPath(file), JsonSerializer.SerializeToUtf8Bytes(summary, ClientJson.Indented));
        if (options.Keeps) await KeepAsync(client, ct);
        return summary.AreKept ? ExitCode.Ok : ExitCode.Failed;
    }

    private async Task KeepAsync(PlatformClient client, CancellationToken ct)
    {
        (await Greeting.OfAsync(client, ct)).Tell(cli.Output, json: false);
        cli.Output.Standard.WriteLine($"It goes on until Ctrl-C. Other commands find it with --data {client.DataFolder}");
        await Task.Delay(Timeout.InfiniteTimeSpan, cli.Clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Every run begins with an empty folder; what a killed run left running is stopped first.</summary>
    private async Task PrepareAsync(string dataFolder, CancellationToken ct)
    {
        var folder = new DataFolder(dataFolder);
        if (folder.RunningProcess() is { } process)
            throw new CommandFailure(ExitCode.Unavailable, $"A demonstration already runs on {dataFolder} (process {process}).", "Stop it with Ctrl-C, or choose another folder with --data.");
        if (folder.HasState) await PlatformHost.StopLeftoversAsync(dataFolder, cli.Clock, ct);
        if (Directory.Exists(dataFolder)) Directory.Delete(dataFolder, recursive: true);
    }

    private async Task<IReadOnlyList<ManifestFile>?> ReadManifestsAsync(CancellationToken ct)
    {
        var read = new List<ManifestFile>();
        foreach (var path in (string[])[options.First, options.Second, options.Third])
        {
            try
            {
                read.Add(await ManifestFile.ReadAsync(path, ct));
            }
            catch (ManifestInvalid invalid)
            {
                cli.Output.Error.Write(invalid.Listing);
                return null;
            }
        }

        if (read.Select(m => m.Manifest.Name).Distinct().Count() > 1)
            throw new CommandFailure(ExitCode.Usage, "The three manifests must be of one application.");
        return read;
    }
}
