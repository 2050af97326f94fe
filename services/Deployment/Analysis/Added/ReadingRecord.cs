using System.Globalization;

namespace Platform.Deployment.Analysis.Added;

/// <summary>
/// What the readings of one metric say by the limits that were set for it. A limit is asked of the readings themselves, not of something
/// behind them, so a canary whose readings hold it is never failed by it: it costs nothing of a judge's budget of false alarms.
/// </summary>
/// <param name="metric">The metric.</param>
/// <param name="comparisonIsLimit">True: a reading beyond the tolerance is a failure like one beyond a limit. False: a judge weighs them.</param>
internal sealed class ReadingRecord(AddedMetric metric, bool comparisonIsLimit)
{
    private int _values, _failures, _errors;
    private double _canary, _baseline; // sums
    private MetricReading? _last, _failed;

    public AddedMetric Metric => metric;

    /// <summary>How the limit was broken, more often than is forgiven; null: it was not.</summary>
    public string? Broken => _failures <= metric.FailureLimit ? null
        : $"{metric.Name} {Number(_failed!.Canary!.Value)} is {Beyond(_failed)}{(_failures > 1 ? $", as {_failures} readings were; {metric.FailureLimit} {(metric.FailureLimit == 1 ? "is" : "are")} forgiven" : "")}";

    /// <summary>Why this metric does not let the canary pass now; null: it does.</summary>
    public string? Missing => _last is { Problem: { } problem } && _errors > metric.ConsecutiveErrorLimit ? $"{metric.Name} cannot be read, {_errors} times in a row: {problem}"
        : _values > 0 || metric.Inline ? null
        : _last is { Problem: { } first } ? $"{metric.Name} has no reading yet: {first}"
        : $"{metric.Name} has no reading yet";

    /// <summary>The last reading in words; null: there is none.</summary>
    public string? Words => _last switch
    {
        null => null,
        { Problem: { } problem } => $"{metric.Name} has no value: {problem}",
        { Canary: { } canary } last when comparisonIsLimit || metric.Comparison is null => $"{metric.Name} {Number(canary)} ({Allowed(last)})",
        { } last => $"{metric.Name} {Number(last.Canary!.Value)}, the old revision's {Number(last.Baseline!.Value)}",
    };

    public void Add(MetricReading reading)
    {
        _last = reading;
        if (reading is not { Problem: null, Canary: { } canary })
        {
            _errors++;
            return;
        }

        _errors = 0;
        _values++;
        _canary += canary;
        _baseline += reading.Baseline ?? 0;
        if (Beyond(reading) is null) return;
        _failures++;
        _failed = reading;
    }

    /// <summary>As evidence: failures relative to how many end the rollout.</summary>
    public MetricEvidence Evidence() => new()
    {
        Metric = metric.Name,
        Strength = (double)_failures / (metric.FailureLimit + 1),
        Canary = _last?.Canary ?? Mean(_canary),
        Baseline = metric.Max ?? metric.Min ?? _last?.Baseline ?? Mean(_baseline),
        Sentence = Sentence,
        Source = metric.Source,
    };

    /// <summary>What has been read, for the evidence.</summary>
    public string Sentence => $"{Broken ?? Missing ?? Words ?? "not read yet"}; {_values} {(_values == 1 ? "reading" : "readings")}{(_failures > 0 ? $", {_failures} beyond the limit" : "")}";

    public void Keep(TrialNotes notes)
    {
        notes.Int(ref _values);
        notes.Int(ref _failures);
        notes.Int(ref _errors);
        notes.Double(ref _canary);
        notes.Double(ref _baseline);
        _last = Kept(notes, _last);
        _failed = Kept(notes, _failed);
    }

    private MetricReading? Kept(TrialNotes notes, MetricReading? reading)
    {
        var (at, canary, baseline, problem) = (reading?.At, reading?.Canary ?? double.NaN, reading?.Baseline ?? double.NaN, reading?.Problem);
        notes.Time(ref at);
        notes.Double(ref canary);
        notes.Double(ref baseline);
        notes.Text(ref problem);
        return at is null ? null : new MetricReading { Metric = metric.Name, At = at.Value, Canary = Known(canary), Baseline = Known(baseline), Problem = problem };
    }

    private static double? Known(double value) => double.IsNaN(value) ? null : value;

    private double Mean(double sum) => _values == 0 ? double.NaN : sum / _values;

    /// <summary>What it is beyond; null: nothing.</summary>
    private string? Beyond(MetricReading reading) =>
        reading.Canary > metric.Max ? $"above the limit of {Number(metric.Max.Value)}"
        : reading.Canary < metric.Min ? $"below the limit of {Number(metric.Min.Value)}"
        : !comparisonIsLimit || metric.Comparison is not { } comparison || reading.Baseline is not { } baseline ? null
        : comparison.IsHigh(reading.Canary!.Value, baseline) ? $"more than {Percent(comparison.Tolerance)} above the old revision's {Number(baseline)}"
        : comparison.IsLow(reading.Canary!.Value, baseline) ? $"more than {Percent(comparison.Tolerance)} below the old revision's {Number(baseline)}"
        : null;

    private string Allowed(MetricReading last)
    {
        var limits = new List<string>();
        if (metric.Min is { } min) limits.Add($"at least {Number(min)}");
        if (metric.Max is { } max) limits.Add($"at most {Number(max)}");
        if (last.Baseline is { } baseline) limits.Add($"the old revision's {Number(baseline)}");
        return string.Join(", ", limits);
    }

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    private static string Percent(double share) => (share * 100).ToString("0.#", CultureInfo.InvariantCulture) + " %";
}
