using System.Collections.Concurrent;
using Platform.Metrics.Streaming;

namespace Platform.Metrics.Windows;

/// <summary>
/// The recent past of every metric, second by second, for those who decide by it: the autoscaler, the rollout judge, alert rules,
/// charts. Bounded in time and in series. Safe for any number of writers and readers.
/// <code>
/// windows.Over(TimeSpan.FromSeconds(15)).MeanPerReplica("storefront", MetricNames.Cpu)
/// windows.Since(shifted).Quantile(0.95, "storefront", MetricNames.Latency, revision: "v2")
/// </code>
/// </summary>
/// <remarks>
/// A sample counts in the second its interval ended in. Samples of one metric add up over revisions and replicas, so sources
/// publish disjoint samples: a count with a replica, or without one when no single replica is meant, never both.
/// </remarks>
public sealed class MetricWindows
{
    private readonly ConcurrentDictionary<string, ApplicationSeries> _applications = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly MetricWindowsOptions _options;
    private readonly int _capacity;
    private int _series;
    private long _sweptAt;
    private long _accepted;
    private long _late;
    private long _future;
    private long _notANumber;
    private long _beyondBounds;

    /// <summary>Windows within these bounds.</summary>
    public MetricWindows(TimeProvider time, MetricWindowsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _options = options ?? new MetricWindowsOptions();
        _capacity = (int)Math.Clamp(Math.Ceiling(_options.Retention.TotalSeconds), 1, 86_400);
    }

    /// <summary>What became of the samples so far.</summary>
    public MetricWindowsFigures Figures => new()
    {
        Accepted = Interlocked.Read(ref _accepted),
        Late = Interlocked.Read(ref _late),
        Future = Interlocked.Read(ref _future),
        NotANumber = Interlocked.Read(ref _notANumber),
        BeyondBounds = Interlocked.Read(ref _beyondBounds),
        Series = Volatile.Read(ref _series),
    };

    /// <summary>The series held, of one application or of all.</summary>
    public IReadOnlyList<SeriesKey> Series(string? application = null)
    {
        List<SeriesKey> keys = [];
        foreach (var (name, mine) in _applications)
        {
            if (application is not null && name != application) continue;
            lock (mine.Gate) keys.AddRange(mine.All.Select(series => series.Key));
        }

        return keys;
    }

    /// <summary>Adds everything the stream delivers until cancelled. Run it as part of the subscriber's background service.</summary>
    public async Task FollowAsync(IMetricStream stream, string subscriber, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        await foreach (var batch in stream.SubscribeAsync(subscriber, cancellationToken)) Add(batch);
    }

    /// <summary>Adds a batch. What cannot be used is counted, see <see cref="Figures"/>.</summary>
    public void Add(MetricBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var now = _time.GetUtcNow();
        var second = SecondOf(batch.At);
        if (batch.At > now + _options.FutureTolerance)
        {
            Interlocked.Add(ref _future, batch.Samples.Count);
            return;
        }

        if (second <= 0 || second <= now.ToUnixTimeSeconds() - _capacity)
        {
            Interlocked.Add(ref _late, batch.Samples.Count);
            return;
        }

        var refused = Add(batch, null, second, now.ToUnixTimeSeconds());
        if (refused is not null && Volatile.Read(ref _series) >= _options.MaximumSeries && Sweep(now.ToUnixTimeSeconds())) refused = Add(batch, refused, second, now.ToUnixTimeSeconds());
        if (refused is not null) Interlocked.Add(ref _beyondBounds, refused.Count);
    }

    /// <summary>The last so many seconds.</summary>
    public MetricWindow Over(TimeSpan window) => new(this, _time.GetUtcNow(), (long)Math.Ceiling(window.TotalSeconds));

    /// <summary>Everything since then, as far as it is remembered: the seconds that began at or after it.</summary>
    public MetricWindow Since(DateTimeOffset since)
    {
        var now = _time.GetUtcNow();
        return new MetricWindow(this, now, now.ToUnixTimeSeconds() - (long)Math.Ceiling(since.ToUnixTimeMilliseconds() / 1000.0) + 1, fixedStart: true);
    }

    /// <summary>Seconds in a row of a metric, whenever they are asked for: the same, once nothing more comes in about them. Allocates nothing.</summary>
    /// <param name="statistic">A sum, mean, maximum or last.</param>
    /// <param name="application">The application.</param>
    /// <param name="metric">The metric.</param>
    /// <param name="first">The first second; what is before its start is cut off.</param>
    /// <param name="values">Takes one value a second; not a number: nothing was measured, or it is no longer remembered.</param>
    /// <param name="revision">Null: all of them.</param>
    /// <param name="replica">Null: all of them.</param>
    public void Seconds(Statistic statistic, string application, string metric, DateTimeOffset first, Span<double> values, string? revision = null, string? replica = null)
    {
        if (statistic > Statistic.Last) throw new ArgumentOutOfRangeException(nameof(statistic), statistic, "A sum, mean, maximum or last is expected.");
        values.Fill(double.NaN);
        if (Find(application) is not { } all) return;
        lock (all.Gate)
        {
            if (all.Of(metric) is not { } found) return;
            var from = first.ToUnixTimeSeconds();
            for (var i = 0; i < values.Length; i++)
            {
                var total = new Total();
                foreach (var series in found)
                {
                    if (Matches(series, revision, replica) && series.TryGet(from + i, out var slot)) total.Add(slot, isLast: true);
                }

                if (total.Of(statistic) is { } value && double.IsFinite(value)) values[i] = value;
            }
        }
    }

    /// <summary>How many replicas reported a metric around each of some seconds in a row. Allocates nothing.</summary>
    /// <param name="application">The application.</param>
    /// <param name="metric">The metric.</param>
    /// <param name="first">The first second.</param>
    /// <param name="before">Seconds before each that count too.</param>
    /// <param name="after">Seconds after each that count too.</param>
    /// <param name="counts">Takes one count a second; with what lies around them 64 seconds at most.</param>
    public void Replicas(string application, string metric, DateTimeOffset first, int before, int after, Span<int> counts)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(before + after + counts.Length, 64);
        counts.Clear();
        if (counts.Length == 0 || Find(application) is not { } all) return;
        lock (all.Gate)
        {
            if (all.Of(metric) is not { } found) return;
            var (from, length) = (first.ToUnixTimeSeconds() - before, before + after + counts.Length);
            for (var s = 0; s < found.Count; s++)
            {
                if (found[s].Key.Replica.Length == 0 || IsRepeated(found, s)) continue;
                var seen = Measured(found[s], from, length);
                for (var other = s + 1; other < found.Count; other++)
                {
                    if (IsOfSameReplica(found[s], found[other])) seen |= Measured(found[other], from, length);
                }

                var around = ulong.MaxValue >> (64 - (before + after + 1));
                for (var i = 0; i < counts.Length; i++) counts[i] += (seen & (around << i)) != 0 ? 1 : 0;
            }
        }
    }

    internal int Capacity => _capacity;

    /// <summary>The application's series; null: there are none.</summary>
    internal ApplicationSeries? Find(string application) => _applications.GetValueOrDefault(application);

    /// <summary>Null matches any revision or replica.</summary>
    internal static bool Matches(Series series, string? revision, string? replica) =>
        (revision is null || series.Key.Revision == revision) && (replica is null || series.Key.Replica == replica);

    /// <summary>The end of an interval belongs to it: what was measured up to 12:00:05.000 stands in 12:00:04.</summary>
    private static long SecondOf(DateTimeOffset at) => (at.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks - 1) / TimeSpan.TicksPerSecond;

    private static bool IsRepeated(List<Series> series, int index)
    {
        for (var i = 0; i < index; i++)
        {
            if (IsOfSameReplica(series[i], series[index])) return true;
        }

        return false;
    }

    /// <summary>Of one revision and metric each replica has one series, so ids need only be compared over revisions.</summary>
    private static bool IsOfSameReplica(Series one, Series other) => one.Key.Revision != other.Key.Revision && one.Key.Replica == other.Key.Replica;

    /// <summary>A bit for each second with a sample.</summary>
    private static ulong Measured(Series series, long from, int length)
    {
        var bits = 0UL;
        for (var i = 0; i < length; i++) bits |= series.Samples(from + i) > 0 ? 1UL << i : 0;
        return bits;
    }

    /// <returns>Which samples were refused: their series is one too many; null: none.</returns>
    private List<int>? Add(MetricBatch batch, List<int>? only, long second, long now)
    {
        while (true)
        {
            var mine = _applications.GetOrAdd(batch.Application, static (_, at) => new ApplicationSeries { SweptAt = at }, now);
            lock (mine.Gate)
            {
                // Forgotten between being found and being locked: it is made anew.
                if (mine.IsGone) continue;
                var refused = Add(mine, batch, only, second, now);
                ForgetIfEmpty(batch.Application, mine);
                return refused;
            }
        }
    }

    private List<int>? Add(ApplicationSeries mine, MetricBatch batch, List<int>? only, long second, long now)
    {
        List<int>? refused = null;
        var (accepted, notANumber) = (0, 0);

        // By index: enumerating an IReadOnlyList allocates.
        var count = only?.Count ?? batch.Samples.Count;
        for (var n = 0; n < count; n++)
        {
            var i = only?[n] ?? n;
            var sample = batch.Samples[i];
            if (!double.IsFinite(sample.Value)) notANumber++;
            else if ((mine.Find(batch.Application, sample) ?? Create(batch.Application, mine, sample, now)) is not { } series) (refused ??= []).Add(i);
            else
            {
                series.Add(second, sample.Value, sample.Histogram);
                accepted++;
            }
        }

        Interlocked.Add(ref _accepted, accepted);
        if (notANumber > 0) Interlocked.Add(ref _notANumber, notANumber);
        return refused;
    }

    /// <summary>A new series, within the bounds. An application that gets one is first rid of those that have long ended, such as of replicas that are gone.</summary>
    private Series? Create(string application, ApplicationSeries mine, in MetricSample sample, long now)
    {
        if (now - mine.SweptAt >= _capacity || (mine.All.Count >= _options.MaximumSeriesPerApplication && now != mine.SweptAt))
        {
            Interlocked.Add(ref _series, -mine.Forget(now - _capacity));
            mine.SweptAt = now;
        }

        if (mine.All.Count >= _options.MaximumSeriesPerApplication) return null;
        if (Interlocked.Increment(ref _series) <= _options.MaximumSeries) return mine.Create(new SeriesKey(application, sample.Name, sample.Revision, sample.Replica), _capacity);
        Interlocked.Decrement(ref _series);
        return null;
    }

    /// <summary>Forgets the series without a sample in the retention; at most once a second, since it visits them all.</summary>
    /// <returns>True: it was looked, and there may be room now.</returns>
    private bool Sweep(long now)
    {
        if (Interlocked.Exchange(ref _sweptAt, now) == now) return false;
        foreach (var (name, application) in _applications)
        {
            lock (application.Gate)
            {
                Interlocked.Add(ref _series, -application.Forget(now - _capacity));
                ForgetIfEmpty(name, application);
            }
        }

        return true;
    }

    private void ForgetIfEmpty(string name, ApplicationSeries application)
    {
        if (application.All.Count > 0) return;
        application.IsGone = true;
        _applications.TryRemove(KeyValuePair.Create(name, application));
    }
}
