using Platform.Autoscaler.Anomalies.Detection;

namespace Platform.Autoscaler.Anomalies.Watching;

/// <summary>Follows one metric of one application, minute by minute: pure, so that a replayed history gives the same.</summary>
internal sealed class SeriesWatch(string application, string metric)
{
    /// <summary>A quarter of a day: then anomalies are told. Windows reach back as far, the refractory period is 72 min.</summary>
    public const int WarmUp = 360;

    /// <summary>
    /// So many minutes before a start are looked at again: what they showed may not have been told before the kill. As many as an anomaly lasts at
    /// least, so that none begins and ends in them and is told twice.
    /// </summary>
    public const int LookedAtAgain = Calm;

    /// <summary>Evidence of less than one minute in ten is usual again …</summary>
    private const double Usual = 0.9;

    /// <summary>… when it lasts for so many minutes.</summary>
    private const int Calm = 5;

    /// <summary>After so long what was unusual is the new usual.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(WarmUp / 5);

    private readonly AnomalyDetector _detector = new(new AnomalyDetectorOptions { WarmUp = WarmUp });
    private DateTimeOffset _last = DateTimeOffset.MinValue;
    private int _calm;

    /// <summary>The anomaly that goes on; null: none.</summary>
    public Anomaly? Open { get; private set; }

    /// <summary>The last minute taken in.</summary>
    public DateTimeOffset Last => _last;

    /// <summary>Goes on with an anomaly that was found before a restart.</summary>
    public void Resume(Anomaly open) => Open = open;

    /// <summary>Takes in a minute of the past: teaches, tells nothing. What is not a number was not measured, or is known to be untypical.</summary>
    public void Learn(DateTimeOffset minute, double value)
    {
        if (minute <= _last || !double.IsFinite(value)) return;
        _last = minute;
        _detector.Observe(minute, value);
    }

    /// <summary>Takes in a minute.</summary>
    /// <returns>The anomaly that began, or ended (<see cref="Anomaly.Ended"/>), with it; null: neither.</returns>
    public Anomaly? Take(DateTimeOffset minute, double value)
    {
        if (minute <= _last || !double.IsFinite(value)) return null;
        _last = minute;
        var reading = _detector.Observe(minute, value);
        if (Open is { } open) return Follow(open, minute, reading);
        if (!reading.Alarm) return null;
        var expected = _detector.Expected(minute);
        if (!Materiality.Matters(metric, value, expected)) return null;
        _calm = 0;
        return Open = new Anomaly
        {
            Id = Anomaly.IdOf(application, metric, minute),
            Application = application,
            Metric = metric,
            Began = minute,
            Kind = reading.Kind.ToString().ToLowerInvariant(),
            Severity = Materiality.Severity(metric, value, expected, reading.Score),
            Score = reading.Score,
            Value = value,
            ExpectedLow = expected.Low,
            ExpectedHigh = expected.High,
            Message = AnomalySentence.Of(metric, value, expected, reading),
        };
    }

    /// <summary>Ends an anomaly of which nothing more is heard.</summary>
    public Anomaly? Silence(DateTimeOffset now)
    {
        if (Open is not { } open || now - open.Began <= Longest) return null;
        Open = null;
        return open with { Ended = _last > open.Began ? _last : now, Outcome = "silent" };
    }

    private Anomaly? Follow(Anomaly open, DateTimeOffset minute, AnomalyReading reading)
    {
        _calm = reading.RawScore < Usual ? _calm + 1 : 0;
        var outcome = _calm >= Calm ? "returned" : minute - open.Began >= Longest ? "absorbed" : null;
        if (outcome is null)
        {
            if (reading.RawScore > open.Score) Open = open with { Score = reading.RawScore };
            return null;
        }

        Open = null;
        return open with { Ended = outcome == "returned" ? minute - TimeSpan.FromMinutes(Calm - 1) : minute, Outcome = outcome };
    }
}
