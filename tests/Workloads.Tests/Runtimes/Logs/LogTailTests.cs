using Platform.Testing;
using Platform.Workloads.Runtimes.Logs;

namespace Workloads.Tests.Runtimes.Logs;

public sealed class LogTailTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("logs-").FullName;
    private readonly ManualTimeProvider _clock = new();

    private string Log => Path.Combine(_folder, "r1.log");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task ReadAsync_Tail_ReachesBackIntoRotatedParts()
    {
        File.WriteAllText(Log + ".2", "1\n2\n");
        File.WriteAllText(Log + ".1", "3\n4\n");
        File.WriteAllText(Log, "5\n6");

        Assert.Equal(["2", "3", "4", "5", "6"], await LinesAsync(5));
        Assert.Equal(["6"], await LinesAsync(1));
        Assert.Empty(await LinesAsync(0));
    }

    [Fact]
    public async Task ReadAsync_Following_LosesNothingWhenTheLogIsRotatedBetweenTwoLooks()
    {
        var log = new ReplicaLog(Log, largest: 10, kept: 3);
        File.WriteAllText(Log, "one\n");
        await using var lines = new LogTail(Log, _clock).ReadAsync(10, follow: true, TestContext.Current.CancellationToken).GetAsyncEnumerator();
        Assert.Equal("one", await NextAsync(lines));

        File.AppendAllText(Log, "two\nthree\n");
        Assert.True(log.RotateIfLarge());
        File.AppendAllText(Log, "four\n");

        Assert.Equal(["two", "three", "four"], [await NextAsync(lines), await NextAsync(lines), await NextAsync(lines)]);
    }

    [Fact]
    public async Task ReadAsync_Following_GivesALineThatIsBeingWrittenOnceItIsWhole()
    {
        File.WriteAllText(Log, "one\ntw");
        await using var lines = new LogTail(Log, _clock).ReadAsync(10, follow: true, TestContext.Current.CancellationToken).GetAsyncEnumerator();
        Assert.Equal("one", await NextAsync(lines));

        File.AppendAllText(Log, "o\n");

        Assert.Equal("two", await NextAsync(lines));
    }

    [Fact]
    public async Task ReadAsync_AHugeLine_IsCutIntoPieces()
    {
        File.WriteAllText(Log, new string('x', 40_000) + "\nend\n");

        var lines = await LinesAsync(10);

        Assert.All(lines, line => Assert.True(line.Length <= 16 * 1024));
        Assert.Equal("end", lines[^1]);
    }

    [Fact]
    public async Task ReadAsync_ALogThatIsNotThere_IsEmpty() => Assert.Empty(await LinesAsync(10));

    [Fact]
    public void RotateIfLarge_AgainAndAgain_KeepsTheNewestParts()
    {
        var log = new ReplicaLog(Log, largest: 4, kept: 2);
        foreach (var part in (string[])["aaaaa\n", "bbbbb\n", "ccccc\n", "ddddd\n"])
        {
            File.AppendAllText(Log, part);
            Assert.True(log.RotateIfLarge());
        }

        Assert.Equal("ddddd\n", File.ReadAllText(Log + ".1"));
        Assert.Equal("ccccc\n", File.ReadAllText(Log + ".2"));
        Assert.False(File.Exists(Log + ".3"));
        Assert.Equal(0, new FileInfo(Log).Length);
        Assert.False(log.RotateIfLarge());
    }

    [Fact]
    public void RemoveOld_KeepsTheNewestAndWhatIsInUse()
    {
        for (var i = 0; i < 5; i++)
        {
            var path = Path.Combine(_folder, $"r{i}.log");
            File.WriteAllText(path, "");
            File.WriteAllText(path + ".1", "");
            File.SetLastWriteTimeUtc(path, new DateTime(2026, 1, 1, i, 0, 0, DateTimeKind.Utc));
        }

        ReplicaLog.RemoveOld(_folder, keep: 2, new HashSet<string> { Path.Combine(_folder, "r0.log") });

        Assert.Equal(
            ["r0.log", "r0.log.1", "r3.log", "r3.log.1", "r4.log", "r4.log.1"],
            Directory.GetFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private async Task<List<string>> LinesAsync(int tail)
    {
        var lines = new List<string>();
        await foreach (var line in new LogTail(Log, _clock).ReadAsync(tail, follow: false, TestContext.Current.CancellationToken)) lines.Add(line);
        return lines;
    }

    private async Task<string> NextAsync(IAsyncEnumerator<string> lines)
    {
        var next = lines.MoveNextAsync().AsTask();
        while (!next.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(200));
            await Task.Yield();
        }

        return await next ? lines.Current : "(end)";
    }
}
