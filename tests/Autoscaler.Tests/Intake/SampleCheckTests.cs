using FsCheck;
using FsCheck.Fluent;
using Platform.Autoscaler.Decisions;
using Platform.Autoscaler.History;
using Platform.Autoscaler.Intake;
using Platform.Contracts.Metrics;
using Platform.Metrics.Streaming;

namespace Platform.Autoscaler.Tests.Intake;

public sealed class SampleCheckTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly SettableClock _time = new(Start);
    private readonly SampleFaults _faults = new();
    private readonly FleetHistory _history;
    private readonly MetricIntake _intake;

    public SampleCheckTests()
    {
        _history = new FleetHistory(_time);
        _intake = new MetricIntake(_time, _history, _faults);
    }

    [Fact]
    public void Add_TheSameBatchTwice_CountsOnce()
    {
        Add(10);
        Add(10);
        Assert.Equal(10, _intake.Windows.Over(TimeSpan.FromSeconds(3)).Sum("shop", MetricNames.Requests));
        Assert.Equal(1, _faults[SampleFault.Duplicate]);
    }

    [Fact]
    public void Add_TwoReplicasOfOneSourceAtOneInstant_AreTwo()
    {
        Add(10, replica: "a");
        Add(10, replica: "b");
        Assert.Equal(20, _intake.Windows.Over(TimeSpan.FromSeconds(3)).Sum("shop", MetricNames.Requests));
    }

    [Theory]
    [InlineData(double.NaN, 0, SampleFault.NotANumber)]
    [InlineData(double.PositiveInfinity, 0, SampleFault.NotANumber)]
    [InlineData(-1, 0, SampleFault.Negative)]
    [InlineData(1, 60, SampleFault.Future)]
    [InlineData(1, -600, SampleFault.Late)]
    public void Add_ABadSample_IsDroppedAndCounted(double value, int secondsAhead, object fault)
    {
        Add(value, secondsAhead);
        Assert.Equal(1, _faults[(SampleFault)fault]);
        Assert.Null(_intake.Windows.Over(TimeSpan.FromSeconds(30)).Sum("shop", MetricNames.Requests));
        Assert.Null(_intake.LastHeard("shop"));
    }

    [Fact]
    public void Add_OutOfOrderWithinItsMinute_CountsAndIsUsed()
    {
        Add(10, 0);
        Add(5, -2);
        Assert.Equal(1, _faults[SampleFault.OutOfOrder]);
        Assert.Equal(15, _intake.Windows.Over(TimeSpan.FromSeconds(5)).Sum("shop", MetricNames.Requests));
    }

    [Fact]
    public void Add_AnApplicationsOwnGaugeBelowZero_IsFine()
    {
        _intake.Add(new MetricBatch { Source = "scraper", Application = "shop", At = _time.GetUtcNow(), Interval = TimeSpan.FromSeconds(1), Samples = [new("temperature", "v1", "a", -20)] });
        Assert.Equal(-20, _intake.Windows.Over(TimeSpan.FromSeconds(3)).Last("shop", "temperature"));
    }

    [Fact]
    public void Add_AfterTheClockWasSetBackAnHour_IsMeasuredAtOnce()
    {
        Add(10);
        _time.Set(Start - TimeSpan.FromHours(1));
        Add(20);
        Assert.Equal(20, _intake.Windows.Over(TimeSpan.FromSeconds(3)).Sum("shop", MetricNames.Requests));
        Assert.Equal(1, _faults[SampleFault.ClockStep]);
    }

    [Fact]
    public void Add_AfterTheClockWasSetAheadADay_IsMeasuredAtOnce()
    {
        Add(10);
        _time.Set(Start + TimeSpan.FromDays(1));
        Add(20);
        Assert.Equal(20, _intake.Windows.Over(TimeSpan.FromSeconds(3)).Sum("shop", MetricNames.Requests));
        Assert.Equal(1, _faults[SampleFault.ClockStep]);
    }

    /// <summary>Whatever comes in whatever order while the clock is set at will: nothing throws, and what is kept is a measurement that was made.</summary>
    [Fact]
    public void Add_Anything_BreaksNothingAndKeepsOnlyWhatWasMeasured()
    {
        var any = Gen.Choose(0, 9).SelectMany(kind => Gen.Choose(-120, 120).Select(seconds => (kind, seconds)));
        Prop.ForAll(any.ListOf(60).ToArbitrary(), steps =>
        {
            var time = new SettableClock(Start);
            var history = new FleetHistory(time);
            var intake = new MetricIntake(time, history, new SampleFaults());
            foreach (var (kind, seconds) in steps)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                if (kind == 9) time.Set(time.GetUtcNow() + TimeSpan.FromMinutes(seconds));
                double[] values = [7, 7, 7, 7, double.NaN, double.PositiveInfinity, -5, 7, 7, 7];
                intake.Add(new MetricBatch
                {
                    Source = kind % 2 == 0 ? "gateway" : "deployment",
                    Application = "shop",
                    At = time.GetUtcNow() + TimeSpan.FromSeconds(kind < 3 ? 0 : seconds),
                    Interval = TimeSpan.FromSeconds(kind == 7 ? -seconds : 1),
                    Samples = [new(MetricNames.Memory, "v1", "a", values[kind]), new(MetricNames.Memory, "v1", "a", values[(kind + 1) % 10])],
                });
                history.Close();
            }

            time.Advance(TimeSpan.FromMinutes(5));
            history.Close();
            return history.Minutes("shop", MetricNames.Memory, 2_000).Values.ToArray().All(value => double.IsNaN(value) || value >= 6.9);
        }).QuickCheckThrowOnFailure();
    }

    private void Add(double value, int secondsAhead = 0, string replica = "a") => _intake.Add(new MetricBatch
    {
        Source = "gateway",
        Application = "shop",
        At = _time.GetUtcNow().AddSeconds(secondsAhead),
        Interval = TimeSpan.FromSeconds(1),
        Samples = [new(MetricNames.Requests, "v1", replica, value)],
    });

    /// <summary>A clock that can be set, beside a stopwatch that goes on.</summary>
    private sealed class SettableClock(DateTimeOffset start) : TimeProvider
    {
        private DateTimeOffset _now = start;
        private long _stopwatch;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => _now;

        public override long GetTimestamp() => _stopwatch;

        public void Advance(TimeSpan by)
        {
            _now += by;
            _stopwatch += by.Ticks;
        }

        public void Set(DateTimeOffset to) => _now = to;
    }
}
