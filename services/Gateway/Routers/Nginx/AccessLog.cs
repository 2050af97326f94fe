namespace Platform.Gateway.Routers.Nginx;

/// <summary>
/// Follows a log as nginx writes it: every whole line once, in order, across a new file in its place (whoever put it there) and across nginx's
/// reloads, whose old workers go on writing. It begins at the end: what was written before anybody followed is of another time.
/// </summary>
/// <remarks>
/// <code>
/// shop.log ──read──▶ lines          renamed by us or by logrotate: the old one is read on until nothing has come for a while,
///    └─ renamed: shop.log.1 ──read on──▶ lines                     then the new one from its beginning
/// </code>
/// One caller at a time.
/// </remarks>
internal sealed class AccessLog(string path, TimeProvider time) : IDisposable
{
    /// <summary>The most that is read at one look; the rest is read at the next.</summary>
    private const int MostPerLook = 32 << 20;

    private const int LongestLine = 8 << 10;

    /// <summary>How long a file that was replaced is still written to: until nginx has been told to open the new one.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);

    private readonly byte[] _buffer = new byte[256 << 10];
    private FileStream? _file;
    private string? _name;
    private int _kept;
    private bool _skipping;
    private bool _everOpened;
    private DateTimeOffset? _replacedSince;

    /// <summary>Lines longer than any of ours.</summary>
    public long TooLong { get; private set; }

    /// <summary>How far the present file has been read, bytes.</summary>
    public long Position => _file?.Position ?? 0;

    /// <summary>What is read is a file that was replaced: there may be more in it.</summary>
    public bool IsReadOn => _replacedSince is not null;

    /// <summary>Reads what has come since the last call.</summary>
    public void Read(Action<ReadOnlySpan<byte>> line)
    {
        if (_file is null && !TryOpen()) return;
        var budget = MostPerLook;
        ReadOn(line, ref budget);
        if (budget <= 0) return;

        if (_file!.Length < _file.Position)
        {
            // Cut off in place: its writers append, so that it begins anew.
            _file.Position = 0;
            Forget();
            ReadOn(line, ref budget);
        }

        if (!IsReplaced())
        {
            _replacedSince = null;
            return;
        }

        _replacedSince ??= time.GetUtcNow();
        if (time.GetUtcNow() - _replacedSince < Quiet) return;
        _file.Dispose();
        _file = null;
        _replacedSince = null;
        Forget();
        if (TryOpen()) ReadOn(line, ref budget);
    }

    public void Dispose() => _file?.Dispose();

    private bool TryOpen()
    {
        try
        {
            _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            // nginx has not been told to write it yet: when it is there, all of it is new.
            _everOpened = true;
            return false;
        }

        _name = NameOf(_file);
        if (!_everOpened) _file.Seek(0, SeekOrigin.End);
        _everOpened = true;
        return true;
    }

    private void ReadOn(Action<ReadOnlySpan<byte>> line, ref int budget)
    {
        int read;
        while (budget > 0 && (read = _file!.Read(_buffer, _kept, _buffer.Length - _kept)) > 0)
        {
            budget -= read;
            if (_replacedSince is not null) _replacedSince = time.GetUtcNow();
            Cut(line, _kept + read);
        }
    }

    /// <summary>Hands out the whole lines and keeps what has no end yet.</summary>
    private void Cut(Action<ReadOnlySpan<byte>> line, int length)
    {
        var rest = _buffer.AsSpan(0, length);
        int end;
        while ((end = rest.IndexOf((byte)'\n')) >= 0)
        {
            if (end > LongestLine) TooLong++;
            else if (!_skipping) line(rest[..end]);
            _skipping = false;
            rest = rest[(end + 1)..];
        }

        if (rest.Length > LongestLine)
        {
            if (!_skipping) TooLong++;
            _skipping = true;
            rest = [];
        }

        rest.CopyTo(_buffer);
        _kept = rest.Length;
    }

    /// <summary>Another file, or none, stands where this one stood: the system knows by which name an open file goes now.</summary>
    private bool IsReplaced() => NameOf(_file!) != _name;

    private static string? NameOf(FileStream file) => new FileInfo($"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}").LinkTarget;

    private void Forget() => (_kept, _skipping) = (0, false);
}
