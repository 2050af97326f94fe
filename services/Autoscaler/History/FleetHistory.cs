using System.Collections.Concurrent;
using Platform.Autoscaler.Forecasting;
using Platform.Metrics.Streaming;

namespace Platform.Autoscaler.History;

/// <summary>
/// What every application's metrics were: one value a minute for 14 days, one an hour for a year.
/// <code>
/// metric stream ─► SampleCheck ─► open minutes ─► closed ─► rings in memory ─► TimeSeries (masked = not a number)
///                                                    └────► one row a minute for the fleet, one a day and series later
/// </code>
/// Memory is bounded: 2 bytes a value, 58 KB for a series that is a year old. Safe for several threads.
/// </summary>
internal sealed class FleetHistory(TimeProvider time)
{
    /// <summary>A minute is closed so long after its end: measurements are a second or two behind, brokers more.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>Names on the stream beyond this many applications are not followed.</summary>
    private const int MostApplications = 50_000;

    private readonly ConcurrentDictionary<string, ApplicationHistory> _applications = new(StringComparer.Ordinal);
    private long _closedThrough = MinuteOf(time.GetUtcNow() - Grace) - 1;

    public IEnumerable<ApplicationHistory> Applications => _applications.Values;

    /// <summary>Minutes up to this one are closed.</summary>
    public long ClosedThrough => Interlocked.Read(ref _closedThrough);

    public static long MinuteOf(DateTimeOffset at) => (at.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMinute;

    public ApplicationHistory Of(string application) => _applications.GetOrAdd(application, static name => new ApplicationHistory(name));

    public ApplicationHistory? Find(string application) => _applications.GetValueOrDefault(application);

    /// <summary>True: the application is experimented on. What replicas use, and how they start and end, because of a fault that was put in says nothing of them.</summary>
    public bool IsExperiment(string application, DateTimeOffset at) => Find(application)?.IsExperiment(at) is true;

    public void Remove(string application) => _applications.TryRemove(application, out _);

    /// <summary>Adds a checked batch.</summary>
    /// <returns>False: its minute is closed already.</returns>
    public bool Add(MetricBatch batch)
    {
        // The end of an interval belongs to it: what was measured up to 12:01:00.000 stands in 12:00.
        var second = (batch.At.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks - 1) / TimeSpan.TicksPerSecond;
        var closed = ClosedThrough;
        if (second / 60 <= closed) return false;
        if (_applications.Count >= MostApplications && !_applications.ContainsKey(batch.Application)) return false;
        Of(batch.Application).Add(batch, second, closed);
        return true;
    }

    /// <summary>Ends every minute whose time is over.</summary>
    /// <returns>What was measured in them, the oldest first.</returns>
    public IReadOnlyList<ClosedMinute> Close()
    {
        var now = time.GetUtcNow();
        var (before, through) = (ClosedThrough, MinuteOf(now - Grace) - 1);
        if (through <= before) return [];
        Interlocked.Exchange(ref _closedThrough, through);

        List<ClosedMinute> minutes = [];

        // After a jump of the clock there is nothing in the minutes between.
        for (var minute = Math.Max(before + 1, through - ApplicationHistory.OpenMinutes); minute <= through; minute++)
        {
            List<ClosedSample> samples = [];
            foreach (var (_, history) in _applications) history.Close(minute, samples);
            minutes.Add(new ClosedMinute(minute, samples));
        }

        for (var hour = Math.Max((before + 1) / 60, (through / 60) - 1); hour < (through + 1) / 60; hour++)
        {
            foreach (var (_, history) in _applications) history.CloseHour(hour, now);
        }

        return minutes;
    }

    /// <summary>The clock was set back: time goes on from here, and what was measured ahead of it is forgotten.</summary>
    public void StepBack()
    {
        var minute = MinuteOf(time.GetUtcNow());
        Interlocked.Exchange(ref _closedThrough, MinuteOf(time.GetUtcNow() - Grace) - 1);
        foreach (var (_, history) in _applications) history.StepBack(minute);
    }

    /// <summary>The newest whole minutes of a metric, per second for counts; masked and unmeasured ones are not a number.</summary>
    public TimeSeries Minutes(string application, string metric, int count = SeriesHistory.Days * SeriesHistory.MinutesPerDay, bool masked = true) =>
        (Find(application) ?? new ApplicationHistory(application)).Minutes(metric, End, count, masked);

    /// <summary>The newest whole hours of a metric.</summary>
    public TimeSeries Hours(string application, string metric, int count = SeriesHistory.Hours, bool masked = true) =>
        (Find(application) ?? new ApplicationHistory(application)).Hours(metric, End, count, masked);

    private DateTimeOffset End => DateTimeOffset.UnixEpoch + TimeSpan.FromMinutes(ClosedThrough + 1);
}

/// <summary>A minute that is over.</summary>
internal sealed record ClosedMinute(long Minute, IReadOnlyList<ClosedSample> Samples);
