using Platform.CommandLine.Load;

namespace Platform.CommandLine.Tests.Load;

public sealed class TraceFileTests
{
    [Fact]
    public void Parse_WithHeader_TakesTheLastNumericColumn()
    {
        var trace = TraceFile.Parse("day.csv", ["minute,host,requests", "0,a,10", "1,b,20.5", "", "2,c,0"], null).Trace!;
        Assert.Equal([10, 20.5, 0], trace.RequestsPerMinute);
        Assert.Equal(TimeSpan.FromMinutes(1), trace.SlotLength);
    }

    [Fact]
    public void Parse_WithoutHeader_TakesEveryLine() =>
        Assert.Equal([3, 4], TraceFile.Parse("t", ["1995-07-13T00:00;3", "1995-07-13T00:01;4"], null).Trace!.RequestsPerMinute);

    [Fact]
    public void Parse_WithColumn_TakesThatOne() =>
        Assert.Equal([1, 2], TraceFile.Parse("t", ["count,bytes", "1,100", "2,200"], "Count").Trace!.RequestsPerMinute);

    [Theory]
    [InlineData("no lines")]
    [InlineData("no lines after it", "minute,requests")]
    [InlineData("line 3", "minute,requests", "0,1", "1,many")]
    [InlineData("line 2", "0,1", "1,-4")]
    [InlineData("only zeros", "0,0", "1,0")]
    [InlineData("no cell is a number", "minute,requests", "a,b")]
    public void Parse_BadFile_SaysWhere(string expected, params string[] lines)
    {
        var result = TraceFile.Parse("bad.csv", lines, null);
        Assert.Null(result.Trace);
        Assert.Contains(expected, result.Problem);
        Assert.Contains("bad.csv", result.Problem);
    }

    [Fact]
    public void Parse_UnknownColumn_NamesTheOnesThereAre() =>
        Assert.Contains("count, bytes", TraceFile.Parse("t", ["count,bytes", "1,2"], "requests").Problem);
}
