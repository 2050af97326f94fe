using Platform.Autoscaler.Scaling;
using Platform.Contracts.Scaling;
using Platform.Hosting.Measurements;

namespace Platform.Autoscaler.Sources;

/// <summary>
/// One metric that is asked for elsewhere, and what came of it. Decisions read it, one reading at a time writes it. Its times are of a clock
/// that is never set.
/// </summary>
internal sealed class FollowedMetric(string application, MetricTarget target, TimeSpan since)
{
    /// <summary>A decision that is late itself must not stop the readings.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private volatile Answer _answer = new(null, since, null);
    private long _wantedUntil = (since + Patience).Ticks;
    private int _isBeingRead;

    public string Application => application;

    public MetricTarget Target => target;

    /// <summary>When it is asked next, if nobody asks at present.</summary>
    public TimeSpan DueAt { get; private set; } = since;

    /// <summary>Whose turn it takes; null: it was not asked yet.</summary>
    public string? Server { get; set; }

    /// <summary>The end of the interval that the last value on the metric stream stands for; null: none is.</summary>
    public DateTimeOffset? PublishedAt { get; set; }

    /// <summary>A decision has asked; another is to be expected within the period.</summary>
    public void Want(TimeSpan now, TimeSpan period) => Volatile.Write(ref _wantedUntil, (now + (period * 3) + Patience).Ticks);

    public bool IsWanted(TimeSpan now) => now.Ticks <= Volatile.Read(ref _wantedUntil);

    /// <summary>Begins a reading whose time has come.</summary>
    /// <returns>False: it has not, or one is under way.</returns>
    public bool Begin(TimeSpan now)
    {
        if (now < DueAt || Interlocked.Exchange(ref _isBeingRead, 1) == 1) return false;
        // From start to start, so that a slow answer does not make the period longer.
        DueAt = now + target.Interval;
        return true;
    }

    /// <summary>Ends it.</summary>
    /// <returns>Whether it has begun to fail, or to answer again; null: neither.</returns>
    public bool? End(Reading reading, TimeSpan now)
    {
        var before = _answer;
        _answer = reading.Value is { } value ? new Answer(value, now, null) : before with { Problem = reading.Problem };
        Volatile.Write(ref _isBeingRead, 0);
        return reading.Problem is null == before.Problem is null ? null : reading.Problem is null;
    }

    /// <summary>It was given up, by a stop or by another that leads now.</summary>
    public void Abandon() => Volatile.Write(ref _isBeingRead, 0);

    /// <summary>What a decision gets: the value for the whole application, or since when there is none and why.</summary>
    public MetricReading Read(TimeSpan now)
    {
        var reading = new MetricReading { Name = target.Name, Target = target.Target, Kind = MetricKind.Total, Activation = target.Activation };
        var answer = _answer;
        var source = target.Source!.Kind;
        if (answer.Problem is { } problem) return reading with { Unavailable = $"{source} has given no value for {(now - answer.GoodAt).TotalSeconds:0} s: {problem}" };
        if (answer.Value is not { } value) return reading with { Unavailable = $"{source} was asked {(now - answer.GoodAt).TotalSeconds:0} s ago and has not answered yet" };
        // Two periods: one that is under way, and one that had to wait for its turn.
        return now - answer.GoodAt > (target.Interval * 2) + target.Timeout
            ? reading with { Unavailable = $"{source} was last read {(now - answer.GoodAt).TotalSeconds:0} s ago" }
            : reading with { Total = value };
    }

    /// <param name="Value">The last good value; null: there was none.</param>
    /// <param name="GoodAt">When it came; before the first, when it was first wanted.</param>
    /// <param name="Problem">Why the last reading has no value; null: it has.</param>
    private sealed record Answer(double? Value, TimeSpan GoodAt, string? Problem);
}
