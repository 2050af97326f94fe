using Platform.Contracts.Metrics;
using Platform.Metrics;

namespace Platform.Autoscaler.History;

/// <summary>One metric of one application: a value a minute for 14 days and one an hour for a year, and the minutes still being measured.</summary>
internal sealed class SeriesHistory(string metric)
{
    public const int MinutesPerDay = 1_440;
    public const int Days = 14;
    public const int HoursPerChunk = 720;
    public const int Hours = 8_760;

    // One chunk more than is promised: the newest is always a partial one.
    private readonly CodeRing _minutes = new(MinutesPerDay, Days + 1);
    private readonly CodeRing _hours = new(HoursPerChunk, (Hours / HoursPerChunk) + 2);
    private readonly OpenMinute[] _open = new OpenMinute[ApplicationHistory.OpenMinutes];

    public string Metric => metric;

    /// <summary>Its number in the database; 0: it has none yet.</summary>
    public long Id { get; set; }

    public CodeRing Minutes => _minutes;

    public CodeRing HourlyMeans => _hours;

    public bool IsCount { get; } = metric is MetricNames.Requests or MetricNames.Errors;

    public bool IsLatency { get; } = metric == MetricNames.Latency;

    public long Bytes => _minutes.Bytes + _hours.Bytes + _open.Length * 40L + 80;

    /// <summary>Adds a sample to the minutes its interval lies in.</summary>
    /// <param name="second">The interval's last second, since 1970.</param>
    /// <param name="seconds">Its length, 1 to 60.</param>
    /// <param name="value">A count of the whole interval, or a gauge.</param>
    /// <param name="histogram">For latencies.</param>
    /// <param name="closedThrough">Minutes up to this one are closed.</param>
    public void Add(long second, int seconds, double value, LatencyHistogram? histogram, long closedThrough)
    {
        var minute = second / 60;
        if (IsLatency)
        {
            if (histogram is not null) Open(minute).Merge(histogram);
            return;
        }

        var perSecond = IsCount ? value / seconds : value;
        var here = Math.Min(seconds, (int)(second % 60) + 1);
        Open(minute).Add((int)(second % 60) - here + 1, here, perSecond);
        if (seconds > here && minute - 1 > closedThrough) Open(minute - 1).Add(60 - (seconds - here), seconds - here, perSecond);
    }

    /// <summary>Ends a minute: its value goes into the ring.</summary>
    /// <returns>What was measured in it; <see cref="ValueCode.Missing"/>: nothing.</returns>
    public ushort Close(long minute)
    {
        ref var open = ref _open[minute % _open.Length];
        if (open.Minute != minute) return ValueCode.Missing;
        var code = ValueCode.Encode(IsLatency ? open.Quantile95 : open.Mean);
        open.Clear();
        if (code != ValueCode.Missing) _minutes.Set(minute, code);
        return code;
    }

    /// <summary>Ends an hour: the mean of its minutes, of those that are typical if there are any.</summary>
    public void CloseHour(long hour, Func<long, bool> isMasked)
    {
        var (typical, typicals, sum, known) = (0.0, 0, 0.0, 0);
        for (var minute = hour * 60; minute < (hour + 1) * 60; minute++)
        {
            var code = _minutes[minute];
            if (code == ValueCode.Missing) continue;
            var value = ValueCode.Decode(code);
            sum += value;
            known++;
            if (isMasked(minute)) continue;
            typical += value;
            typicals++;
        }

        if (known > 0) _hours.Set(hour, ValueCode.Encode(typicals > 0 ? typical / typicals : sum / known));
    }

    /// <summary>Forgets what a clock that was ahead had measured.</summary>
    public void StepBack(long minute)
    {
        Array.Clear(_open);
        _minutes.ForgetAfter(minute);
        _hours.ForgetAfter(minute / 60);
    }

    private ref OpenMinute Open(long minute)
    {
        ref var open = ref _open[minute % _open.Length];
        if (open.Minute != minute)
        {
            open.Clear();
            open.Minute = minute;
        }

        return ref open;
    }
}
