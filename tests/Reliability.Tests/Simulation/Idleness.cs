using System.Runtime.InteropServices;

namespace Platform.Reliability.Simulation;

/// <summary>
/// Moves the clocks on whenever the thread pool has nothing to do: then everybody in every simulated world waits for time to pass.
/// What waits for real time (MassTransit's retries) is not seen: to it, virtual time flies.
/// </summary>
internal sealed partial class Idleness : IDisposable
{
    private const uint Glance = 100;
    private static readonly TimeSpan Stuck = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan Breath = TimeSpan.FromMicroseconds(300);

    /// <summary>Time goes on though somebody is always at work: several worlds that poll in real time may leave no breath between them.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);
    private readonly Thread _thread;
    private readonly Lock _gate = new();
    private readonly List<VirtualClock> _clocks = [];
    private volatile bool _over;

    public Idleness()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "virtual time" };
        _thread.Start();
    }

    public static Idleness Instance { get; } = new();

    public VirtualClock NewClock(VirtualClock? leader = null)
    {
        var clock = new VirtualClock { Leader = leader };
        lock (_gate) _clocks.Add(clock);
        return clock;
    }

    public void Forget(VirtualClock clock)
    {
        lock (_gate) _clocks.Remove(clock);
    }

    public void Dispose()
    {
        _over = true;
        _thread.Join();
    }

    private void Run()
    {
        var (completed, since) = (-1L, TimeProvider.System.GetTimestamp());
        var stepped = since;
        while (!_over)
        {
            _ = usleep(Glance);
            var now = ThreadPool.CompletedWorkItemCount;
            var quiet = now == completed && ThreadPool.PendingWorkItemCount == 0;
            if (!quiet) (completed, since) = (now, TimeProvider.System.GetTimestamp());
            ThreadPool.GetAvailableThreads(out var available, out _);
            ThreadPool.GetMaxThreads(out var most, out _);
            var waited = TimeProvider.System.GetElapsedTime(since);
            // A thread that is busy but completes nothing for long is blocked on purpose.
            var idle = quiet && waited >= (available == most ? Breath : Stuck);
            if (!idle && TimeProvider.System.GetElapsedTime(stepped) < Patience) continue;
            lock (_gate)
            {
                foreach (var clock in _clocks) clock.Step();
            }

            since = stepped = TimeProvider.System.GetTimestamp();
        }
    }

    [LibraryImport("libc")]
    private static partial int usleep(uint microseconds);
}
