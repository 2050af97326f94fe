using Platform.Gateway.Balancing;
using Platform.Gateway.Forwarding;
using Platform.Gateway.Measuring;

namespace Platform.Gateway.Routing;

/// <summary>What an application keeps across its tables.</summary>
internal sealed class ApplicationTraffic(string application, GatewayOptions options)
{
    private int _held;
    private int _heldIsTold;
    private int _mirrored;
    private TaskCompletionSource _changed = NewSignal();

    public string Application { get; } = application;

    /// <summary>Requests that ended without reaching a replica.</summary>
    public TrafficCounters Unrouted { get; } = new();

    public RetryBudget Retries { get; } = new(options.RetryReserve);

    /// <summary>Requests that wait for a replica now.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>Completes at the next change of its table or of a replica's health.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>Requests split by weight.</summary>
    public Turns Weighted { get; } = new();

    /// <summary>Clients asked again whether they move to the sticky revision.</summary>
    public Turns AskedAgain { get; } = new();

    /// <summary>Requests split by weight among all but the sticky revision.</summary>
    public Turns Others { get; } = new();

    /// <summary>Requests that may be mirrored.</summary>
    public Turns Mirrored { get; } = new();

    /// <summary>Takes one of the places for copies. False: all are taken.</summary>
    public bool TryMirror()
    {
        if (Interlocked.Increment(ref _mirrored) <= options.MirrorLimit) return true;
        Interlocked.Decrement(ref _mirrored);
        return false;
    }

    /// <summary>Gives the place back.</summary>
    public void EndMirror() => Interlocked.Decrement(ref _mirrored);

    public void SignalChange() => Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();

    /// <returns>True: it is the first since <see cref="TakeHeld"/>, and worth telling at once.</returns>
    public bool HoldOne() => Interlocked.Increment(ref _held) == 1 && Interlocked.Exchange(ref _heldIsTold, 1) == 0;

    /// <summary>How many wait, to be told with the figures of a second.</summary>
    public int TakeHeld()
    {
        Volatile.Write(ref _heldIsTold, 0);
        return Held;
    }

    public void ReleaseOne() => Interlocked.Decrement(ref _held);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
