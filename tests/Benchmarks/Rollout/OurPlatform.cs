using System.Collections.Concurrent;
using System.Diagnostics;
using Platform.CommandLine.Client;
using Platform.CommandLine.Hosting;
using Platform.CommandLine.Rendering;
using Platform.Contracts.Http;

namespace Platform.Benchmarks.Rollout;

/// <summary>The whole platform, as <c>platform up</c> runs it, in a process of its own; spoken to over HTTP.</summary>
internal sealed class OurPlatform : IRolloutSubject
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;
    private readonly PlatformClient _client;
    private readonly RolloutBenchOptions _options;
    private readonly TimeProvider _clock;

    private OurPlatform(Process process, PlatformClient client, string journal, RolloutBenchOptions options, TimeProvider clock) =>
        (_process, _client, Journal, _options, _clock) = (process, client, journal, options, clock);

    public string Name => "ours";

    public string Strategy => _options.Strategy;

    public Uri Traffic => _client.Addresses.Traffic;

    public string Journal { get; }

    public string Revision { get; private set; } = "";

    /// <summary>Starts it on free ports with a data folder of its own, and ships the first revision.</summary>
    public static async Task<OurPlatform> StartAsync(string folder, string revision, RolloutBenchOptions options, TimeProvider clock, CancellationToken ct)
    {
        var data = Path.Combine(folder, "platform");
        Directory.CreateDirectory(data);
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        foreach (var argument in (string[])[typeof(PlatformHost).Assembly.Location, "up", "--ports-from", "0", "--data", data]) start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        var said = new ConcurrentQueue<string>();
        process.OutputDataReceived += (_, line) => Keep(said, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(said, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        while (!File.Exists(Path.Combine(data, PlatformAddresses.FileName)))
        {
            if (process.HasExited) throw new InvalidOperationException($"The platform ended with exit code {process.ExitCode}:\n{string.Join('\n', said)}");
            await Task.Delay(Interval, clock, ct);
        }

        var client = new PlatformClient(PlatformAddresses.Of(data), AccessKey.FindIn(data), data);
        var platform = new OurPlatform(process, client, Path.Combine(folder, "ours.journal"), options, clock);
        try
        {
            await PlatformHost.WaitUntilReadyAsync(client, static _ => { }, clock, ct);
            if (await platform.SwitchAsync(revision, ct) is { } problem) throw new InvalidOperationException(problem);
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    public async Task<string?> SwitchAsync(string revision, CancellationToken ct)
    {
        var manifest = RolloutManifest.Yaml(revision, Journal, _options);
        var id = (await _client.PostAsync<Accepted>("deployment", ServiceRoutes.Deploy, new DeployRequest { Manifest = manifest, Reason = "bench" }, ct)).Id;
        while (true)
        {
            var rollout = await _client.FindAsync<RolloutView>("deployment", ServiceRoutes.Rollout(id), ct);
            if (rollout is not null && RolloutText.HasEnded(rollout))
            {
                if (!RolloutText.HasSucceeded(rollout)) return RolloutText.End(rollout);
                Revision = revision;
                return null;
            }

            await Task.Delay(Interval, _clock, ct);
        }
    }

    /// <summary>Stops it in good order: its replicas end with it.</summary>
    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        Signals.Send(_process.Id, Signals.Terminate);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static void Keep(ConcurrentQueue<string> said, string? line)
    {
        if (line is null) return;
        said.Enqueue(line);
        if (said.Count > 50) said.TryDequeue(out _);
    }
}
