namespace Platform.Deployment.Analysis.Added;

/// <summary>
/// A judge's trial with the added metrics' limits beside it, which are the same for every judge: too many readings beyond a limit fail the
/// canary; as long as a metric has no value nothing passes. What is compared with the baseline the judge weighs in its own way.
/// </summary>
/// <param name="own">The judge's trial.</param>
/// <param name="metrics">The metrics.</param>
/// <param name="comparisonIsLimit">True: the judge weighs nothing, every reading beyond tolerance is a failure.</param>
internal sealed class MeasuredTrial(ICanaryTrial own, IReadOnlyList<AddedMetric> metrics, bool comparisonIsLimit) : ICanaryTrial, IKeptTrial
{
    private readonly IReadOnlyList<ReadingRecord> _records = [.. metrics.Select(m => new ReadingRecord(m, comparisonIsLimit))];
    private VerdictOutcome _own = own.Verdict.Outcome;
    private string? _broken;

    /// <summary>The trial, with the metrics beside it if there are any.</summary>
    public static ICanaryTrial Of(ICanaryTrial own, AnalysisLimits limits, bool comparisonIsLimit = false) =>
        limits.Metrics.Count == 0 ? own : new MeasuredTrial(own, limits.Metrics, comparisonIsLimit);

    public Verdict Verdict
    {
        get
        {
            var verdict = own.Verdict;
            var missing = _records.Select(r => r.Missing).OfType<string>().ToList();
            var outcome = Outcome(missing.Count > 0);
            var sentence = _broken is not null && verdict.Outcome != VerdictOutcome.Fail ? _broken
                : outcome == VerdictOutcome.Fail ? verdict.Sentence
                : string.Join("; ", [.. verdict.Outcome == VerdictOutcome.Pass && missing.Count > 0 ? [] : new[] { verdict.Sentence }, .. missing.Count > 0 ? missing : Words()]);
            return verdict with
            {
                Outcome = outcome,
                Sentence = sentence,
                Confident = verdict.Confident && outcome == VerdictOutcome.Pass,
                Evidence = [.. Evidence(verdict.Evidence).OrderByDescending(e => e.Strength)],
            };
        }
    }

    public VerdictOutcome Add(AnalysisInterval interval)
    {
        _own = own.Add(interval);
        return Outcome(_records.Any(r => r.Missing is not null));
    }

    public VerdictOutcome Add(MetricReading reading)
    {
        _own = own.Add(reading);
        if (_records.FirstOrDefault(r => r.Metric.Name == reading.Metric) is { } record && _broken is null)
        {
            record.Add(reading);
            _broken = record.Broken;
        }

        return Outcome(_records.Any(r => r.Missing is not null));
    }

    public void Keep(TrialNotes notes)
    {
        ((IKeptTrial)own).Keep(notes);
        foreach (var record in _records) record.Keep(notes);
        notes.Text(ref _broken);
        _own = own.Verdict.Outcome;
    }

    private VerdictOutcome Outcome(bool missing) =>
        _broken is not null || _own == VerdictOutcome.Fail ? VerdictOutcome.Fail
        : missing ? VerdictOutcome.Inconclusive
        : _own;

    private IEnumerable<string> Words() => _records.Select(r => r.Words).OfType<string>();

    /// <summary>The judge's own, and beside what it says of an added metric what the limits say.</summary>
    private IEnumerable<MetricEvidence> Evidence(IReadOnlyList<MetricEvidence> judged)
    {
        var weighed = judged.ToDictionary(e => e.Metric);
        foreach (var record in _records)
        {
            var limits = record.Evidence();
            weighed[record.Metric.Name] = weighed.TryGetValue(record.Metric.Name, out var evidence)
                ? evidence with { Strength = Math.Max(evidence.Strength, limits.Strength), Source = limits.Source, Sentence = string.Join("; ", new[] { evidence.Sentence, limits.Sentence }.Where(s => s.Length > 0)) }
                : limits;
        }

        return weighed.Values;
    }
}
