using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Platform.Workloads.Runtimes.Processes;

/// <summary>
/// Learns when processes end, at once and without polling: one thread sleeps in poll(2) over a pidfd each. Children are reaped
/// (no zombies) and give their exit code; processes an earlier run started are nobody's children here and end as "unknown".
/// One per operating-system process, because children are.
/// </summary>
internal sealed class ExitWatch
{
    private const int Remembered = 4096;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private readonly Lock _gate = new();
    private readonly List<Watched> _watched = [];
    private readonly ConcurrentDictionary<(int, long), Watched> _known = new();
    private readonly Queue<(int, long)> _order = new();
    private readonly int _wake;

    internal ExitWatch(Func<int, int> openProcess)
    {
        OpenProcess = openProcess;
        _wake = Native.eventfd(0, Native.CloseOnExec);
        if (_wake < 0) throw new InvalidOperationException($"Cannot make an eventfd: error {Marshal.GetLastPInvokeError()}.");
        new Thread(Loop) { IsBackground = true, Name = "replica exits" }.Start();
    }

    public static ExitWatch Shared { get; } = new(Native.OpenProcess);

    /// <summary>Gives a process's descriptor; negative: there is none to be had.</summary>
    private Func<int, int> OpenProcess { get; }

    /// <summary>Ends when the process does. For a process that has ended already and was not watched: at once, unknown.</summary>
    public unsafe Task<ExitStatus> WatchAsync(int processId, long startTime)
    {
        Watched watched;
        lock (_gate)
        {
            if (_known.TryGetValue((processId, startTime), out var known)) return known.Ended.Task;
            watched = new Watched(processId, OpenProcess(processId));
            // Looked at after the descriptor was opened, so that it cannot be a later process's.
            if (ProcessTable.Find(processId)?.StartTime != startTime)
            {
                if (watched.Descriptor >= 0) _ = Native.close(watched.Descriptor);
                return Task.FromResult(ExitStatus.Unknown);
            }

            Remember((processId, startTime), watched);
            if (watched.Descriptor < 0)
            {
                _ = PollAsync(watched, startTime);
                return watched.Ended.Task;
            }

            _watched.Add(watched);
        }

        ulong one = 1;
        _ = Native.write(_wake, &one, sizeof(ulong));
        return watched.Ended.Task;
    }

    /// <summary>Without a pidfd (an old kernel, or too many open files) the process is looked at now and then. Its owner is the watched entry.</summary>
    private static async Task PollAsync(Watched watched, long startTime)
    {
        try
        {
            using var timer = new PeriodicTimer(PollInterval);
            while (ProcessTable.Find(watched.ProcessId) is { IsAlive: true } entry && entry.StartTime == startTime) await timer.WaitForNextTickAsync();
            watched.Ended.SetResult(Reap(watched.ProcessId));
        }
        catch (Exception error)
        {
            watched.Ended.SetException(error);
        }
    }

    private void Remember((int, long) key, Watched watched)
    {
        _known[key] = watched;
        _order.Enqueue(key);
        while (_order.Count > Remembered && _known.TryGetValue(_order.Peek(), out var oldest) && oldest.Ended.Task.IsCompleted)
            _known.TryRemove(_order.Dequeue(), out _);
    }

    private unsafe void Loop()
    {
        while (true)
        {
            Watched[] watched;
            lock (_gate) watched = [.. _watched];
            var entries = new Native.PollEntry[watched.Length + 1];
            entries[0] = new Native.PollEntry { Descriptor = _wake, Events = Native.PollIn };
            for (var i = 0; i < watched.Length; i++) entries[i + 1] = new Native.PollEntry { Descriptor = watched[i].Descriptor, Events = Native.PollIn };
            int ready;
            fixed (Native.PollEntry* pointer = entries) ready = Native.poll(pointer, (ulong)entries.Length, -1);
            if (ready < 0) continue; // Interrupted by a signal.
            if (entries[0].Returned != 0)
            {
                ulong count;
                _ = Native.read(_wake, &count, sizeof(ulong));
            }

            for (var i = 0; i < watched.Length; i++)
                if (entries[i + 1].Returned != 0) End(watched[i]);
        }
    }

    private void End(Watched watched)
    {
        var status = Reap(watched.ProcessId);
        lock (_gate) _watched.Remove(watched);
        _ = Native.close(watched.Descriptor);
        watched.Ended.SetResult(status);
    }

    private static ExitStatus Reap(int processId)
    {
        int result, status;
        do result = Native.waitpid(processId, out status, Native.NoHang);
        while (result < 0 && Marshal.GetLastPInvokeError() == Native.Interrupted);
        if (result != processId) return ExitStatus.Unknown;
        var signal = status & 0x7f;
        return signal == 0 ? new ExitStatus((status >> 8) & 0xff, null) : new ExitStatus(null, signal);
    }

    private sealed class Watched(int processId, int descriptor)
    {
        public int ProcessId => processId;

        public int Descriptor => descriptor;

        /// <summary>Continuations elsewhere: the watching thread must not be held up.</summary>
        public TaskCompletionSource<ExitStatus> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
