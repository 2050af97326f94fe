using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Platform.CommandLine.Hosting;

namespace Platform.Benchmarks.Rollout;

/// <summary>A replica of the sample application that an operator without a platform starts and stops by hand.</summary>
internal sealed class Storefront : IAsyncDisposable
{
    public const string Health = "/health";

    private readonly Process _process;

    private Storefront(Process process, int port) => (_process, Port) = (process, port);

    /// <summary>Where it is built; the platform's replicas and the peer's run the same files.</summary>
    public static string Folder { get; } = FindFolder();

    public int Port { get; }

    public static Storefront Start(string revision, string journal)
    {
        var port = FreePort();
        var start = new ProcessStartInfo("dotnet", [Path.Combine(Folder, "Storefront.dll")]) { WorkingDirectory = Folder, RedirectStandardOutput = true };
        start.Environment["STOREFRONT_VERSION"] = revision;
        start.Environment["STOREFRONT_JOURNAL"] = journal;
        start.Environment["PORT"] = $"{port}";
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        return new Storefront(process, port);
    }

    public async Task WaitUntilHealthyAsync(HttpClient http, TimeProvider clock, CancellationToken ct)
    {
        var began = clock.GetTimestamp();
        while (!await IsHealthyAsync(http, ct))
        {
            if (_process.HasExited) throw new InvalidOperationException($"The Storefront ended with exit code {_process.ExitCode}.");
            if (clock.GetElapsedTime(began) > TimeSpan.FromSeconds(60)) throw new TimeoutException("The Storefront is not healthy after 60 s.");
            await Task.Delay(TimeSpan.FromMilliseconds(100), clock, ct);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Signals.Send(_process.Id, Signals.Terminate);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<bool> IsHealthyAsync(HttpClient http, CancellationToken ct)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{Port}{Health}"), ct);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // It does not listen yet.
            return false;
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static string FindFolder()
    {
        var folder = Path.Combine(Checkout.Root, "samples/Storefront/bin/Release/net10.0");
        return File.Exists(Path.Combine(folder, "Storefront.dll")) ? folder : throw new BenchUsageException($"{folder} is empty; build samples/Storefront.");
    }
}
