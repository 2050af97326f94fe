using System.Runtime.InteropServices;

namespace Platform.Autoscaler.History;

/// <summary>
/// The newest values of a series, by the number of their minute or hour since 1970, in chunks: memory is taken only for stretches that
/// were measured, and given back to newer ones. Not safe for several threads: its application's history has the lock.
/// </summary>
/// <param name="chunkLength">Values per chunk.</param>
/// <param name="chunks">Chunks kept; the newest one is part of them.</param>
internal sealed class CodeRing(int chunkLength, int chunks)
{
    private readonly ushort[]?[] _data = new ushort[]?[chunks];
    private readonly long[] _numbers = new long[chunks];

    public int ChunkLength => chunkLength;

    /// <summary>Bytes taken.</summary>
    public long Bytes => _data.Count(chunk => chunk is not null) * (chunkLength * 2L + 24) + chunks * 16L + 48;

    public ushort this[long index]
    {
        get
        {
            var slot = Slot(index);
            return _data[slot] is { } chunk && _numbers[slot] == index / chunkLength ? chunk[index % chunkLength] : ValueCode.Missing;
        }
    }

    /// <summary>Puts a value in its place. One whose place belongs to newer values already is beyond what is kept: false.</summary>
    public bool Set(long index, ushort code)
    {
        if (index < 0 || Chunk(index / chunkLength) is not { } chunk) return false;
        chunk[index % chunkLength] = code;
        return true;
    }

    /// <summary>The bytes of a chunk, for the database; null: nothing was measured in it.</summary>
    public byte[]? Export(long number)
    {
        var slot = (int)(number % chunks);
        return _data[slot] is { } chunk && _numbers[slot] == number ? MemoryMarshal.AsBytes(chunk.AsSpan()).ToArray() : null;
    }

    /// <summary>Takes a chunk back from the database, without touching what was measured since.</summary>
    public void Import(long number, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != chunkLength * 2 || Chunk(number) is not { } chunk) return;
        var codes = MemoryMarshal.Cast<byte, ushort>(bytes);
        for (var i = 0; i < chunkLength; i++)
        {
            if (chunk[i] == ValueCode.Missing) chunk[i] = codes[i];
        }
    }

    /// <summary>Forgets the chunks after the one of an index: a clock that was ahead had filled them.</summary>
    public void ForgetAfter(long index)
    {
        for (var slot = 0; slot < chunks; slot++)
        {
            if (_data[slot] is not null && _numbers[slot] > index / chunkLength) _data[slot] = null;
        }
    }

    private int Slot(long index) => (int)(index / chunkLength % chunks);

    private ushort[]? Chunk(long number)
    {
        var slot = (int)(number % chunks);
        if (_data[slot] is { } chunk)
        {
            if (_numbers[slot] == number) return chunk;
            if (_numbers[slot] > number) return null;
            Array.Clear(chunk);
        }
        else
        {
            chunk = _data[slot] = new ushort[chunkLength];
        }

        _numbers[slot] = number;
        return chunk;
    }
}
