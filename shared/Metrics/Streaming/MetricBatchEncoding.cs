using System.Buffers;
using Platform.Metrics.Wire;

namespace Platform.Metrics.Streaming;

/// <summary>
/// The binary form of a batch on Kafka, version 1. Names, revisions and replicas repeat, so they stand once in a table:
/// <code>
/// 'M' version:1 source:text application:text at:signed(UTC ticks) interval:varint(ticks)
/// strings:varint { text }*  samples:varint { name:varint revision:varint replica:varint form:byte value [histogram] }*
/// </code>
/// <c>form</c> bit 0: the value is a signed varint instead of a double; bit 1: a histogram follows.
/// </summary>
internal static class MetricBatchEncoding
{
    public const int MaximumSamples = 100_000;
    private const int MaximumText = 4096;
    private const byte Magic = (byte)'M';
    private const byte Version = 1;
    private const byte IsInteger = 1;
    private const byte HasHistogram = 2;

    public static void Write(MetricBatch batch, IBufferWriter<byte> output)
    {
        var wire = new WireWriter(output);
        wire.Byte(Magic);
        wire.Byte(Version);
        wire.Text(batch.Source);
        wire.Text(batch.Application);
        wire.Signed(batch.At.UtcTicks);
        wire.Varint((ulong)Math.Max(0, batch.Interval.Ticks));

        var table = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var sample in batch.Samples)
        {
            table.TryAdd(sample.Name, table.Count);
            table.TryAdd(sample.Revision, table.Count);
            table.TryAdd(sample.Replica, table.Count);
        }

        wire.Varint((ulong)table.Count);
        foreach (var text in table.Keys) wire.Text(text); // a dictionary without removals enumerates in order of insertion
        wire.Varint((ulong)batch.Samples.Count);
        foreach (var sample in batch.Samples)
        {
            wire.Varint((ulong)table[sample.Name]);
            wire.Varint((ulong)table[sample.Revision]);
            wire.Varint((ulong)table[sample.Replica]);
            var integer = sample.Value is > -1e15 and < 1e15 && sample.Value == Math.Truncate(sample.Value) && !IsNegativeZero(sample.Value);
            wire.Byte((byte)((integer ? IsInteger : 0) | (sample.Histogram is null ? 0 : HasHistogram)));
            if (integer) wire.Signed((long)sample.Value);
            else wire.Double(sample.Value);
            sample.Histogram?.WriteTo(output);
        }
    }

    /// <summary>False if the bytes are not a batch of a version known here.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out MetricBatch? batch)
    {
        batch = null;
        var reader = new WireReader(bytes);
        if (!reader.Byte(out var magic) || magic != Magic || !reader.Byte(out var version) || version != Version) return false;
        if (!reader.Text(MaximumText, out var source) || !reader.Text(MaximumText, out var application)) return false;
        if (!reader.Signed(out var at) || at < 0 || at > DateTimeOffset.MaxValue.UtcTicks) return false;
        if (!reader.Varint(out var interval) || interval > long.MaxValue) return false;

        // Every string takes at least a byte and every sample five: a lying count cannot make us allocate more than was sent.
        if (!reader.Count(Math.Min(3 * MaximumSamples, reader.Remaining), out var strings)) return false;
        var table = new string[strings];
        for (var i = 0; i < strings; i++)
        {
            if (!reader.Text(MaximumText, out table[i])) return false;
        }

        if (!reader.Count(Math.Min(MaximumSamples, reader.Remaining / 5), out var count)) return false;
        var samples = new MetricSample[count];
        for (var i = 0; i < count; i++)
        {
            if (!TryReadSample(ref reader, table, out samples[i])) return false;
        }

        if (reader.Remaining > 0) return false;
        batch = new MetricBatch
        {
            Source = source,
            Application = application,
            At = new DateTimeOffset(at, TimeSpan.Zero),
            Interval = TimeSpan.FromTicks((long)interval),
            Samples = samples,
        };
        return true;
    }

    private static bool TryReadSample(ref WireReader reader, string[] table, out MetricSample sample)
    {
        sample = default;
        var last = table.Length - 1;
        if (last < 0) return false;
        if (!reader.Count(last, out var name) || !reader.Count(last, out var revision) || !reader.Count(last, out var replica)) return false;
        if (!reader.Byte(out var form) || form > (IsInteger | HasHistogram)) return false;
        double value;
        if ((form & IsInteger) != 0)
        {
            if (!reader.Signed(out var integer)) return false;
            value = integer;
        }
        else if (!reader.Double(out value))
        {
            return false;
        }

        LatencyHistogram? histogram = null;
        if ((form & HasHistogram) != 0 && !LatencyHistogram.TryRead(ref reader, out histogram)) return false;
        sample = new MetricSample(table[name], table[revision], table[replica], value, histogram);
        return true;
    }

    private static bool IsNegativeZero(double value) => value == 0 && double.IsNegative(value);
}
