using Platform.Autoscaler.Anomalies.Detection;

namespace Platform.Autoscaler.Tests.Anomalies;

public sealed class AnomalyDetectorTests
{
    private const int WarmUp = 300;
    private const int PerDay = 96;
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    private static DateTimeOffset At(int row) => Start + row * TimeSpan.FromDays(1.0 / PerDay);

    /// <summary>A daily course with noise; the same for the same seed.</summary>
    private static double[] Days(int rows, int seed = 7)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows).Select(i => 100 + 40 * Math.Sin(2 * Math.PI * i / PerDay) + 4 * random.NextDouble())];
    }

    private static AnomalyReading[] Run(double[] values, int warmUp = WarmUp)
    {
        var detector = new AnomalyDetector(new AnomalyDetectorOptions { WarmUp = warmUp });
        return [.. values.Select((value, i) => detector.Observe(At(i), value))];
    }

    private static int[] AlarmRows(AnomalyReading[] readings) => [.. Enumerable.Range(0, readings.Length).Where(i => readings[i].Alarm)];

    [Fact]
    public void Observe_ASpike_IsAnAlarmAtOnce()
    {
        var values = Days(1500);
        values[1200] = 400;
        Assert.Contains(1200, AlarmRows(Run(values)));
    }

    [Fact]
    public void Observe_ADayThatStaysDown_IsFoundThoughEveryValueIsUsual()
    {
        var values = Days(1800);
        for (var i = 1540; i < 1590; i++) values[i] = 62 + values[i] % 1;
        var alarms = AlarmRows(Run(values));
        Assert.Contains(alarms, row => row is >= 1536 and < 1590);
    }

    [Fact]
    public void Observe_AFlatLineThatBreaks_IsAnAlarm()
    {
        var values = Enumerable.Repeat(0.0, 1000).ToArray();
        values[700] = 0.001;
        Assert.Equal([700], AlarmRows(Run(values)));
    }

    [Fact]
    public void Observe_WithinTheWarmUp_ScoresNothing()
    {
        var values = Days(WarmUp);
        values[200] = 1e6;
        Assert.All(Run(values), reading => Assert.Equal((0, false), (reading.Score, reading.Alarm)));
    }

    [Fact]
    public void Observe_ANewLevel_IsToldOnceAndThenAbsorbed()
    {
        var values = Days(3000);
        for (var i = 1000; i < values.Length; i++) values[i] += 200;
        var alarms = AlarmRows(Run(values));
        Assert.Contains(alarms, row => row is >= 1000 and < 1005);
        Assert.True(alarms.Count(row => row >= 1000 + 4 * WarmUp) <= 2, string.Join(' ', alarms));
    }

    [Fact]
    public void Observe_AStormOfSpikes_RaisesOneAlarmPerRefractoryPeriodAtMost()
    {
        var values = Days(1500);
        for (var i = 1200; i < 1200 + WarmUp / 5; i++) values[i] = i % 2 == 0 ? 300 : 100;
        var alarms = AlarmRows(Run(values)).Where(row => row is >= 1200 and <= 1200 + WarmUp / 5).ToArray();
        Assert.InRange(alarms.Length, 1, 2);
    }

    [Fact]
    public void Observe_Noise_IsSeldomAnAlarmAndTheScoreIsATailProbability()
    {
        var random = new Random(3);
        var readings = Run([.. Enumerable.Range(0, 20_000).Select(_ => random.NextDouble() + random.NextDouble())], 720)[720..];
        Assert.InRange(readings.Count(r => r.RawScore >= 0.99) / (double)readings.Length, 0, 0.01);
        Assert.InRange(readings.Count(r => r.Alarm), 0, 25);
    }

    [Fact]
    public void Observe_TheFuture_ChangesNothing()
    {
        var values = Days(1200);
        Assert.Equal(Run(values[..800]), Run(values)[..800]);
    }

    [Fact]
    public void Observe_AnotherUnit_ScoresTheSame()
    {
        var values = Days(1200);
        values[900] = 300;
        var other = Run([.. values.Select(value => value * 1024)]);
        Assert.Equal(AlarmRows(Run(values)), AlarmRows(other));
    }

    [Theory]
    [InlineData(1e6)]
    [InlineData(-1e9)]
    public void Observe_FromAnotherZero_ScoresTheSame(double zero)
    {
        // Whole numbers, so that nothing is rounded.
        double[] values = [.. Days(1500).Select(value => Math.Round(value))];
        values[900] = 300;
        var (ours, other) = (Run(values), Run([.. values.Select(value => zero + value)]));
        Assert.All(ours.Zip(other), pair => Assert.Equal(pair.First.RawScore, pair.Second.RawScore, 1e-6));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Observe_NotANumber_IsRefusedAndForgotten(double value)
    {
        var (detector, other) = (new AnomalyDetector(new AnomalyDetectorOptions { WarmUp = 40 }), new AnomalyDetector(new AnomalyDetectorOptions { WarmUp = 40 }));
        foreach (var (usual, i) in Days(100).Select((v, i) => (v, i)))
        {
            if (i == 60) Assert.Throws<ArgumentOutOfRangeException>(() => detector.Observe(At(i), value));
            Assert.Equal(other.Observe(At(i), usual), detector.Observe(At(i), usual));
        }
    }

    [Fact]
    public void Observe_ForLong_UsesNoMoreMemory()
    {
        var values = Days(20_000);
        var detector = new AnomalyDetector(new AnomalyDetectorOptions());
        for (var i = 0; i < 10_000; i++) detector.Observe(At(i), values[i]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 10_000; i < values.Length; i++) detector.Observe(At(i), values[i]);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Detector_IsSmall()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var detector = new AnomalyDetector(new AnomalyDetectorOptions());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 60 * 1024);
        GC.KeepAlive(detector);
    }
}
