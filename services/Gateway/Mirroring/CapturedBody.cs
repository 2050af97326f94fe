namespace Platform.Gateway.Mirroring;

/// <summary>A request body that keeps what is read from it, up to a bound, for the request's copy.</summary>
/// <param name="inner">The body.</param>
/// <param name="length">Its length, where the client said it.</param>
/// <param name="limit">The most bytes to keep.</param>
internal sealed class CapturedBody(Stream inner, long? length, long limit) : Stream
{
    private MemoryStream? _kept = new((int)Math.Min(length ?? 0, limit));
    private bool _ended;

    /// <summary>It has more bytes than are kept.</summary>
    public bool IsTooLong => _kept is null;

    /// <summary>False: it is too long, or was not read to its end.</summary>
    public bool IsWhole => _kept is not null && (_ended || _kept.Length == length);

    /// <summary>All of it, if it is whole.</summary>
    public byte[] Whole => _kept!.ToArray();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        Keep(buffer.Span, read);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = inner.Read(buffer, offset, count);
        Keep(buffer.AsSpan(offset, count), read);
        return read;
    }

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Keep(ReadOnlySpan<byte> buffer, int read)
    {
        // A read into no buffer only asks whether there is something.
        if (read == 0 && !buffer.IsEmpty) _ended = true;
        if (_kept is null) return;
        if (_kept.Length + read > limit) _kept = null;
        else _kept.Write(buffer[..read]);
    }
}
