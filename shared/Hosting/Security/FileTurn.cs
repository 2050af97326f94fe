namespace Platform.Hosting.Security;

/// <summary>One process at a time: an exclusive lock on a file, which the kernel drops when its holder dies.</summary>
internal static class FileTurn
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static FileStream Take(string path, TimeProvider clock)
    {
        var start = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                });
            }
            catch (IOException) when (clock.GetElapsedTime(start) < Patience)
            {
                // The holder writes one small file; the wait is shorter than a timer's resolution.
                Thread.Yield();
            }
        }
    }
}
