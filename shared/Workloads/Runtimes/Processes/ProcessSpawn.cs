using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Platform.Workloads.Runtimes.Processes;

/// <summary>Starts a program without a shell, as the leader of a session of its own, with nothing of ours but what is passed here.</summary>
internal static unsafe class ProcessSpawn
{
    private const uint LogFileMode = 0b110_000_000; // rw-------

    /// <summary>Starts it; when this returns the program has been executed.</summary>
    /// <param name="program">Absolute path.</param>
    /// <param name="arguments">All arguments, the program's name as the first.</param>
    /// <param name="environment">The whole environment, <c>NAME=value</c>.</param>
    /// <param name="workingDirectory">Absolute path.</param>
    /// <param name="output">
    /// File that both output streams append to. They are the program's own descriptors, no pipe of ours: the replica goes on
    /// writing when the platform has died.
    /// </param>
    /// <returns>Its process id.</returns>
    public static int Start(string program, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, string workingDirectory, string output)
    {
        var actions = NativeMemory.AllocZeroed(Native.StructureSize);
        var attributes = NativeMemory.AllocZeroed(Native.StructureSize);
        var signals = NativeMemory.AllocZeroed(Native.StructureSize);
        var argv = Strings(arguments);
        var envp = Strings(environment);
        try
        {
            Check(Native.posix_spawn_file_actions_init(actions), "prepare the start");
            Check(Native.posix_spawnattr_init(attributes), "prepare the start");
            Check(Native.posix_spawn_file_actions_addopen(actions, 0, "/dev/null", Native.OpenReadOnly, 0), "redirect the input");
            Check(Native.posix_spawn_file_actions_addopen(actions, 1, output, Native.OpenWriteOnly | Native.OpenCreate | Native.OpenAppend, LogFileMode), "redirect the output");
            Check(Native.posix_spawn_file_actions_adddup2(actions, 1, 2), "redirect the output");
            Check(Native.posix_spawn_file_actions_addchdir_np(actions, workingDirectory), "set the working directory");
            // .NET's own descriptors close on exec; what the platform itself inherited might not.
            Check(Native.posix_spawn_file_actions_addclosefrom_np(actions, 3), "close inherited files");
            _ = Native.sigfillset(signals);
            Check(Native.posix_spawnattr_setsigdefault(attributes, signals), "reset the signals");
            _ = Native.sigemptyset(signals);
            Check(Native.posix_spawnattr_setsigmask(attributes, signals), "reset the signals");
            Check(Native.posix_spawnattr_setflags(attributes, Native.SpawnSetSession | Native.SpawnSetSignalDefaults | Native.SpawnSetSignalMask), "make a session");
            var error = Native.posix_spawn(out var processId, program, actions, attributes, argv, envp);
            return error == 0 ? processId : throw Failed(error, program);
        }
        finally
        {
            _ = Native.posix_spawn_file_actions_destroy(actions);
            _ = Native.posix_spawnattr_destroy(attributes);
            NativeMemory.Free(actions);
            NativeMemory.Free(attributes);
            NativeMemory.Free(signals);
            Free(argv, arguments.Count);
            Free(envp, environment.Count);
        }
    }

    private static ReplicaStartException Failed(int error, string program) => error switch
    {
        Native.NoSuchEntry => new ReplicaStartException($"'{program}' cannot be run: a file it needs is missing. For a script, look at the interpreter on its first line."),
        Native.AccessDenied => new ReplicaStartException($"'{program}' must not be executed, or its working directory or log folder must not be entered, by the user the platform runs as."),
        Native.NotExecutable => new ReplicaStartException($"'{program}' is not a program of this machine: wrong architecture, or a script without an interpreter on its first line."),
        Native.TooBig => new ReplicaStartException($"The arguments and environment of '{program}' are too long for the kernel; shorten process.command or process.env."),
        Native.TryAgain or Native.OutOfMemory => new ReplicaStartException($"The machine has no room for another process now ({Text(error)}).", isTransient: true),
        _ => new ReplicaStartException($"'{program}' could not be started: {Text(error)}."),
    };

    private static void Check(int error, string what)
    {
        if (error != 0) throw new ReplicaStartException($"Cannot {what} for the new process: {Text(error)}.", isTransient: true);
    }

    private static string Text(int error) => new Win32Exception(error).Message;

    private static byte** Strings(IReadOnlyList<string> texts)
    {
        var array = (byte**)NativeMemory.AllocZeroed((nuint)(texts.Count + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < texts.Count; i++) array[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
        return array;
    }

    private static void Free(byte** array, int count)
    {
        for (var i = 0; i < count; i++) Marshal.FreeCoTaskMem((nint)array[i]);
        NativeMemory.Free(array);
    }
}
