using System.Diagnostics;
using System.Globalization;

namespace Platform.Testing;

/// <summary>A server run as a child; what it says is heard, so that it never blocks, and the last of it kept.</summary>
internal sealed class ChildServer
{
    private readonly Process _process;
    private volatile string? _lastWord;

    private ChildServer(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => _lastWord = line.Data ?? _lastWord;
        process.ErrorDataReceived += (_, line) => _lastWord = line.Data ?? _lastWord;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public bool HasEnded => _process.HasExited;

    public string? LastWord => _lastWord;

    public static ChildServer Start(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        return new ChildServer(Process.Start(start)!);
    }

    /// <summary>As a crash would.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>As it is asked to by SIGTERM.</summary>
    public async Task EndAsync()
    {
        if (!_process.HasExited) await Command.TryAsync("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
