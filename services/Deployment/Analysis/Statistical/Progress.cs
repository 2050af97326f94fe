namespace Platform.Deployment.Analysis.Statistical;

/// <summary>How fast requests come and evidence grows, of late: from this follows when a verdict is to be expected.</summary>
internal sealed class Progress
{
    private const double Memory = 60; // seconds
    private double _requests, _seconds, _growth;
    private double _lastLog;
    private DateTimeOffset? _at;

    /// <summary>End of the last interval.</summary>
    public DateTimeOffset At => _at ?? default;

    /// <summary>The canary's requests per second.</summary>
    public double Rate => _seconds > 0 ? _requests / _seconds : 0;

    /// <summary>Growth of the e-value's logarithm per request of the canary.</summary>
    public double Growth => _requests > 0 ? _growth / _requests : 0;

    public void Keep(TrialNotes notes)
    {
        notes.Time(ref _at);
        notes.Double(ref _requests);
        notes.Double(ref _seconds);
        notes.Double(ref _growth);
        notes.Double(ref _lastLog);
    }

    public void Add(AnalysisInterval interval, double value)
    {
        _at = interval.At;
        var length = interval.Length.TotalSeconds;
        var keep = Math.Exp(-length / Memory);
        var log = Math.Log(value);
        _requests = _requests * keep + interval.Canary.Requests;
        _seconds = _seconds * keep + length;
        _growth = _growth * keep + log - _lastLog;
        _lastLog = log;
    }
}
