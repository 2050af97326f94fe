using System.Globalization;
using Platform.CommandLine.Client;

namespace Platform.CommandLine.Hosting;

/// <summary>
/// The part of a data folder that says whether a platform runs on it. Everything under <c>run/</c> goes when that platform does;
/// after a kill the lock is free, whatever the files say.
/// </summary>
internal sealed class DataFolder(string path)
{
    public string Path => path;

    public string RunFolder => System.IO.Path.Combine(path, "run");

    public string LogFile => System.IO.Path.Combine(path, "logs", "platform.log");

    /// <summary>There is something a platform has written here.</summary>
    public bool HasState => File.Exists(System.IO.Path.Combine(path, "deployment.db"));

    private string LockFile => System.IO.Path.Combine(RunFolder, "lock");

    private string ProcessFile => System.IO.Path.Combine(RunFolder, "platform.pid");

    /// <summary>Left by <c>down --keep-applications</c> just before it asks the platform to stop.</summary>
    private string KeepFile => System.IO.Path.Combine(RunFolder, "keep-applications");

    /// <summary>Makes this process the folder's platform.</summary>
    /// <exception cref="CommandFailure">Another one is, or the folder cannot be used.</exception>
    public DataFolderLock Lock()
    {
        try
        {
            Directory.CreateDirectory(RunFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            // The kernel lets go of the lock when the process ends, however it ends.
            var held = new FileStream(LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.Delete(KeepFile);
            Effects.DurableFile.Write(Effects.UnhinderedEffects.Instance, ProcessFile, System.Text.Encoding.UTF8.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            return new DataFolderLock(this, held);
        }
        catch (IOException) when (RunningProcess() is { } processId)
        {
            throw new CommandFailure(ExitCode.Unavailable, $"A platform already runs on {path} (process {processId}).", "Stop it with 'platform down', or choose another folder with --data.");
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCode.Configuration, $"The data folder {path} cannot be used: {unusable.Message}", "Choose another one with --data.");
        }
    }

    /// <summary>The process id of the platform that runs on this folder; null: none does.</summary>
    public int? RunningProcess()
    {
        if (!File.Exists(LockFile)) return null;
        try
        {
            using var probe = new FileStream(LockFile, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return null;
        }
        catch (IOException)
        {
            return File.Exists(ProcessFile) && int.TryParse(File.ReadAllText(ProcessFile), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
        }
    }

    public void AskToKeepApplications() => Effects.DurableFile.Write(Effects.UnhinderedEffects.Instance, KeepFile, []);

    public bool IsAskedToKeepApplications => File.Exists(KeepFile);

    public void WriteAddresses(PlatformAddresses addresses) => Effects.DurableFile.Write(
        Effects.UnhinderedEffects.Instance,
        System.IO.Path.Combine(path, PlatformAddresses.FileName),
        System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(addresses, ClientJson.Indented));

    /// <summary>Takes away what a platform that was killed has left under <c>run/</c>. Only while none runs.</summary>
    public void Clear()
    {
        if (Directory.Exists(RunFolder)) Directory.Delete(RunFolder, recursive: true);
    }
}

/// <summary>Held as long as a platform runs on a folder.</summary>
internal sealed class DataFolderLock(DataFolder folder, FileStream held) : IDisposable
{
    public void Dispose()
    {
        folder.Clear();
        held.Dispose();
    }
}
