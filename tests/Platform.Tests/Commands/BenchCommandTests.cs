using Platform.CommandLine.Commands;

namespace Platform.CommandLine.Tests.Commands;

public sealed class BenchCommandTests
{
    [Theory]
    [InlineData("bench judge --help", "bench -- judge --help")]
    [InlineData("bench stream --data x", "bench -- stream --data x")]
    [InlineData("bench --help", "bench --help")]
    [InlineData("bench", "bench")]
    [InlineData("status shop --help", "status shop --help")]
    public void Handed_LeavesABenchmarksOptionsToIt(string typed, string handed) =>
        Assert.Equal(handed.Split(' '), BenchCommand.Handed(typed.Split(' ')));
}
