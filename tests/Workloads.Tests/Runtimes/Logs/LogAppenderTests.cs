using System.Text;
using Platform.Testing;
using Platform.Workloads.Runtimes;
using Platform.Workloads.Runtimes.Logs;

namespace Workloads.Tests.Runtimes.Logs;

public sealed class LogAppenderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _troubles = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Append_WhileTheDiskIsFull_LosesThoseLinesAndSaysHowMany()
    {
        var path = _folder.File("shop.log");
        File.CreateSymbolicLink(path, "/dev/full");
        using var appender = Appender(path);

        Append(appender, "one", "two");
        File.Delete(path);
        Append(appender, "three");

        Assert.Equal("\n[platform] 2 line(s) could not be written here and are lost\nthree\n", File.ReadAllText(path));
        Assert.Contains("No space left on device", Assert.Single(_troubles), StringComparison.Ordinal);
    }

    [Fact]
    public void Append_WhereNoFileCanBe_LosesTheLinesOnly()
    {
        File.WriteAllText(_folder.File("logs"), "a file where a folder should be");
        using var appender = Appender(Path.Combine(_folder.File("logs"), "shop.log"));

        appender.StartOver();
        appender.Begin();
        Append(appender, "one");

        Assert.NotEmpty(_troubles);
    }

    [Fact]
    public void Append_MoreThanTheLargest_Rotates()
    {
        using var appender = Appender(_folder.File("shop.log"), largest: 8);

        Append(appender, "12345678", "next");

        Assert.Equal("12345678\n", File.ReadAllText(_folder.File("shop.log.1")));
        Assert.Equal("next\n", File.ReadAllText(_folder.File("shop.log")));
    }

    [Fact]
    public void Make_WhereNoFolderCanBe_SaysWhichAndWhatToDo()
    {
        File.WriteAllText(_folder.File("logs"), "");

        var error = Assert.Throws<ReplicaStartException>(() => LogFolder.Make(Path.Combine(_folder.File("logs"), "shop")));

        Assert.True(error.IsTransient);
        Assert.Contains(_folder.File("logs"), error.Message, StringComparison.Ordinal);
    }

    private LogAppender Appender(string path, long largest = 1 << 20) => new(new ReplicaLog(path, largest, 3), trouble => _troubles.Add(trouble.Message));

    private static void Append(LogAppender appender, params string[] lines)
    {
        foreach (var line in lines) appender.Append(Encoding.UTF8.GetBytes(line + "\n"));
    }
}
