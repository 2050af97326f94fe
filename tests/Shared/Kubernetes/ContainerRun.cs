using System.Globalization;
using Platform.Workloads.Runtimes;
using Platform.Workloads.Runtimes.Logs;
using Platform.Workloads.Runtimes.Processes;

namespace Platform.Testing.Kubernetes;

/// <summary>One run of a container: a process of this machine, its output stamped as it comes.</summary>
internal sealed class ContainerRun(ProcessRuntime engine, ReplicaHandle handle, string folder)
{
    private readonly Lock _gate = new();
    private readonly List<(DateTimeOffset At, byte[] Line)> _lines = [];
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool HasEnded { get; private set; }

    public ExitStatus? Exit { get; private set; }

    /// <summary>Copies its output until it has ended.</summary>
    public async Task RunAsync()
    {
        var path = ReplicaLog.PathOf(handle.Id, folder);
        var exit = engine.WaitForExitAsync(handle, CancellationToken.None);
        long at = 0;
        var open = new List<byte>();
        while (true)
        {
            var isLast = exit.IsCompleted;
            if (File.Exists(path))
            {
                using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                file.Position = at;
                var bytes = new byte[file.Length - at];
                file.ReadExactly(bytes);
                at += bytes.Length;
                Take(bytes, open, isLast);
            }

            if (isLast) break;
            await Task.WhenAny(exit, Task.Delay(20));
        }

        lock (_gate)
        {
            Exit = exit.Result;
            HasEnded = true;
            _more.TrySetResult();
        }
    }

    public Task StopAsync(TimeSpan grace) => engine.StopAsync(handle, grace, CancellationToken.None);

    public Task<ResourceUsage?> UsageAsync() => engine.UsageAsync(handle, CancellationToken.None);

    /// <summary>Lines from the n-th on, and when there are more.</summary>
    public (IReadOnlyList<(DateTimeOffset At, byte[] Line)> Lines, Task More, bool HasEnded) From(int line)
    {
        lock (_gate) return (_lines[Math.Min(line, _lines.Count)..], _more.Task, HasEnded);
    }

    /// <summary><c>2026-01-02T03:04:05.000000006Z</c>, always of one length.</summary>
    public static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture);

    private void Take(byte[] bytes, List<byte> open, bool isLast)
    {
        TaskCompletionSource? wake = null;
        lock (_gate)
        {
            foreach (var part in bytes)
            {
                if (part != '\n')
                {
                    open.Add(part);
                    continue;
                }

                Add();
            }

            if (isLast && open.Count > 0) Add();
            if (bytes.Length > 0) (wake, _more) = (_more, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        wake?.TrySetResult();

        void Add()
        {
            // No two lines have one stamp.
            var at = TimeProvider.System.GetUtcNow();
            if (_lines.Count > 0 && at <= _lines[^1].At) at = _lines[^1].At.AddTicks(1);
            _lines.Add((at, [.. open]));
            open.Clear();
        }
    }
}

/// <summary>An image of the tests' node: the program it is made of.</summary>
/// <param name="Command">The program; a pod's <c>args</c> come after it.</param>
/// <param name="Password">What the registry wants of <c>deploy</c>; null: nothing.</param>
internal sealed record NodeImage(IReadOnlyList<string> Command, string? Password = null);
