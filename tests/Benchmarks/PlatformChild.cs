using System.Collections.Concurrent;
using System.Diagnostics;
using Platform.CommandLine.Client;
using Platform.CommandLine.Hosting;

namespace Platform.Benchmarks;

/// <summary>The whole platform, as <c>platform up</c> runs it, in a process of its own on free ports.</summary>
internal sealed class PlatformChild : IAsyncDisposable
{
    private const int LinesKept = 50;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;

    private PlatformChild(Process process, PlatformClient client) => (_process, Client) = (process, client);

    public PlatformClient Client { get; }

    /// <summary>Processor time it has used so far.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts it on a data folder and waits until every service is ready.</summary>
    public static async Task<PlatformChild> StartAsync(string data, TimeProvider clock, CancellationToken ct, params IEnumerable<string> settings)
    {
        Directory.CreateDirectory(data);
        string[] arguments = [typeof(PlatformHost).Assembly.Location, "up", "--ports-from", "0", "--data", data, .. settings.SelectMany(setting => new[] { "--set", setting })];
        var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = data })!;
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

        var child = new PlatformChild(process, new PlatformClient(PlatformAddresses.Of(data), AccessKey.FindIn(data), data));
        try
        {
            await PlatformHost.WaitUntilReadyAsync(child.Client, static _ => { }, clock, ct);
            return child;
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops it in good order: its replicas end with it.</summary>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Signals.Send(_process.Id, Signals.Terminate);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static void Keep(ConcurrentQueue<string> said, string? line)
    {
        if (line is null) return;
        said.Enqueue(line);
        if (said.Count > LinesKept) said.TryDequeue(out _);
    }
}
