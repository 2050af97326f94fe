using System.Collections.Concurrent;
using System.Diagnostics;
using Platform.CommandLine.Hosting;

namespace Platform.EndToEnd.Tests;

/// <summary>The command line as a user runs it: a process, its exit code, what it wrote.</summary>
internal sealed class PlatformProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    private PlatformProcess(Process process) => _process = process;

    public static string Root { get; } = FindRoot();

    public int Id => _process.Id;

    public string Output => string.Join('\n', _output);

    public bool HasExited => _process.HasExited;

    public static PlatformProcess Start(params string[] args) => StartWith("", "", args);

    /// <summary>With a variable in its environment.</summary>
    public static PlatformProcess StartWith(string variable, string value, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Root };
        start.ArgumentList.Add(Path.Combine(Root, "services/Platform/bin/Release/net10.0/platform.dll"));
        foreach (var argument in args) start.ArgumentList.Add(argument);
        if (value.Length > 0) start.Environment[variable] = value;
        var running = new PlatformProcess(new Process { StartInfo = start });
        running._process.OutputDataReceived += (_, line) => running.Take(line.Data);
        running._process.ErrorDataReceived += (_, line) => running.Take(line.Data);
        running._process.Start();
        running._process.BeginOutputReadLine();
        running._process.BeginErrorReadLine();
        return running;
    }

    /// <summary>Runs a command to its end; its exit code must be as expected.</summary>
    public static async Task<string> RunAsync(int expected, params string[] args)
    {
        await using var process = Start(args);
        var code = await process.ExitAsync(TimeSpan.FromMinutes(4));
        Assert.True(code == expected, $"platform {string.Join(' ', args)} ended with {code}, expected {expected}:\n{process.Output}");
        return process.Output;
    }

    public async Task<int> ExitAsync(TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"It has not ended within {limit}:\n{Output}");
        }
    }

    public async Task WaitForAsync(string text, TimeSpan limit) => await Eventually.TrueAsync(
        () => Output.Contains(text, StringComparison.Ordinal)
            || (_process.HasExited ? throw new InvalidOperationException($"It ended with {_process.ExitCode} before it said '{text}':\n{Output}") : false),
        limit, () => $"It never said '{text}':\n{Output}");

    public void Signal(int signal) => Signals.Send(_process.Id, signal);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // A test that failed half-way: stop in good order first, so that replicas end too.
            Signal(15);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is not null) _output.Enqueue(line);
    }

    private static string FindRoot()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "Platform.sln"))) at = at.Parent ?? throw new InvalidOperationException("The tests do not run in the repository.");
        return at.FullName;
    }
}

internal static class Eventually
{
    public static async Task TrueAsync(Func<bool> condition, TimeSpan limit, Func<string> message)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(since) > limit) throw new TimeoutException(message());
            await Task.Delay(50);
        }
    }
}
