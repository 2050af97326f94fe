using System.Collections.Concurrent;
using System.Text.Json;
using Platform.Autoscaler.Applications;
using Platform.Autoscaler.RightSizing;
using Platform.Contracts.Scaling;
using Platform.Hosting.Json;

namespace Platform.Autoscaler.Cost;

/// <summary>The applications whose cost is followed. One adds and removes; any number read.</summary>
internal sealed class CostBook
{
    private volatile CostAccount[][]? _slices;
    private int _numbers;
    private readonly ConcurrentDictionary<string, CostAccount> _accounts = new(StringComparer.Ordinal);

    /// <summary>All of them, without a copy.</summary>
    public IEnumerable<CostAccount> Accounts => _accounts.Select(pair => pair.Value);

    public int Count => _accounts.Count;

    /// <summary>Goes up with each that comes or goes.</summary>
    public int Version { get; private set; }

    /// <summary>The part of the fleet whose turn it is, in one array, for it is gone through ten times a second.</summary>
    public IReadOnlyList<CostAccount> Slice(int slice) => (_slices ??= [.. Enumerable.Range(0, CostTurns.Slices).Select(Of)])[slice];

    public CostAccount? Find(string application) => _accounts.GetValueOrDefault(application);

    public CostAccount Of(string application, DateTimeOffset now)
    {
        if (_accounts.TryGetValue(application, out var known)) return known;
        Put(new CostAccount(application, now));
        return _accounts[application];
    }

    public void Put(CostAccount account)
    {
        account.Turns.Number = _numbers++;
        _accounts[account.Application] = account;
        Version++;
        _slices = null;
    }

    public void Remove(string application)
    {
        if (!_accounts.TryRemove(application, out _)) return;
        Version++;
        _slices = null;
    }

    private CostAccount[] Of(int slice) => [.. _accounts.Values.Where(account => account.Turns.Slice == slice)];
}

/// <summary>What is followed of one application. Safe for several threads.</summary>
internal sealed class CostAccount
{
    private readonly Lock _gate = new();
    private const int MostReadings = 40;
    private static readonly TimeSpan HalfATick = TimeSpan.FromMilliseconds(500);
    private readonly List<(DateTimeOffset At, MeasuredMetric[] Metrics)> _readings = [];
    private readonly UsageProfile _usage;
    private readonly CostMeter _meter;
    private string? _settingsText;
    private double _mostMemory;

    public CostAccount(string application, DateTimeOffset now) : this(application, new UsageProfile(now), new CostMeter()) { }

    public CostAccount(string application, UsageProfile usage, CostMeter meter) => (Application, _usage, _meter) = (application, usage, meter);

    public string Application { get; }

    /// <summary>When its turns are.</summary>
    public CostTurns Turns { get; } = new();

    /// <summary>The scaling settings in force.</summary>
    public ScalingSettings Settings { get; private set; } = new();

    /// <summary>Replicas wanted, as the owner of replicas last said.</summary>
    public int Wanted { get; private set; }

    /// <summary>Replicas wanted, as its seconds are counted by.</summary>
    public int CountedBy { get; set; }

    /// <summary>How long replicas took to become ready, the middle one of those seen last.</summary>
    public TimeSpan Startup { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What a replica can take.</summary>
    public CapacityBasis Capacity { get; private set; } = CapacityBasis.Unknown;

    /// <summary>The last second, for the present cost.</summary>
    public LoadSecond? Latest { get; private set; }

    /// <summary>Readings kept for seconds that are not settled yet.</summary>
    public int Readings
    {
        get
        {
            lock (_gate) return _readings.Count;
        }
    }

    /// <summary>True: following it changes what its seconds are counted by.</summary>
    public bool IsChangedBy(ScaledApplication application) => TextOf(application) != _settingsText;

    /// <summary>Takes over what is known of the application.</summary>
    public void Follow(ScaledApplication application)
    {
        Wanted = application.Wanted;
        var text = TextOf(application);
        if (text == _settingsText) return;
        Settings = JsonSerializer.Deserialize<ScalingSettings>(text, PlatformJson.Options) ?? new ScalingSettings();
        Capacity = CapacityBasis.Of(Settings);
        _settingsText = text;
    }

    /// <summary>True: the metrics of its settings are to be read now, once per sync period.</summary>
    public bool IsReadingDue(DateTimeOffset now)
    {
        lock (_gate) return Settings.Metrics.Count > 0 && (_readings.Count == 0 || now < _readings[^1].At || now - _readings[^1].At >= Settings.Behavior.SyncPeriod - HalfATick);
    }

    /// <summary>
    /// Keeps what was read of the metrics now until the shadows have come to this second: they are some seconds behind, and must not see what was
    /// not known then.
    /// </summary>
    public void Read(DateTimeOffset now, MeasuredMetric[] metrics)
    {
        lock (_gate)
        {
            _readings.Add((now, metrics));
            if (_readings.Count > MostReadings) _readings.RemoveAt(0);
        }
    }

    /// <summary>Counts seconds, oldest first.</summary>
    public void Add(ReadOnlySpan<LoadSecond> seconds)
    {
        if (seconds.Length == 0) return;
        lock (_gate)
        {
            foreach (ref readonly var second in seconds) _meter.Add(second, Settings, Capacity, Startup, ReadBy(second.At));
            Latest = seconds[^1];

            // Later seconds see the last of these at the earliest.
            var seen = LastReadBy(seconds[^1].At);
            if (seen > 0) _readings.RemoveRange(0, seen);
        }
    }

    private static string TextOf(ScaledApplication application) => application.Rollout is not null && application.SettingsBefore is { } before ? before : application.Settings;

    private MeasuredMetric[]? ReadBy(DateTimeOffset at) => LastReadBy(at) is >= 0 and var last ? _readings[last].Metrics : null;

    private int LastReadBy(DateTimeOffset at)
    {
        var last = _readings.Count - 1;
        while (last >= 0 && _readings[last].At > at + HalfATick) last--;
        return last;
    }

    public void Add(UsageSample sample)
    {
        lock (_gate)
        {
            _usage.Add(sample);
            _mostMemory = sample.Memory.DefaultIfEmpty(0).Max();
        }
    }

    /// <summary>A replica ended out of memory.</summary>
    /// <param name="at">When.</param>
    /// <param name="isCertain">False: it was killed, which counts only if replicas were near the limit.</param>
    public void OutOfMemory(DateTimeOffset at, bool isCertain)
    {
        const double near = 0.8;
        lock (_gate)
        {
            if (!isCertain && !(Settings.MemoryBytes is { } limit && _mostMemory >= near * limit)) return;
            _usage.AddOutOfMemory(at, Math.Max(_mostMemory, Settings.MemoryBytes ?? 0));
        }
    }

    public SizeRecommendation Size(DateTimeOffset now, TimeSpan leastHistory)
    {
        lock (_gate)
        {
            double? Target(string metric) => Settings.Metrics.FirstOrDefault(m => m.Name == metric)?.Target;
            return SizeRecommender.Recommend(
                _usage,
                new ReplicaSize(Settings.CpuCores, Settings.MemoryBytes, Target(Contracts.Metrics.MetricNames.Cpu), Target(Contracts.Metrics.MetricNames.Memory)),
                now, leastHistory);
        }
    }

    /// <summary>The hours that may not be written down yet, and the one under way.</summary>
    public IReadOnlyList<HourFigures> Unwritten()
    {
        lock (_gate) return _meter.Open.Seconds > 0 ? [.. _meter.Ended, _meter.Open] : _meter.Ended;
    }

    /// <summary>Replicas that the shadow with the manifest's own targets has; null: there is none.</summary>
    public int? ShadowReplicas()
    {
        lock (_gate) return _meter.Shadow.Wanted is > 0 and var wanted ? wanted : null;
    }

    /// <summary>These hours are written down.</summary>
    public void Written(IReadOnlyList<HourFigures> hours)
    {
        lock (_gate) _meter.Written(hours);
    }

    /// <summary>Everything to write down: the hours that ended since the last time, the one under way, and what goes on.</summary>
    public (IReadOnlyList<HourFigures> Hours, CostState State) Save()
    {
        lock (_gate)
        {
            return (Unwritten(), new CostState { Usage = _usage.Save(), Meter = _meter.Save() });
        }
    }
}

/// <summary>What is followed of an application, at rest.</summary>
internal sealed record CostState
{
    public required UsageState Usage { get; init; }

    public required MeterState Meter { get; init; }
}
