using System.Buffers.Binary;
using Platform.Metrics;

namespace Platform.Deployment.Analysis;

/// <summary>
/// A trial's state as bytes. The same method of each part writes its fields down and reads them back, one after the other, so that the two
/// cannot come apart; a part that has got another shape reads nothing, and the trial begins anew.
/// </summary>
internal sealed class TrialNotes
{
    /// <summary>Raised when what is noted, or what it means, changes.</summary>
    private const long Shape = 1;
    private readonly MemoryStream _bytes;
    private readonly bool _reads;

    private TrialNotes(byte[]? bytes)
    {
        _reads = bytes is not null;
        _bytes = bytes is null ? new MemoryStream() : new MemoryStream(bytes);
    }

    /// <summary>Writes a trial down.</summary>
    /// <param name="keep">Notes every field of it.</param>
    public static byte[] Of(Action<TrialNotes> keep)
    {
        var notes = new TrialNotes(null);
        var shape = Shape;
        notes.Long(ref shape);
        keep(notes);
        return notes._bytes.ToArray();
    }

    /// <summary>Reads a trial back into a fresh one; false: these are not its notes, and the fresh one is spoilt.</summary>
    public static bool TryRead(byte[] bytes, Action<TrialNotes> keep)
    {
        var notes = new TrialNotes(bytes);
        try
        {
            var shape = 0L;
            notes.Long(ref shape);
            if (shape != Shape) return false;
            keep(notes);
            return notes._bytes.Position == notes._bytes.Length;
        }
        catch (Exception unreadable) when (unreadable is EndOfStreamException or InvalidDataException)
        {
            return false;
        }
    }

    public void Long(ref long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        if (_reads)
        {
            _bytes.ReadExactly(bytes);
            value = BinaryPrimitives.ReadInt64LittleEndian(bytes);
            return;
        }

        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        _bytes.Write(bytes);
    }

    public void Double(ref double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        Long(ref bits);
        value = BitConverter.Int64BitsToDouble(bits);
    }

    public void Int(ref int value)
    {
        long wide = value;
        Long(ref wide);
        value = (int)wide;
    }

    public void Flag(ref bool value)
    {
        var number = value ? 1L : 0;
        Long(ref number);
        value = number != 0;
    }

    public void Doubles(double[] values)
    {
        for (var i = 0; i < values.Length; i++) Double(ref values[i]);
    }

    public void Doubles(List<double> values)
    {
        var count = values.Count;
        Int(ref count);
        if (_reads)
        {
            if (count < 0 || count > _bytes.Length) throw new InvalidDataException("more values than bytes");
            values.Clear();
            values.AddRange(new double[count]);
        }

        for (var i = 0; i < count; i++)
        {
            var value = values[i];
            Double(ref value);
            values[i] = value;
        }
    }

    public void Time(ref DateTimeOffset? value)
    {
        var ticks = value?.UtcTicks ?? long.MinValue;
        Long(ref ticks);
        value = ticks == long.MinValue ? null : new DateTimeOffset(ticks, TimeSpan.Zero);
    }

    public void Text(ref string? value)
    {
        var bytes = value is null ? null : System.Text.Encoding.UTF8.GetBytes(value);
        Bytes(ref bytes);
        value = bytes is null ? null : System.Text.Encoding.UTF8.GetString(bytes);
    }

    public void Histogram(ref LatencyHistogram value)
    {
        var bytes = _reads ? null : value.ToBytes();
        Bytes(ref bytes);
        if (_reads) value = LatencyHistogram.TryRead(bytes, out var read) ? read : throw new InvalidDataException("no histogram");
    }

    private void Bytes(ref byte[]? value)
    {
        var count = value?.Length ?? -1;
        Int(ref count);
        if (!_reads)
        {
            if (value is not null) _bytes.Write(value);
            return;
        }

        if (count > _bytes.Length - _bytes.Position) throw new InvalidDataException("more bytes than there are");
        value = count < 0 ? null : new byte[count];
        if (value is not null) _bytes.ReadExactly(value);
    }
}
