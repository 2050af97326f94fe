using Platform.Gateway.Forwarding;
using Platform.Gateway.Measuring;

namespace Platform.Gateway.Routing;

/// <summary>What an application keeps across its tables.</summary>
internal sealed class ApplicationTraffic(string application, GatewayOptions options)
{
    private long _turn = -1;
    private int _held;
    private TaskCompletionSource _changed = NewSignal();

    public string Application { get; } = application;

    /// <summary>Requests that ended without reaching a replica.</summary>
    public TrafficCounters Unrouted { get; } = new();

    public RetryBudget Retries { get; } = new(options.RetryReserve);

    /// <summary>Requests that wait for a replica now.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>Completes at the next change of its table or of a replica's health.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>The number of the next request.</summary>
    public ulong NextTurn() => (ulong)Interlocked.Increment(ref _turn);

    public void SignalChange() => Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();

    public void HoldOne() => Interlocked.Increment(ref _held);

    public void ReleaseOne() => Interlocked.Decrement(ref _held);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
