using System.Runtime.InteropServices;

namespace Platform.Workloads.Runtimes.Processes;

/// <summary>The calls of libc that .NET has no equivalent for.</summary>
internal static unsafe partial class Native
{
    public const int SignalTerminate = 15;
    public const int SignalKill = 9;
    public const int NoSuchEntry = 2, NoSuchProcess = 3, Interrupted = 4, TooBig = 7, NotExecutable = 8, NoChild = 10, TryAgain = 11, OutOfMemory = 12, AccessDenied = 13;
    public const int NoHang = 1;
    public const short PollIn = 1;
    public const short SpawnSetSignalDefaults = 0x04, SpawnSetSignalMask = 0x08, SpawnSetSession = 0x80;
    public const int OpenReadOnly = 0, OpenWriteOnly = 1, OpenCreate = 0x40, OpenAppend = 0x400;
    public const int CloseOnExec = 0x80000;
    private const long PidFdOpenNumber = 434;

    /// <summary>Room for posix_spawnattr_t, posix_spawn_file_actions_t and sigset_t of any libc.</summary>
    public const int StructureSize = 1024;

    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    /// <summary>A descriptor that becomes readable when the process ends, whoever's child it is; negative: errno is set.</summary>
    public static int OpenProcess(int processId) => (int)syscall(PidFdOpenNumber, processId, 0);

    [LibraryImport("libc", SetLastError = true)]
    private static partial long syscall(long number, long first, long second);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int kill(int processId, int signal);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int waitpid(int processId, out int status, int options);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int poll(PollEntry* entries, ulong count, int timeoutMilliseconds);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint read(int descriptor, void* buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint write(int descriptor, void* buffer, nuint count);

    [LibraryImport("libc")]
    public static partial int close(int descriptor);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int access(string path, int mode);

    [LibraryImport("libc")]
    public static partial long sysconf(int name);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int posix_spawn(out int processId, string path, void* fileActions, void* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_init(void* attributes);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_destroy(void* attributes);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_setflags(void* attributes, short flags);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_setsigmask(void* attributes, void* signals);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_setsigdefault(void* attributes, void* signals);

    [LibraryImport("libc")]
    public static partial int sigemptyset(void* signals);

    [LibraryImport("libc")]
    public static partial int sigfillset(void* signals);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_init(void* fileActions);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_destroy(void* fileActions);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int posix_spawn_file_actions_addopen(void* fileActions, int descriptor, string path, int flags, uint mode);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_adddup2(void* fileActions, int from, int to);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int posix_spawn_file_actions_addchdir_np(void* fileActions, string path);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_addclosefrom_np(void* fileActions, int from);
}
