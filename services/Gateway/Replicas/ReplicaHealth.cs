namespace Platform.Gateway.Replicas;

/// <summary>
/// What is known of a replica's health: actively, from its health path, and passively, from requests that got no answer.
/// An unhealthy replica is only *avoided*: when all are, all are used (see <see cref="Balancing.ReplicaChoice"/>).
/// </summary>
internal sealed class ReplicaHealth(GatewayOptions options, TimeProvider time)
{
    private int _failures;
    private int _ejections;
    private long _ejectedUntil;
    private int _failedChecks;
    private volatile bool _checksFail;
    private volatile string? _seen;

    /// <summary>Whether it should get requests.</summary>
    /// <param name="now">A timestamp of the gateway's clock.</param>
    public bool IsReady(long now) => !_checksFail && now >= Volatile.Read(ref _ejectedUntil);

    /// <summary>The end of the current ejection; null: it is not ejected.</summary>
    public TimeSpan? EjectedFor
    {
        get
        {
            var left = Volatile.Read(ref _ejectedUntil) - time.GetTimestamp();
            return left > 0 ? time.GetElapsedTime(0, left) : null;
        }
    }

    /// <summary>Ejections since it last answered.</summary>
    public int Ejections => Volatile.Read(ref _ejections);

    /// <summary>False: its last health checks failed.</summary>
    public bool ChecksPass => !_checksFail;

    /// <summary>What the last failed health check saw.</summary>
    public string? Seen => _seen;

    /// <summary>A request was answered, whatever the answer.</summary>
    public void Answered()
    {
        if (Volatile.Read(ref _failures) == 0 && Volatile.Read(ref _ejections) == 0) return;
        Volatile.Write(ref _failures, 0);
        Volatile.Write(ref _ejections, 0);
        Volatile.Write(ref _ejectedUntil, 0);
    }

    /// <summary>A request got no answer. Enough of them in a row eject the replica; after its back-off one more is enough.</summary>
    /// <returns>True: it is ejected now.</returns>
    public bool Failed()
    {
        var failures = Interlocked.Increment(ref _failures);
        if (failures < options.EjectAfter && Volatile.Read(ref _ejections) == 0) return false;
        var now = time.GetTimestamp();
        if (now < Volatile.Read(ref _ejectedUntil)) return false;
        var doublings = Math.Min(Interlocked.Increment(ref _ejections) - 1, 16);
        var backOff = Math.Min(options.EjectFor.TotalSeconds * (1 << doublings), options.EjectAtMost.TotalSeconds);
        Volatile.Write(ref _ejectedUntil, now + (long)(backOff * time.TimestampFrequency));
        return true;
    }

    /// <summary>A health check passed.</summary>
    /// <returns>True: it had failed before, or the replica was ejected.</returns>
    public bool CheckPassed()
    {
        var recovered = _checksFail || time.GetTimestamp() < Volatile.Read(ref _ejectedUntil);
        _failedChecks = 0;
        _checksFail = false;
        _seen = null;
        if (recovered) Answered();
        return recovered;
    }

    /// <summary>A health check failed.</summary>
    /// <param name="seen">What it saw.</param>
    public void CheckFailed(string seen)
    {
        _seen = seen;
        if (++_failedChecks >= options.UnhealthyAfter) _checksFail = true;
    }
}
