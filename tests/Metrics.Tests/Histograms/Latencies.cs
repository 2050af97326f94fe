using FsCheck;
using FsCheck.Fluent;

namespace Platform.Metrics.Tests.Histograms;

/// <summary>Generates lists of latencies over many orders of magnitude, zeros and repetitions included.</summary>
internal static class Latencies
{
    /// <summary>From 1 µs to 100 s: within what the bins hold without collapsing.</summary>
    public static Gen<double> One { get; } =
        from exponent in Gen.Choose(-6, 1)
        from mantissa in Gen.Choose(1_000, 9_999)
        from zero in Gen.Choose(0, 30)
        select zero == 0 ? 0 : mantissa / 1_000.0 * Math.Pow(10, exponent);

    public static Arbitrary<double[]> Some { get; } = Arb.From(Gen.NonEmptyListOf(One).Select(list => list.ToArray()));

    public static LatencyHistogram Recorded(IEnumerable<double> seconds)
    {
        var histogram = new LatencyHistogram();
        foreach (var value in seconds) histogram.Record(value);
        return histogram;
    }
}
