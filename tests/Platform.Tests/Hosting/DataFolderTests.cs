using Platform.CommandLine.Client;
using Platform.CommandLine.Hosting;

namespace Platform.CommandLine.Tests.Hosting;

public sealed class DataFolderTests : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("platform-test-").FullName;

    [Fact]
    public void Lock_Held_RefusesASecondAndNamesTheProcess()
    {
        using var held = new DataFolder(_path).Lock();
        Assert.Equal(Environment.ProcessId, new DataFolder(_path).RunningProcess());
        var refused = Assert.Throws<CommandFailure>(() => new DataFolder(_path).Lock());
        Assert.Equal(ExitCode.Unavailable, refused.ExitCode);
        Assert.Contains($"process {Environment.ProcessId}", refused.Message);
    }

    [Fact]
    public void Lock_Released_LeavesNoFile()
    {
        var folder = new DataFolder(_path);
        using (folder.Lock()) folder.WriteAddresses(PlatformAddresses.Standard);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_path));
        Assert.Null(folder.RunningProcess());
    }

    /// <summary>After a kill the files are still there, but nobody holds the lock.</summary>
    [Fact]
    public void Lock_FilesOfAKilledPlatform_AreNoObstacle()
    {
        Directory.CreateDirectory(Path.Combine(_path, "run"));
        File.WriteAllText(Path.Combine(_path, "run", "lock"), "");
        File.WriteAllText(Path.Combine(_path, "run", "platform.pid"), "1");
        Assert.Null(new DataFolder(_path).RunningProcess());
        using var held = new DataFolder(_path).Lock();
        Assert.Equal(Environment.ProcessId, new DataFolder(_path).RunningProcess());
    }

    [Fact]
    public void Lock_UnusableFolder_SaysWhy()
    {
        var file = Path.Combine(_path, "file");
        File.WriteAllText(file, "");
        var refused = Assert.Throws<CommandFailure>(() => new DataFolder(file).Lock());
        Assert.Equal(ExitCode.Configuration, refused.ExitCode);
        Assert.Contains(file, refused.Message);
    }

    [Fact]
    public void Addresses_WrittenAndRead_AreTheSame()
    {
        var folder = new DataFolder(_path);
        using var held = folder.Lock();
        var addresses = PlatformAddresses.Standard with { Deployment = new Uri("http://127.0.0.1:9999"), ProcessId = 7 };
        folder.WriteAddresses(addresses);
        Assert.Equal(addresses, PlatformAddresses.Of(_path));
    }

    [Fact]
    public void Addresses_NothingWritten_AreTheStandardOnes() => Assert.Equal(PlatformAddresses.Standard, PlatformAddresses.Of(_path));

    [Fact]
    public void ToArguments_FirstPort_KeepsTheDistances()
    {
        var moved = new HostSettings { DataFolder = _path, FirstPort = 9000 }.ToArguments();
        Assert.Contains("--Ports:gateway=9000", moved);
        Assert.Contains("--Ports:deployment=9004", moved);
        Assert.Contains("--Ports:traffic=9070", moved);
        var free = new HostSettings { DataFolder = _path, FirstPort = 0 }.ToArguments();
        Assert.All(free.Where(a => a.StartsWith("--Ports:", StringComparison.Ordinal)), a => Assert.EndsWith("=0", a));
        Assert.DoesNotContain(new HostSettings { DataFolder = _path }.ToArguments(), a => a.StartsWith("--Ports:", StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
