namespace Platform.Reliability.Simulation;

/// <summary>A clock that moves only when <see cref="Idleness"/> finds nothing left to do at the present moment: waiting costs nothing.</summary>
internal sealed class VirtualClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly HashSet<Timer> _armed = [];
    private bool _frozen;
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A clock that this one never passes: two services on one machine may sleep at different times, but share the time.</summary>
    public VirtualClock? Leader { get; init; }

    /// <summary>True: it stands still whatever is due. Clearing away what a killed service left in memory takes no time.</summary>
    public bool Frozen
    {
        get
        {
            lock (_gate) return _frozen;
        }

        set
        {
            lock (_gate) _frozen = value;
        }
    }

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return _now;
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Goes on to when the next timer is due, and fires it on the thread pool.</summary>
    /// <returns>False: it stands still.</returns>
    public bool Step()
    {
        List<Timer> due;
        lock (_gate)
        {
            if (_frozen || _armed.Count == 0) return false;
            var next = _armed.Min(t => t.Due);
            if (Leader is { } leader && next > leader.GetUtcNow()) return false;
            if (next > _now) _now = next;
            due = [.. _armed.Where(t => t.Due <= _now).OrderBy(t => t.Due)];
            foreach (var timer in due) timer.Rearm();
        }

        foreach (var timer in due) ThreadPool.UnsafeQueueUserWorkItem(static t => t.Fire(), timer, preferLocal: false);
        return true;
    }

    /// <summary>Lets time pass in which nobody lives.</summary>
    public void Skip(TimeSpan span)
    {
        lock (_gate) _now += span;
    }

    private sealed class Timer(VirtualClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public DateTimeOffset Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                _period = period;
                Due = clock._now + dueTime;
                if (dueTime == Timeout.InfiniteTimeSpan) clock._armed.Remove(this);
                else clock._armed.Add(this);
            }

            return true;
        }

        /// <summary>Called under the clock's lock.</summary>
        public void Rearm()
        {
            if (_period == Timeout.InfiniteTimeSpan || _period == TimeSpan.Zero) clock._armed.Remove(this);
            else Due += _period;
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (clock._gate) clock._armed.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
