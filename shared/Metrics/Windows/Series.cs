using Platform.Metrics.Wire;

namespace Platform.Metrics.Windows;

/// <summary>One second of a series.</summary>
internal struct Slot
{
    public long Second; // since the Unix epoch; 0: never used
    public double Sum;
    public double Maximum;
    public double Last;
    public int Samples;
    public byte[]? Histogram; // packed: a few bytes per bin in use instead of kilobytes
}

/// <summary>A ring of seconds that grows with the age of its series, up to the retention. Callers hold the lock.</summary>
internal sealed class Series(SeriesKey key, int capacity)
{
    [ThreadStatic]
    private static LatencyHistogram? _scratch;

    private Slot[] _slots = new Slot[Math.Min(32, capacity)];
    private long _oldest = long.MaxValue;

    public SeriesKey Key { get; } = key;

    /// <summary>The newest second with a sample.</summary>
    public long Newest { get; private set; }

    /// <summary>The first second ever measured.</summary>
    public long First { get; private set; } = long.MaxValue;

    public void Add(long second, double value, LatencyHistogram? histogram)
    {
        Newest = Math.Max(Newest, second);
        First = Math.Min(First, second);
        _oldest = Math.Max(Math.Min(_oldest, second), Newest - capacity + 1);
        if (Newest - _oldest >= _slots.Length) Grow();

        ref var slot = ref _slots[second % _slots.Length];
        if (slot.Second > second) return; // its place was taken by a newer second: it is beyond the retention
        if (slot.Second != second) slot = new Slot { Second = second, Maximum = double.NegativeInfinity };
        slot.Sum += value;
        slot.Maximum = Math.Max(slot.Maximum, value);
        slot.Last = value;
        slot.Samples++;
        if (histogram is not null) slot.Histogram = Pack(slot.Histogram, histogram);
    }

    public bool TryGet(long second, out Slot slot)
    {
        slot = second > 0 ? _slots[second % _slots.Length] : default;
        return slot.Second == second && slot.Samples > 0;
    }

    public static void MergeInto(LatencyHistogram sum, byte[] packed)
    {
        var reader = new WireReader(packed);
        sum.MergeFrom(ref reader);
    }

    private void Grow()
    {
        var length = _slots.Length;
        while (length <= Newest - _oldest) length *= 2;
        var slots = new Slot[Math.Min(length, capacity)];
        foreach (var slot in _slots)
        {
            if (slot.Samples > 0 && slot.Second > Newest - slots.Length) slots[slot.Second % slots.Length] = slot;
        }

        _slots = slots;
    }

    private static byte[] Pack(byte[]? present, LatencyHistogram more)
    {
        if (present is null) return more.ToBytes();
        var sum = _scratch ??= new LatencyHistogram();
        sum.Clear();
        MergeInto(sum, present);
        sum.Merge(more);
        return sum.ToBytes();
    }
}
