using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Platform.Metrics.Streaming;
using Platform.Metrics.Tests.Histograms;

namespace Platform.Metrics.Tests.Streaming;

public sealed class MetricBatchEncodingTests
{
    private static readonly Gen<string> Names = Gen.Elements("", "requests", "latency", "v1", "v2", "storefront-v1-0001", "größe 日本", "a\0b");

    private static readonly Gen<double> Values = Gen.OneOf(
        Gen.Choose(-1000, 100_000).Select(i => (double)i),
        Gen.Elements(0, -0.0, 0.5, 1e300, -1e-300, double.MaxValue, 1e15, -1e15, double.NaN, double.PositiveInfinity),
        Latencies.One);

    private static readonly Gen<MetricSample> Samples =
        from name in Names
        from revision in Names
        from replica in Names
        from value in Values
        from latencies in Gen.OneOf(Gen.Constant<double[]?>(null), Latencies.Some.Generator.Select(values => (double[]?)values))
        select new MetricSample(name, revision, replica, value, latencies is null ? null : Latencies.Recorded(latencies));

    [Fact]
    public void TryRead_WhatWriteWrote_GivesTheSame() => Check.QuickThrowOnFailure(Prop.ForAll(Arb.From(Gen.ListOf(Samples)), samples =>
    {
        var batch = Batches.Of("größe", Batches.Start.AddTicks(12_345), [.. samples]);
        Assert.True(MetricBatchEncoding.TryRead(Encode(batch), out var read));
        Assert.Equal(batch.Source, read!.Source);
        Assert.Equal(batch.Application, read.Application);
        Assert.Equal(batch.At, read.At);
        Assert.Equal(batch.Interval, read.Interval);
        Assert.Equal(batch.Samples.Count, read.Samples.Count);
        foreach (var (expected, actual) in batch.Samples.Zip(read.Samples))
        {
            Assert.Equal(expected with { Histogram = null }, actual with { Histogram = null });
            Assert.Equal(double.IsNegative(expected.Value), double.IsNegative(actual.Value));
            if (expected.Histogram is null) Assert.Null(actual.Histogram);
            else LatencyHistogramTests.Same(expected.Histogram, actual.Histogram!);
        }
    }));

    [Fact]
    public void TryRead_DamagedBytes_NeverThrowsNorAllocatesMoreThanWasSent()
    {
        var random = new Random(5);
        var valid = Encode(Batches.Of("app", Batches.Start,
            new MetricSample("requests", "v1", "r1", 12), new MetricSample("latency", "v1", "r1", 2, Latencies.Recorded([0.1, 3]))));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = (byte[])valid.Clone();
            for (var edits = random.Next(1, 5); edits > 0; edits--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            MetricBatchEncoding.TryRead(bytes.AsSpan(0, random.Next(bytes.Length + 1)), out _);
        }

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 20_000L * 64 * 1024);
    }

    [Fact]
    public void TryRead_AnotherVersion_IsRefused()
    {
        var bytes = Encode(Batches.Numbered(1));
        bytes[1]++;
        Assert.False(MetricBatchEncoding.TryRead(bytes, out _));
    }

    [Fact]
    public void Write_HundredCounts_TakesAFewBytesEach()
    {
        var samples = Enumerable.Range(0, 100).Select(i => new MetricSample("requests", "v1", $"storefront-v1-{i % 10}", i)).ToArray();
        Assert.InRange(Encode(Batches.Of("storefront", Batches.Start, samples)).Length, 500, 1000);
    }

    private static byte[] Encode(MetricBatch batch)
    {
        var buffer = new ArrayBufferWriter<byte>();
        MetricBatchEncoding.Write(batch, buffer);
        return buffer.WrittenSpan.ToArray();
    }
}
