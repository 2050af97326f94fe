using System.Diagnostics;
using Platform.Testing;

namespace Platform.Integration.Tests.Split;

/// <summary>One service as a process of its own: its executable, its ports (the control port first), its log.</summary>
internal sealed class ServiceProcess(string module, string executable, IReadOnlyList<int> ports, IReadOnlyList<string> arguments, string log) : IAsyncDisposable
{
    private const int Tail = 60;
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(30);
    private readonly Lock _gate = new();
    private Process? _process;

    public string Module => module;

    public Uri Address { get; } = new($"http://127.0.0.1:{ports[0]}/");

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>The last lines of its log.</summary>
    public string LastWords
    {
        get
        {
            lock (_gate) return File.Exists(log) ? string.Join('\n', File.ReadLines(log).TakeLast(Tail)) : "(no log)";
        }
    }

    /// <summary>How many lines of its log say this.</summary>
    public int Said(string text)
    {
        lock (_gate) return File.Exists(log) ? File.ReadLines(log).Count(line => line.Contains(text, StringComparison.Ordinal)) : 0;
    }

    /// <summary>Starts it, or starts it again, and waits until its ports answer.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo(executable) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetDirectoryName(log)! };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        Take($"── {module} starts");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Eventually.HoldsAsync(
            async () => IsRunning ? await AnswersAsync() : throw new InvalidOperationException($"{module} ended with {_process.ExitCode}:\n{LastWords}"),
            $"{module} answers", LongestStart);
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        if (_process is null) return;
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGSTOP: it keeps its memory, its connections and its locks, and does nothing.</summary>
    public Task FreezeAsync() => SignalAsync("-STOP");

    /// <summary>SIGCONT: it goes on where it was, as if no time had passed.</summary>
    public Task WakeAsync() => SignalAsync("-CONT");

    /// <summary>SIGTERM.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        Assert.NotNull(_process);
        await SignalAsync("-TERM");
        using var patience = new CancellationTokenSource(LongestStop);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (IsRunning) await KillAsync();
        _process?.Dispose();
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, $"{_process!.Id}"]);
        await kill.WaitForExitAsync();
    }

    private async Task<bool> AnswersAsync()
    {
        foreach (var port in ports)
        {
            if (!await ServerProcess.AnswersAsync(port)) return false;
        }

        return true;
    }

    private void Take(string? line)
    {
        if (line is null) return;
        lock (_gate) File.AppendAllText(log, line + "\n");
    }
}
