using System.Buffers;
using Platform.Metrics.Histograms;
using Platform.Metrics.Wire;

namespace Platform.Metrics;

/// <content>
/// The binary form, a few bytes per bin in use:
/// <c>version:1 zeros:varint sum:f64 min:f64 max:f64 bins:varint { gap:varint count:varint }*</c>,
/// where the first gap counts from the lowest possible bin and the others from the bin before.
/// </content>
public sealed partial class LatencyHistogram
{
    private const byte EncodingVersion = 1;
    private const ulong MaximumCount = 1UL << 48; // of one bin: 1024 of them cannot overflow a long

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _scratch;

    /// <summary>The compact binary form.</summary>
    public byte[] ToBytes()
    {
        var buffer = _scratch ??= new ArrayBufferWriter<byte>(1024);
        buffer.ResetWrittenCount();
        WriteTo(buffer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes the compact binary form.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        var wire = new WireWriter(output);
        wire.Byte(EncodingVersion);
        wire.Varint((ulong)_zeros);
        wire.Double(Sum);
        wire.Double(_minimum);
        wire.Double(_maximum);
        var used = 0;
        for (var bin = _lowest; bin <= _highest; bin++) used += _bins[bin - _offset] > 0 ? 1 : 0;
        wire.Varint((ulong)used);
        var previous = LogarithmicMapping.LowestBin;
        for (var bin = _lowest; bin <= _highest; bin++)
        {
            var count = _bins[bin - _offset];
            if (count == 0) continue;
            wire.Varint((ulong)(bin - previous));
            wire.Varint((ulong)count);
            previous = bin;
        }
    }

    /// <summary>Reads the compact binary form.</summary>
    /// <returns>False if the bytes are not a histogram, or not only one.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out LatencyHistogram histogram)
    {
        var reader = new WireReader(bytes);
        return TryRead(ref reader, out histogram) && reader.Remaining == 0;
    }

    internal static bool TryRead(ref WireReader reader, out LatencyHistogram histogram)
    {
        histogram = new LatencyHistogram();
        return histogram.MergeFrom(ref reader);
    }

    /// <summary>Merges an encoded histogram without building it first. False, and nothing merged, if the bytes are not one.</summary>
    internal bool MergeFrom(ref WireReader reader)
    {
        if (!reader.Byte(out var version) || version != EncodingVersion) return false;
        if (!reader.Varint(out var zeros) || !reader.Double(out var sum) || !reader.Double(out var minimum) || !reader.Double(out var maximum)) return false;
        if (zeros > MaximumCount || !reader.Count(MaximumBins, out var used)) return false;

        // First to check, and to lay the bins out once; then to add.
        var bins = reader;
        if (!TryScan(ref reader, used, out var lowest, out var highest, out var total)) return false;
        total += (long)zeros;
        if (total == 0) return true;
        if (!double.IsFinite(sum) || !double.IsFinite(minimum) || !double.IsFinite(maximum) || minimum < 0 || minimum > maximum) return false;

        if (used > 0) Cover(lowest, highest);
        var bin = LogarithmicMapping.LowestBin;
        for (var i = 0; i < used; i++)
        {
            bins.Varint(out var gap);
            bins.Varint(out var count);
            bin += (int)gap;
            _bins[Math.Max(bin, _lowest) - _offset] += (long)count;
        }

        _zeros += (long)zeros;
        Count += total;
        Sum += sum;
        _minimum = Math.Min(_minimum, minimum);
        _maximum = Math.Max(_maximum, maximum);
        return true;
    }

    private static bool TryScan(ref WireReader reader, int used, out int lowest, out int highest, out long total)
    {
        lowest = highest = LogarithmicMapping.LowestBin;
        total = 0;
        for (var i = 0; i < used; i++)
        {
            if (!reader.Count(LogarithmicMapping.HighestBin - LogarithmicMapping.LowestBin, out var gap) || !reader.Varint(out var count)) return false;
            highest += gap;
            if (i == 0) lowest = highest;
            if (highest > LogarithmicMapping.HighestBin || (i > 0 && gap == 0) || count is 0 or > MaximumCount) return false;
            total += (long)count;
        }

        return true;
    }
}
