using Platform.Workloads.Runtimes;
using Platform.Workloads.Runtimes.Processes;

namespace Workloads.Tests.Runtimes.Processes;

public sealed class ExitWatchTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("exits-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task WatchAsync_WithoutPidFds_StillLearnsOfTheEnd()
    {
        var watch = new ExitWatch(_ => -1);
        var processId = Start("/usr/bin/sleep", "3600");
        var exit = watch.WatchAsync(processId, ProcessTable.Find(processId)!.StartTime);
        Assert.False(exit.IsCompleted);

        _ = Native.kill(processId, Native.SignalKill);

        Assert.Equal(new ExitStatus(null, 9), await exit.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task WatchAsync_AProcessThatHasEndedUnreaped_GivesItsCode()
    {
        var processId = Start("/usr/bin/false");
        var startTime = ProcessTable.Find(processId)!.StartTime;
        while (ProcessTable.Find(processId)!.IsAlive) await Task.Delay(5);

        Assert.Equal(new ExitStatus(1, null), await ExitWatch.Shared.WatchAsync(processId, startTime).WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task WatchAsync_AnotherProcessWithTheSameId_EndsAtOnceAsUnknown() =>
        Assert.Equal(ExitStatus.Unknown, await ExitWatch.Shared.WatchAsync(Environment.ProcessId, 1).WaitAsync(TimeSpan.FromSeconds(30)));

    private int Start(params string[] command) => ProcessSpawn.Start(command[0], command, [], "/", Path.Combine(_folder, "log"));
}
