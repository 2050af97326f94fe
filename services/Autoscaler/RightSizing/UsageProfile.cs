namespace Platform.Autoscaler.RightSizing;

/// <summary>What half a minute of one application looked like, per replica.</summary>
/// <param name="At">Its end.</param>
/// <param name="Cpu">Mean cores of each replica.</param>
/// <param name="Memory">Most bytes of each replica.</param>
/// <param name="AtFewest">True: there were as few replicas as are allowed, so the horizontal scaler could not take one away.</param>
/// <param name="AtMost">True: there were as many as are allowed.</param>
internal sealed record UsageSample(DateTimeOffset At, IReadOnlyCollection<double> Cpu, IReadOnlyCollection<double> Memory, bool AtFewest, bool AtMost);

/// <summary>
/// What an application's replicas have used, in bounded memory: cores per replica and half minute, and each day's peak of memory, both with a
/// half-life of 24 h. A peak that only the end of the process shows (out of memory) is taken up larger than it was seen.
/// </summary>
internal sealed class UsageProfile
{
    /// <summary>After an out-of-memory end the replica is taken to have needed this much more than it was seen to use, …</summary>
    public const double OutOfMemoryBump = 1.2;

    /// <summary>… and at least so many bytes more: 100 MiB.</summary>
    public const double LeastBumpBytes = 100.0 * 1024 * 1024;

    /// <summary>The smallest values that are told apart: a thousandth of a core, 1 MiB.</summary>
    public const double SmallestCores = 0.001, SmallestBytes = 1024 * 1024;

    /// <summary>What one sample covers.</summary>
    public static readonly TimeSpan SampleLength = TimeSpan.FromSeconds(30);

    public static readonly TimeSpan HalfLife = TimeSpan.FromHours(24);
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);
    private readonly DecayingHistogram _cpu;
    private readonly DecayingHistogram _memory;
    private readonly double[] _share = new double[3];
    private DateTimeOffset _shareAt;
    private DateTimeOffset _dayEnds;
    private double _dayPeak;

    /// <param name="start">The present time.</param>
    public UsageProfile(DateTimeOffset start)
    {
        _cpu = new DecayingHistogram(SmallestCores, HalfLife, start);
        _memory = new DecayingHistogram(SmallestBytes, HalfLife, start);
        (_shareAt, _dayEnds) = (start, start + Day);
    }

    /// <summary>When the first sample was taken in; null: none yet.</summary>
    public DateTimeOffset? Since { get; private set; }

    /// <summary>Samples with a value of cpu.</summary>
    public long Samples { get; private set; }

    /// <summary>Out-of-memory ends seen.</summary>
    public long OutOfMemory { get; private set; }

    /// <summary>The most bytes a replica was seen to use, or was taken to need.</summary>
    public double MemoryPeak { get; private set; }

    /// <summary>Share of the recent time with as few replicas as are allowed, 0 to 1.</summary>
    public double ShareAtFewest => _share[0] > 0 ? _share[1] / _share[0] : 0;

    /// <summary>Share of the recent time with as many replicas as are allowed.</summary>
    public double ShareAtMost => _share[0] > 0 ? _share[2] / _share[0] : 0;

    /// <summary>Cores per replica that this share of the time sufficed.</summary>
    public double Cpu(double percentile) => _cpu.Percentile(percentile);

    /// <summary>Bytes that the peaks of this share of days stay within.</summary>
    public double Memory(double percentile) => _memory.Percentile(percentile);

    /// <summary>Takes in a sample. Values that are not finite or negative are left out.</summary>
    public void Add(UsageSample sample)
    {
        var usable = sample.Cpu.Where(IsUsable).ToList();
        if (usable.Count > 0)
        {
            Since ??= sample.At;
            Samples++;

            // Half a minute counts the same with one replica as with a hundred: the question is how often a size suffices.
            foreach (var cores in usable) _cpu.Add(cores, 1.0 / usable.Count, sample.At);
            Count(sample);
        }

        foreach (var bytes in sample.Memory.Where(IsUsable)) Peak(bytes, sample.At);
    }

    /// <summary>A replica ended because it had no more memory.</summary>
    /// <param name="at">When.</param>
    /// <param name="bytes">What it was last seen to use, or its limit, whichever is larger.</param>
    public void AddOutOfMemory(DateTimeOffset at, double bytes)
    {
        if (!IsUsable(bytes)) return;
        OutOfMemory++;
        Peak(Math.Max(bytes * OutOfMemoryBump, bytes + LeastBumpBytes), at);
    }

    public UsageState Save() => new()
    {
        Cpu = _cpu.Save(),
        Memory = _memory.Save(),
        Since = Since,
        Samples = Samples,
        OutOfMemory = OutOfMemory,
        MemoryPeak = MemoryPeak,
        DayPeak = _dayPeak,
        DayEnds = _dayEnds,
        Share = [.. _share],
        ShareAt = _shareAt,
    };

    public static UsageProfile Of(UsageState state)
    {
        var profile = new UsageProfile(state.Cpu.Reference)
        {
            Since = state.Since,
            Samples = state.Samples,
            OutOfMemory = state.OutOfMemory,
            MemoryPeak = state.MemoryPeak,
            _dayPeak = state.DayPeak,
            _dayEnds = state.DayEnds,
            _shareAt = state.ShareAt,
        };
        profile._cpu.Restore(state.Cpu);
        profile._memory.Restore(state.Memory);
        for (var i = 0; i < Math.Min(profile._share.Length, state.Share.Count); i++) profile._share[i] = state.Share[i];
        return profile;
    }

    private static bool IsUsable(double value) => double.IsFinite(value) && value >= 0;

    private void Count(UsageSample sample)
    {
        var decay = Math.Pow(2, -(Math.Max((sample.At - _shareAt).TotalSeconds, 0) / HalfLife.TotalSeconds));
        for (var i = 0; i < _share.Length; i++) _share[i] *= decay;
        _share[0]++;
        if (sample.AtFewest) _share[1]++;
        if (sample.AtMost) _share[2]++;
        if (sample.At > _shareAt) _shareAt = sample.At;
    }

    /// <summary>A day has one peak: a larger one takes the place of the one before.</summary>
    private void Peak(double bytes, DateTimeOffset at)
    {
        if (at >= _dayEnds)
        {
            _dayEnds += Day * (Math.Floor((at - _dayEnds) / Day) + 1);
            _dayPeak = 0;
        }

        MemoryPeak = Math.Max(MemoryPeak, bytes);
        if (bytes <= _dayPeak) return;
        if (_dayPeak > 0) _memory.Add(_dayPeak, -1, _dayEnds);
        _memory.Add(bytes, 1, _dayEnds);
        _dayPeak = bytes;
    }
}

/// <summary>A <see cref="UsageProfile"/> at rest.</summary>
internal sealed record UsageState
{
    public required HistogramState Cpu { get; init; }

    public required HistogramState Memory { get; init; }

    public DateTimeOffset? Since { get; init; }

    public long Samples { get; init; }

    public long OutOfMemory { get; init; }

    public double MemoryPeak { get; init; }

    public double DayPeak { get; init; }

    public DateTimeOffset DayEnds { get; init; }

    public IReadOnlyList<double> Share { get; init; } = [];

    public DateTimeOffset ShareAt { get; init; }
}
