namespace Platform.Deployment.Analysis.Statistical;

/// <summary>How fast requests come and evidence grows, of late: from this follows when a verdict is to be expected.</summary>
internal sealed class Progress
{
    private const double Memory = 60; // seconds
    private double _requests, _seconds, _growth;
    private double _lastLog;

    /// <summary>End of the last interval.</summary>
    public DateTimeOffset At { get; private set; }

    /// <summary>The canary's requests per second.</summary>
    public double Rate => _seconds > 0 ? _requests / _seconds : 0;

    /// <summary>Growth of the e-value's logarithm per request of the canary.</summary>
    public double Growth => _requests > 0 ? _growth / _requests : 0;

    public void Add(AnalysisInterval interval, double value)
    {
        At = interval.At;
        var length = interval.Length.TotalSeconds;
        var keep = Math.Exp(-length / Memory);
        var log = Math.Log(value);
        _requests = _requests * keep + interval.Canary.Requests;
        _seconds = _seconds * keep + length;
        _growth = _growth * keep + log - _lastLog;
        _lastLog = log;
    }
}
