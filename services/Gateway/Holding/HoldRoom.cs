using Platform.Gateway.Routing;

namespace Platform.Gateway.Holding;

/// <summary>Where requests wait while their application has no ready replica. Bounded: a full room turns away.</summary>
internal sealed class HoldRoom(GatewayOptions options, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    private int _held;

    /// <summary>Requests that wait now, over all applications.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>Called when an application begins to have requests that wait, at most once between two of its figures.</summary>
    public Action<ApplicationTraffic>? Begins { get; set; }

    /// <summary>Takes a place. False: all are taken.</summary>
    public bool TryEnter(ApplicationTraffic traffic)
    {
        if (Interlocked.Increment(ref _held) > options.HoldLimit)
        {
            Interlocked.Decrement(ref _held);
            return false;
        }

        if (traffic.HoldOne()) Begins?.Invoke(traffic);
        return true;
    }

    /// <summary>Gives the place back.</summary>
    public void Leave(ApplicationTraffic traffic)
    {
        traffic.ReleaseOne();
        Interlocked.Decrement(ref _held);
    }

    /// <summary>
    /// Waits for a change, at most a pause: a replica that refuses connections may come back without any change of the table.
    /// The pause doubles from 100 ms to 1.6 s.
    /// </summary>
    /// <param name="changed">Completes at the change.</param>
    /// <param name="left">What is left of the request's time.</param>
    /// <param name="turn">How often it waited before.</param>
    /// <param name="aborted">The client went away.</param>
    public async Task WaitAsync(Task changed, TimeSpan left, int turn, CancellationToken aborted)
    {
        var pause = FirstPause * (1 << Math.Min(turn, 4));
        using var over = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        await Task.WhenAny(changed, Task.Delay(pause < left ? pause : left, time, over.Token));
        await over.CancelAsync();
    }
}
