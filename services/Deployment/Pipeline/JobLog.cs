using System.Text;

namespace Platform.Deployment.Pipeline;

/// <summary>The log of a job that is no process of its own: lines of a file, each with the time. A process writes to the same file itself.</summary>
internal sealed class JobLog(string path, TimeProvider time)
{
    /// <summary>A log that is longer than this is not written on: what comes is counted by nobody and needed by nobody.</summary>
    private const long Longest = 10 << 20;

    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>Adds a line.</summary>
    public void Write(string line)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        if (file.Length < Longest) file.Write(Encoding.UTF8.GetBytes($"{time.GetUtcNow():HH:mm:ss.fff} {line.TrimEnd()}\n"));
    }
}
