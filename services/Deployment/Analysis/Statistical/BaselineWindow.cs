using Platform.Metrics;

namespace Platform.Deployment.Analysis.Statistical;

/// <summary>
/// What the baseline has done of late, from which the next bet is chosen: the present generation and the one before, so between one and
/// two generations' worth. A bet may depend on the past in any way; only how soon a verdict falls depends on how well this describes it.
/// </summary>
/// <param name="generation">Seconds after which a generation ends, if it has <paramref name="least"/> requests.</param>
/// <param name="least">Requests that a generation waits for, five times as long at most.</param>
internal sealed class BaselineWindow(double generation, long least)
{
    private LatencyHistogram _latencies = new(); // of both generations
    private LatencyHistogram _present = new();
    private (long Requests, long Errors) _before, _now;
    private double _since = double.NaN;

    /// <summary>Requests seen.</summary>
    public long Requests => _before.Requests + _now.Requests;

    /// <summary>Those of them that failed.</summary>
    public long Errors => _before.Errors + _now.Errors;

    /// <summary>Their latencies.</summary>
    public LatencyHistogram Latencies => _latencies;

    public void Keep(TrialNotes notes)
    {
        notes.Histogram(ref _latencies);
        notes.Histogram(ref _present);
        notes.Long(ref _before.Requests);
        notes.Long(ref _before.Errors);
        notes.Long(ref _now.Requests);
        notes.Long(ref _now.Errors);
        notes.Double(ref _since);
    }

    public void Add(double seconds, RevisionCounts counts) => Add(seconds, counts.Requests, counts.Errors, counts.Latencies);

    public void Add(double seconds, long requests, long errors, LatencyHistogram? latencies)
    {
        if (double.IsNaN(_since)) _since = seconds;
        _now = (_now.Requests + requests, _now.Errors + errors);
        if (latencies is { Count: > 0 })
        {
            _present.Merge(latencies);
            _latencies.Merge(latencies);
        }

        var age = seconds - _since;
        if (age < generation || (_now.Requests < least && age < 5 * generation)) return;
        if (_now.Requests == 0) return; // it has stopped serving: the last that is known of it stays
        (_before, _now) = (_now, default);
        (_latencies, _present) = (_present, new LatencyHistogram());
        _since = seconds;
    }
}
