using Platform.Metrics;

namespace Platform.Gateway.Measuring;

/// <summary>What one replica (or the gateway in an application's name) answered. Recording takes no lock and allocates nothing.</summary>
internal sealed class TrafficCounters
{
    private readonly ConcurrentLatencyHistogram _latency = new();
    private long _requests;
    private long _errors;
    private long _takenRequests;
    private long _takenErrors;

    /// <summary>Requests ended since the replica is known.</summary>
    public long Requests => Volatile.Read(ref _requests);

    /// <summary>Of them, ended with a 5xx status or without a whole answer.</summary>
    public long Errors => Volatile.Read(ref _errors);

    /// <summary>Something was recorded since the last <see cref="Take"/>.</summary>
    public bool HasNew => Requests != _takenRequests;

    /// <summary>A request has ended.</summary>
    /// <param name="seconds">How long it took; NaN for a connection that became a tunnel, whose length says nothing about the replica.</param>
    /// <param name="error">It ended with a 5xx status or without a whole answer.</param>
    public void Record(double seconds, bool error)
    {
        Interlocked.Increment(ref _requests);
        if (error) Interlocked.Increment(ref _errors);
        _latency.Record(seconds);
    }

    /// <summary>What was recorded since the last call. One caller at a time.</summary>
    public TrafficInterval Take()
    {
        var requests = Requests;
        var errors = Errors;
        var interval = new TrafficInterval(requests - _takenRequests, errors - _takenErrors, _latency.TakeAndReset());
        _takenRequests = requests;
        _takenErrors = errors;
        return interval;
    }
}

/// <summary>What ended in one interval.</summary>
internal readonly record struct TrafficInterval(long Requests, long Errors, LatencyHistogram Latency);
