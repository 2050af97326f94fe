using FsCheck;
using FsCheck.Fluent;
using Platform.Autoscaler.Forecasting.Ensemble;

namespace Platform.Autoscaler.Tests.Forecasting.Ensemble;

public sealed class EnsembleForecasterProperties
{
    private static readonly EnsembleForecaster Forecaster = new();

    /// <summary>Short and middling series of every kind: seasonal, wandering, jumping, sparse, negative, huge, tiny, with gaps and infinities.</summary>
    private static readonly Gen<double[]> Anything =
        from length in Gen.Frequency((3, Gen.Choose(0, 12)), (2, Gen.Choose(13, 120)), (1, Gen.Choose(121, 420)))
        from seed in Gen.Choose(0, int.MaxValue)
        from kind in Gen.Choose(0, 5)
        from exponent in Gen.Elements(-9, 0, 0, 3, 12)
        from gaps in Gen.Elements(0.0, 0.0, 0.1, 0.6)
        select Series(length, seed, kind, Math.Pow(10, exponent), gaps);

    [Fact]
    public void Quantiles_AreFiniteAndMonotone() => Prop.ForAll(Anything.ToArbitrary(), values =>
    {
        var forecast = Forecaster.Forecast(Signals.Hourly(values), 7);
        for (var h = 1; h <= 7; h++)
        {
            var before = double.NegativeInfinity;
            for (var level = 0.001; level < 1; level += 0.0499)
            {
                var quantile = forecast.At(h, level);
                if (!double.IsFinite(quantile) || quantile < before) return false;
                before = quantile;
            }
        }

        return forecast.Models.All(m => m.Weight is > 0 and <= 1.0000001);
    }).Check(Quick(60));

    [Fact]
    public void NeverNegative_StaysSo() => Prop.ForAll(Anything.ToArbitrary(), values =>
    {
        var forecast = Forecaster.Forecast(Signals.Hourly(values.Select(Math.Abs)), 5);
        return Enumerable.Range(1, 5).All(h => forecast.At(h, 0.0001) >= 0);
    }).Check(Quick(30));

    [Fact]
    public void AnotherUnit_GivesTheSameForecastInThatUnit() => Prop.ForAll(Anything.ToArbitrary(), values =>
    {
        // A power of two keeps every digit.
        var plain = Forecaster.Forecast(Signals.Hourly(values), 6);
        var scaled = Forecaster.Forecast(Signals.Hourly(values.Select(v => 1024 * v)), 6);
        return Enumerable.Range(1, 6).All(h => scaled.Median(h) == 1024 * plain.Median(h) && scaled.At(h, 0.9) == 1024 * plain.At(h, 0.9));
    }).Check(Quick(30));

    [Fact]
    public void WhatComesLater_ChangesNothing() => Prop.ForAll(Anything.ToArbitrary(), values =>
    {
        var memory = values.Concat(Series(50, values.Length, 1, 1e6, 0)).ToArray();
        var cut = Forecaster.Forecast(Signals.Hourly(values), 5);
        var until = Forecaster.Forecast(Signals.Hourly(memory).Until(values.Length), 5);
        return Enumerable.Range(1, 5).All(h => cut.At(h, 0.8) == until.At(h, 0.8));
    }).Check(Quick(30));

    [Fact]
    public void NegativeValues_AnyOffsetIsCarriedOver()
    {
        // Only where values are negative: elsewhere errors are judged relative to the level, which an offset changes.
        var values = Signals.Traffic(24 * 14).Select(v => v - 500).ToArray();
        var plain = Signals.Medians(Forecaster.Forecast(Signals.Hourly(values), 24));
        var shifted = Signals.Medians(Forecaster.Forecast(Signals.Hourly(values.Select(v => v - 250)), 24));
        Assert.True(Signals.MeanError(plain.Select(v => v - 250), shifted) < 0.5);
    }

    private static Config Quick(int tests) => Config.QuickThrowOnFailure.WithMaxTest(tests);

    private static double[] Series(int length, int seed, int kind, double scale, double gaps)
    {
        var random = new Random(seed);
        var level = 0.0;
        var values = new double[length];
        for (var t = 0; t < length; t++)
        {
            level += Signals.Gauss(random);
            values[t] = scale * kind switch
            {
                0 => 5 + (3 * Math.Sin(2 * Math.PI * t / 24)) + Signals.Gauss(random),
                1 => level,
                2 => t < length / 2 ? 1 : 100,
                3 => random.Next(10) == 0 ? random.Next(50) : 0,
                4 => -Math.Exp(Signals.Gauss(random) * 3),
                _ => 42,
            };
            if (random.NextDouble() < gaps) values[t] = random.Next(3) switch { 0 => double.PositiveInfinity, 1 => double.NegativeInfinity, _ => double.NaN };
        }

        return values;
    }
}
