using FsCheck;
using FsCheck.Fluent;
using Platform.Autoscaler.Anomalies.Detection;

namespace Platform.Autoscaler.Tests.Anomalies;

public sealed class AnomalyDetectorProperties
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Constant stretches, jumps, tiny and huge values of both signs.</summary>
    private static readonly Gen<double[]> AnySeries =
        from parts in Gen.Elements(0, 1e-300, 1, -1, 1e-3, 1e9, -1e9, 1e308, -1e308, double.Epsilon).Zip(Gen.Choose(1, 90)).ListOf(6)
        from noise in Gen.Choose(0, 1000).Select(n => n / 1000.0)
        from seed in Gen.Choose(0, 10_000)
        select Series(parts, noise, seed);

    private static double[] Series(IEnumerable<(double Level, int Length)> parts, double noise, int seed)
    {
        var random = new Random(seed);
        return [.. parts.SelectMany(part => Enumerable.Range(0, part.Length).Select(_ => part.Level * (1 - noise * random.NextDouble())))];
    }

    [Fact]
    public void Observe_AnyFiniteValues_ScoresBetweenZeroAndOne() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(60),
        Prop.ForAll(AnySeries.ToArbitrary(), values =>
        {
            var detector = new AnomalyDetector(new AnomalyDetectorOptions { WarmUp = 50 });
            return values.Select((value, i) => detector.Observe(Start + i * TimeSpan.FromMinutes(7), value)).All(reading =>
                reading.Score is >= 0 and <= 1 && reading.RawScore is >= 0 and <= 1 && reading.Score <= reading.RawScore);
        }));

    [Fact]
    public void Observe_AfterAnAlarm_StaysSilentUnlessItGetsClearlyWorse() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(40),
        Prop.ForAll(AnySeries.ToArbitrary(), values =>
        {
            var detector = new AnomalyDetector(new AnomalyDetectorOptions { WarmUp = 50 });
            var alarms = values.Select((value, i) => (Reading: detector.Observe(Start + i * TimeSpan.FromMinutes(7), value), i)).Where(r => r.Reading.Alarm).ToList();
            return alarms.Zip(alarms.Skip(1)).All(pair => pair.Second.i - pair.First.i > 10 || 1 - pair.Second.Reading.Score < (1 - pair.First.Reading.Score) * 0.21);
        }));
}
