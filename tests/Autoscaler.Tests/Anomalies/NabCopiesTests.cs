using Platform.Benchmarks.Anomalies;

namespace Platform.Autoscaler.Tests.Anomalies;

public sealed class NabCopiesTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    private static NabSeries Series(int rows, params (int First, int Last)[] windows)
    {
        DateTimeOffset[] times = [.. Enumerable.Range(0, rows).Select(i => Start.AddMinutes(5 * i))];
        return new NabSeries("folder/file.csv", times, [.. times.Select(time => $"{time:u}")], [.. Enumerable.Range(0, rows).Select(i => (double)i)], windows);
    }

    [Fact]
    public void Of_EveryCopy_HasItsWindowsBehindTheUnscoredRows()
    {
        foreach (var (name, copies) in NabCopies.Of([Series(6000, (900, 1000), (2500, 2600), (4000, 4400))], [2, 3]))
        {
            Assert.NotEmpty(copies);
            Assert.Contains(copies, copy => copy.Windows.Count > 0);
            foreach (var copy in copies)
            {
                Assert.All(copy.Windows, w => Assert.InRange(w.First, copy.Probation, w.Last));
                Assert.All(copy.Windows, w => Assert.True(w.Last < copy.Values.Length, name));
                Assert.Equal(copy.Values.Length, copy.Times.Length);
                Assert.Equal(copy.Times.Order(), copy.Times);
            }
        }
    }

    [Fact]
    public void Of_Averaged_MakesOneRowOfTwoAndMovesTheWindow()
    {
        var copy = NabCopies.Of([Series(3000, (2000, 2101))], [2]).First().Series.Single();
        Assert.Equal((1500, (1000, 1050)), (copy.Values.Length, copy.Windows.Single()));
        Assert.Equal((0.5, 2.5, Start.AddMinutes(10)), (copy.Values[0], copy.Values[1], copy.Times[1]));
    }

    [Theory]
    [InlineData(0, 3000, 0, 3000)]
    [InlineData(0, 2050, 0, 2000)]
    [InlineData(1900, 3000, 2101, 3000)]
    public void Slice_ThatWouldCutAWindow_EndsOrBeginsBesideIt(int first, int end, int expectedFirst, int expectedEnd)
    {
        var slice = NabCopies.Slice(Series(3000, (2000, 2100)), first, end)!;
        Assert.Equal((expectedFirst, expectedEnd - expectedFirst), ((int)slice.Values[0], slice.Values.Length));
        Assert.Equal(expectedFirst == 0 && expectedEnd == 3000 ? 1 : 0, slice.Windows.Count);
    }

    [Fact]
    public void Slice_TooShort_IsNone() => Assert.Null(NabCopies.Slice(Series(3000), 0, 500));
}
