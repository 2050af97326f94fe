using FsCheck;
using FsCheck.Fluent;

namespace Platform.Metrics.Tests.Histograms;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void Quantile_AnyLatencies_IsWithinOnePercentOfTheExactOne() => Check.QuickThrowOnFailure(Prop.ForAll(Latencies.Some, values =>
    {
        var histogram = Latencies.Recorded(values);
        var sorted = values.Order().ToArray();
        foreach (var q in (double[])[0, 0.01, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1])
        {
            var exact = sorted[(int)Math.Floor(q * (sorted.Length - 1))];
            Assert.InRange(histogram.Quantile(q), (exact * 0.99) - 1e-12, (exact * 1.01) + 1e-12);
        }
    }));

    [Fact]
    public void Quantile_LogNormalMillion_IsWithinOnePercentOfTheExactOne()
    {
        var random = new Random(7);
        var values = new double[1_000_000];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = 0.02 * Math.Exp(1.5 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        var histogram = Latencies.Recorded(values);
        Array.Sort(values);
        foreach (var q in (double[])[0.001, 0.5, 0.95, 0.99, 0.999, 0.9999])
        {
            var exact = values[(int)Math.Floor(q * (values.Length - 1))];
            Assert.InRange(histogram.Quantile(q) / exact, 0.99, 1.01);
        }
    }

    [Fact]
    public void Merge_TwoHistograms_IsTheHistogramOfTheUnion() => Check.QuickThrowOnFailure(Prop.ForAll(Latencies.Some, Latencies.Some, (left, right) =>
    {
        var merged = Latencies.Recorded(left);
        merged.Merge(Latencies.Recorded(right));
        Same(Latencies.Recorded(left.Concat(right)), merged);
    }));

    [Fact]
    public void Merge_RangesThatCollapse_IsStillTheHistogramOfTheUnion() => Check.QuickThrowOnFailure(Prop.ForAll(Latencies.Some, Latencies.Some, (left, right) =>
    {
        var far = right.Select(value => value * 1e8).ToArray();
        var merged = Latencies.Recorded(left);
        merged.Merge(Latencies.Recorded(far));
        Same(Latencies.Recorded(left.Concat(far)), merged);
        Same(Latencies.Recorded(far.Concat(left)), merged);
    }));

    [Fact]
    public void TryRead_WhatToBytesWrote_GivesTheSame() => Check.QuickThrowOnFailure(Prop.ForAll(Latencies.Some, values =>
    {
        var histogram = Latencies.Recorded(values);
        Assert.True(LatencyHistogram.TryRead(histogram.ToBytes(), out var read));
        Same(histogram, read);
        Assert.Equal(histogram.Sum, read.Sum);
    }));

    [Fact]
    public void TryRead_AnyBytes_NeverThrows()
    {
        var random = new Random(11);
        var valid = Latencies.Recorded([0, 0.001, 0.5, 2, 2, 70]).ToBytes();
        for (var i = 0; i < 50_000; i++)
        {
            var bytes = (byte[])valid.Clone();
            for (var edits = random.Next(1, 6); edits > 0; edits--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (LatencyHistogram.TryRead(bytes.AsSpan(0, random.Next(bytes.Length + 1)), out var read)) Assert.True(read.Count >= 0 && double.IsFinite(read.Sum));
        }
    }

    [Fact]
    public void TryRead_BytesBehindTheHistogram_AreRefused()
    {
        Assert.False(LatencyHistogram.TryRead([.. Latencies.Recorded([1]).ToBytes(), 0], out _));
        Assert.False(LatencyHistogram.TryRead([], out _));
    }

    [Fact]
    public void Record_MoreRangeThanBins_CollapsesTheLowestAndKeepsHighQuantiles()
    {
        var histogram = new LatencyHistogram();
        for (var exponent = -9; exponent <= 11; exponent++) histogram.Record(Math.Pow(10, exponent), 10);
        Assert.Equal(210, histogram.Count);
        Assert.InRange(histogram.Quantile(0.99) / 1e11, 0.99, 1.01);
        Assert.InRange(histogram.Quantile(0.80) / 1e7, 0.99, 1.01);
        Assert.True(histogram.ToBytes().Length < 200);
    }

    [Fact]
    public void Record_NotANumber_IsIgnoredAndNegativeCountsAsZero()
    {
        var histogram = Latencies.Recorded([double.NaN, double.PositiveInfinity, double.NegativeInfinity, -1]);
        Assert.Equal(1, histogram.Count);
        Assert.Equal(0, histogram.Quantile(1));
        Assert.Equal(0, histogram.Sum);
    }

    [Fact]
    public void Quantile_Empty_IsNotANumber()
    {
        Assert.True(double.IsNaN(new LatencyHistogram().Quantile(0.5)));
        Assert.True(LatencyHistogram.TryRead(new LatencyHistogram().ToBytes(), out var read));
        Assert.Equal(0, read.Count);
    }

    [Fact]
    public void CountUpTo_AThreshold_CountsWhatIsBelow()
    {
        var histogram = Latencies.Recorded([0, 0.1, 0.2, 0.9, 1.5]);
        Assert.Equal(4, histogram.CountUpTo(1));
        Assert.Equal(1, histogram.CountUpTo(0));
        Assert.Equal(5, histogram.CountUpTo(10));
    }

    [Fact]
    public void Clone_ThenRecord_LeavesTheOriginalAlone()
    {
        var original = Latencies.Recorded([0.5]);
        original.Clone().Record(9);
        Assert.Equal(1, original.Count);
        Assert.Equal(0.5, original.Maximum);
    }

    internal static void Same(LatencyHistogram expected, LatencyHistogram actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        Assert.Equal(expected.Minimum, actual.Minimum);
        Assert.Equal(expected.Maximum, actual.Maximum);
        Assert.Equal(expected.Sum, actual.Sum, Math.Max(1e-9, expected.Sum * 1e-9));
        for (var q = 0.0; q <= 1; q += 0.02) Assert.Equal(expected.Quantile(q), actual.Quantile(q));
    }
}
