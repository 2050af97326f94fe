namespace Platform.Workloads.Runtimes.Logs;

/// <summary>The folder of an application's logs.</summary>
internal static class LogFolder
{
    /// <summary>Makes it, for its owner alone.</summary>
    /// <exception cref="ReplicaStartException">It cannot be made.</exception>
    public static void Make(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ReplicaStartException($"The folder for its log cannot be made: {error.Message} Make room in, or give the platform the right to, {folder}.", isTransient: true);
        }
    }
}
