using System.Buffers.Binary;
using System.Text;

namespace Platform.Metrics.Wire;

/// <summary>Reads what <see cref="WireWriter"/> wrote. Bytes come from others: every read says whether it succeeded and none throws.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> input)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: false);
    private ReadOnlySpan<byte> _rest = input;

    public readonly int Remaining => _rest.Length;

    public bool Byte(out byte value)
    {
        value = 0;
        if (_rest.IsEmpty) return false;
        value = _rest[0];
        _rest = _rest[1..];
        return true;
    }

    public bool Varint(out ulong value)
    {
        value = 0;
        for (var i = 0; i < _rest.Length && i < 10; i++)
        {
            var part = _rest[i];
            if (i == 9 && part > 1) return false;
            value |= (ulong)(part & 0x7F) << (7 * i);
            if (part >= 0x80) continue;
            _rest = _rest[(i + 1)..];
            return true;
        }

        return false;
    }

    public bool Signed(out long value)
    {
        var ok = Varint(out var raw);
        value = (long)(raw >> 1) ^ -(long)(raw & 1);
        return ok;
    }

    /// <summary>A non-negative integer up to <paramref name="limit"/>: lengths and counts are checked before anything is allocated for them.</summary>
    public bool Count(int limit, out int value)
    {
        var ok = Varint(out var raw) && raw <= (ulong)limit;
        value = ok ? (int)raw : 0;
        return ok;
    }

    public bool Double(out double value)
    {
        value = 0;
        if (_rest.Length < 8) return false;
        value = BinaryPrimitives.ReadDoubleLittleEndian(_rest);
        _rest = _rest[8..];
        return true;
    }

    public bool Text(int limit, out string value)
    {
        value = "";
        if (!Count(limit, out var length) || length > _rest.Length) return false;
        value = Utf8.GetString(_rest[..length]);
        _rest = _rest[length..];
        return true;
    }
}
