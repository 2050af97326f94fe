using Platform.CommandLine.Rendering;
using Platform.Workloads.Manifests;

namespace Platform.CommandLine.Tests.Rendering;

public sealed class RenderingTests
{
    [Fact]
    public void Listing_PointsAtEachProblemInItsLine()
    {
        const string yaml = "name: Shop\nrevision: v1\nprocess: { command: [\"x\"] }\nscaling:\n  max: many\n";
        var problems = ManifestReader.Read(yaml, "/tmp").Problems;
        var listing = ManifestListing.Of("shop.yaml", yaml, problems);
        Assert.Equal(2, problems.Count);
        Assert.Contains("shop.yaml:1:7: name:", listing);
        Assert.Contains("   1 | name: Shop\n     |       ^\n", listing);
        Assert.Contains("   5 |   max: many\n     |        ^\n", listing);
        Assert.Contains("2 problems in shop.yaml", listing);
    }

    [Fact]
    public void Listing_LineWithControlCharacters_CannotSteerTheTerminal()
    {
        var listing = ManifestListing.Of("x", "a\u001b[31m\tb", [new ManifestProblem("", 1, 4, "", "", "bad")]);
        Assert.DoesNotContain('\u001b', listing);
        Assert.DoesNotContain('\t', listing);
    }

    [Theory]
    [InlineData(10, "", new double[] { })]
    [InlineData(10, "▁█", new double[] { 0, 4 })]
    [InlineData(10, "▁▁", new double[] { 0, 0 })]
    [InlineData(2, "▅█", new double[] { 1, 2, 1, 4 })]
    public void Sparkline_ScalesFromZeroAndKeepsTheLargest(int width, string expected, double[] values) => Assert.Equal(expected, Sparkline.Of(values, width));

    [Theory]
    [InlineData(0.0004, "0.40 ms")]
    [InlineData(0.25, "250 ms")]
    [InlineData(2.34, "2.3 s")]
    [InlineData(65, "1m05s")]
    [InlineData(3_720, "1h02m")]
    [InlineData(90_000, "1d1h")]
    public void Short_SaysTheTwoLargestUnits(double seconds, string expected) => Assert.Equal(expected, Durations.Short(TimeSpan.FromSeconds(seconds)));
}
