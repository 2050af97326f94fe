using FsCheck;
using FsCheck.Fluent;
using Platform.Autoscaler.History;

namespace Platform.Autoscaler.Tests.History;

public sealed class ValueCodeTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(0.000_001)]
    [InlineData(123_456.789)]
    [InlineData(-40.5)]
    [InlineData(5e12)]
    public void Decode_WhatWasEncoded_IsRightToAThousandth(double value) =>
        Assert.True(Math.Abs(ValueCode.Decode(ValueCode.Encode(value)) - value) <= ValueCode.RelativeAccuracy * Math.Abs(value));

    [Fact]
    public void Encode_NotANumber_IsMissingAndNothingElseIs()
    {
        Assert.Equal(ValueCode.Missing, ValueCode.Encode(double.NaN));
        Assert.True(double.IsNaN(ValueCode.Decode(ValueCode.Missing)));
        Assert.Equal(1e15, ValueCode.Decode(ValueCode.Encode(double.PositiveInfinity)), 1e12);
        Assert.Equal(-1e15, ValueCode.Decode(ValueCode.Encode(double.NegativeInfinity)), 1e12);
    }

    [Fact]
    public void Encode_AnyValues_KeepTheirOrder() => Prop.ForAll<double, double>((a, b) =>
        double.IsNaN(a) || double.IsNaN(b) || (ValueCode.Encode(a) != ValueCode.Missing && (a <= b) == (ValueCode.Encode(a) <= ValueCode.Encode(b)))
        || ValueCode.Encode(a) == ValueCode.Encode(b)).QuickCheckThrowOnFailure();
}
