namespace Platform.Workloads.Runtimes.Logs;

/// <summary>
/// The file a replica writes its output to: <c>&lt;replica&gt;.log</c>, older parts <c>.log.1</c>, <c>.log.2</c>, … The replica holds it open in
/// append mode, so it is rotated by copying it away and cutting it to nothing; the next line lands at its beginning.
/// </summary>
internal sealed class ReplicaLog(string path, long largest, int kept)
{
    private const string Extension = ".log";

    public string Path => path;

    /// <summary>Rotated when larger, in bytes.</summary>
    public long Largest => largest;

    /// <summary>Where a replica's log is.</summary>
    public static string PathOf(string replica, string directory) => System.IO.Path.Combine(System.IO.Path.GetFullPath(directory), replica + Extension);

    /// <summary>Rotates if it has grown too large. What is written between the copy's end and the cut (microseconds) is lost.</summary>
    public bool RotateIfLarge()
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length <= largest) return false;
        for (var i = kept; i > 1; i--)
            if (File.Exists($"{path}.{i - 1}")) File.Move($"{path}.{i - 1}", $"{path}.{i}", overwrite: true);
        using var log = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        using (var copy = new FileStream($"{path}.1", new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            log.CopyTo(copy);
        }

        log.SetLength(0);
        return true;
    }

    /// <summary>Deletes the logs of ended replicas in a folder but for the <paramref name="keep"/> written last.</summary>
    public static void RemoveOld(string directory, int keep, IReadOnlySet<string> inUse)
    {
        var old = new DirectoryInfo(directory).EnumerateFiles("*" + Extension)
            .Where(file => !inUse.Contains(file.FullName))
            .OrderByDescending(file => file.LastWriteTimeUtc)
            .Skip(keep);
        foreach (var log in old)
        {
            foreach (var part in new DirectoryInfo(directory).EnumerateFiles(log.Name + ".*")) part.Delete();
            log.Delete();
        }
    }
}
