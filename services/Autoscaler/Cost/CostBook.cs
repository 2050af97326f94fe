using System.Collections.Concurrent;
using System.Text.Json;
using Platform.Autoscaler.Applications;
using Platform.Autoscaler.RightSizing;
using Platform.Autoscaler.Scaling;
using Platform.Contracts.Scaling;
using Platform.Hosting.Json;

namespace Platform.Autoscaler.Cost;

/// <summary>The applications whose cost is followed.</summary>
internal sealed class CostBook
{
    private readonly ConcurrentDictionary<string, CostAccount> _accounts = new(StringComparer.Ordinal);

    public IEnumerable<CostAccount> Accounts => _accounts.Values;

    public CostAccount? Find(string application) => _accounts.GetValueOrDefault(application);

    public CostAccount Of(string application, DateTimeOffset now) => _accounts.GetOrAdd(application, name => new CostAccount(name, now));

    public void Put(CostAccount account) => _accounts[account.Application] = account;

    public void Remove(string application) => _accounts.TryRemove(application, out _);
}

/// <summary>What is followed of one application. Safe for several threads.</summary>
internal sealed class CostAccount
{
    private readonly Lock _gate = new();
    private const int MostReadings = 32;
    private static readonly TimeSpan HalfATick = TimeSpan.FromMilliseconds(500);
    private readonly List<(DateTimeOffset At, IReadOnlyList<MetricReading> Readings)> _readings = [];
    private readonly UsageProfile _usage;
    private readonly CostMeter _meter;
    private string? _settingsText;
    private double _mostMemory;

    public CostAccount(string application, DateTimeOffset now) : this(application, new UsageProfile(now), new CostMeter()) { }

    public CostAccount(string application, UsageProfile usage, CostMeter meter) => (Application, _usage, _meter) = (application, usage, meter);

    public string Application { get; }

    /// <summary>The scaling settings in force.</summary>
    public ScalingSettings Settings { get; private set; } = new();

    /// <summary>Replicas wanted, as the owner of replicas last said.</summary>
    public int Wanted { get; private set; }

    /// <summary>How long replicas took to become ready, the middle one of those seen last.</summary>
    public TimeSpan Startup { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What a replica can take.</summary>
    public CapacityBasis Capacity { get; private set; } = CapacityBasis.Unknown;

    /// <summary>Seconds up to this one were looked at.</summary>
    public DateTimeOffset SteppedThrough { get; set; }

    /// <summary>The last second, for the present cost.</summary>
    public LoadSecond? Latest { get; private set; }

    /// <summary>Takes over what is known of the application.</summary>
    public void Follow(ScaledApplication application)
    {
        Wanted = application.Wanted;
        var text = application.Rollout is not null && application.SettingsBefore is { } before ? before : application.Settings;
        if (text == _settingsText) return;
        Settings = JsonSerializer.Deserialize<ScalingSettings>(text, PlatformJson.Options) ?? new ScalingSettings();
        Capacity = CapacityBasis.Of(Settings);
        _settingsText = text;
    }

    /// <summary>
    /// Keeps what is read of the metrics now, once per sync period, until the shadows have come to this second: they are some seconds behind, and must
    /// not see what was not known then.
    /// </summary>
    public void Read(DateTimeOffset now, Func<IReadOnlyList<MetricReading>> read)
    {
        lock (_gate)
        {
            if (Settings.Metrics.Count == 0 || (_readings.Count > 0 && now >= _readings[^1].At && now - _readings[^1].At < Settings.Behavior.SyncPeriod - HalfATick)) return;
            _readings.Add((now, read()));
            if (_readings.Count > MostReadings) _readings.RemoveAt(0);
        }
    }

    public void Add(in LoadSecond second)
    {
        lock (_gate)
        {
            var at = second.At;
            _meter.Add(second, Settings, Capacity, Startup, () => _readings.FindLast(reading => reading.At <= at + HalfATick).Readings);
            Latest = second;
        }
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
