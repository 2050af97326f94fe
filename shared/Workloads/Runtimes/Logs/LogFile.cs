namespace Platform.Workloads.Runtimes.Logs;

/// <summary>A replica's log, open at its end; opened anew after a rotation, since its end has moved.</summary>
internal sealed class LogFile(ReplicaLog log) : IAsyncDisposable
{
    private FileStream _file = Open(log);

    public void Append(ReadOnlyMemory<byte> line)
    {
        _file.Write(line.Span);
        if (_file.Length <= log.Largest) return;
        _file.Dispose();
        log.RotateIfLarge();
        _file = Open(log);
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private static FileStream Open(ReplicaLog log) => new(log.Path, new FileStreamOptions
    {
        Mode = FileMode.Append,
        Access = FileAccess.Write,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });
}
