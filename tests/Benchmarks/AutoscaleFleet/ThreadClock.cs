using System.Runtime.InteropServices;

namespace Platform.Benchmarks.AutoscaleFleet;

/// <summary>The processor time of the calling thread, which nobody else on the machine disturbs.</summary>
internal static partial class ThreadClock
{
    private const int ThreadCpuTime = 3; // CLOCK_THREAD_CPUTIME_ID

    /// <summary>Seconds; 0 where there is no such clock.</summary>
    public static double Now => OperatingSystem.IsLinux() && clock_gettime(ThreadCpuTime, out var time) == 0 ? time.Seconds + (time.Nanoseconds / 1e9) : 0;

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int clock_gettime(int clock, out Time time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
