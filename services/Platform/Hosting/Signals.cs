using System.Runtime.InteropServices;

namespace Platform.CommandLine.Hosting;

/// <summary>POSIX signals to another process.</summary>
internal static partial class Signals
{
    public const int Kill = 9;
    public const int Terminate = 15;

    /// <summary>Sends a signal; false: there is no such process, or it is not ours.</summary>
    public static bool Send(int processId, int signal) => kill(processId, signal) == 0;

    /// <summary>Whether a process exists and has not just ended without being collected.</summary>
    public static bool IsAlive(int processId)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..] is not ['Z', ..];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // No such process (any more).
            return false;
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int processId, int signal);
}
