using System.Globalization;
using System.Text;

namespace Platform.Workloads.Runtimes.Logs;

/// <summary>
/// Writes a replica's output into its log for a replica that does not do so itself. A log that cannot be written (no room, no right) costs the lines
/// that come meanwhile, and a line that says so, but never the replica: nothing waits for its log.
/// </summary>
/// <param name="log">The file.</param>
/// <param name="onTrouble">Told of the first failure of each interruption.</param>
internal sealed class LogAppender(ReplicaLog log, Action<Exception> onTrouble) : IDisposable
{
    private FileStream? _file;
    private long _lost;

    /// <summary>Starts the file over.</summary>
    public void StartOver() => Try(() =>
    {
        var folder = Path.GetDirectoryName(log.Path)!;
        Directory.CreateDirectory(folder);
        foreach (var part in Directory.GetFiles(folder, Path.GetFileName(log.Path) + "*")) File.Delete(part);
    });

    /// <summary>Makes the file: a replica that says nothing has a log too.</summary>
    public void Begin() => Try(() => _file ??= Open());

    /// <summary>Writes a line, with its end, and rotates if that was one too many.</summary>
    public void Append(ReadOnlySpan<byte> line)
    {
        try
        {
            _file ??= Open();
            if (_lost > 0) _file.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\n[platform] {_lost} line(s) could not be written here and are lost\n")));
            _lost = 0;
            _file.Write(line);
            if (_file.Length <= log.Largest) return;
            Dispose();
            log.RotateIfLarge();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Dispose();
            if (_lost++ == 0) onTrouble(error);
        }
    }

    /// <summary>Closes the file; the next line opens it again.</summary>
    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    private void Try(Action act)
    {
        try
        {
            act();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            onTrouble(error);
        }
    }

    /// <summary>Anew after a rotation, since its end has moved.</summary>
    private FileStream Open()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(log.Path)!);
        return new FileStream(log.Path, new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
    }
}
