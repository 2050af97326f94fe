using Platform.Deployment.Analysis.Added;
using Platform.Metrics;

namespace Platform.Deployment.Analysis.Kayenta;

/// <summary>Gathers intervals to points and takes the score every so often, over all points since the canary settled.</summary>
internal sealed class KayentaTrial(KayentaOptions options, AnalysisLimits limits) : ICanaryTrial, IKeptTrial
{
    private const int FewPoints = 50; // below it Kayenta warns of low confidence
    private readonly Gathered _canary = new(options);
    private readonly Gathered _baseline = new(options);
    private DateTimeOffset? _since, _pointEnd, _nextLook;
    private KayentaScore? _score;
    private readonly IReadOnlyList<int> _added = [.. options.Metrics.Index().Where(m => limits.Metrics.Any(a => a.Name == m.Item.Name)).Select(m => m.Index)];
    private VerdictOutcome _outcome = limits.MinRequests == 0 && !limits.Metrics.Any(m => m.Comparison is not null) ? VerdictOutcome.Pass : VerdictOutcome.Inconclusive;
    private long _requests, _errors;

    public Verdict Verdict => new()
    {
        Outcome = _outcome,
        Sentence = Sentence(),
        Requests = _requests,
        ErrorRate = _requests == 0 ? 0 : (double)_errors / _requests,
        P95 = TimeSpan.FromSeconds(_canary.Last("p95")),
        Evidence = _score is null ? [] : [.. options.Metrics.Zip(_score.Classes).Select(m => Evidence(m.First, m.Second))],
    };

    public VerdictOutcome Add(AnalysisInterval interval)
    {
        if (_outcome == VerdictOutcome.Fail) return _outcome;
        if (interval.Canary.Requests > 0) _since ??= interval.At - interval.Length;
        if (_since is not { } since) return _outcome;
        _requests += interval.Canary.Requests;
        _errors += interval.Canary.Errors;
        if (interval.At - interval.Length < since + limits.Settle) return _outcome;
        _pointEnd ??= interval.At - interval.Length + options.Point;
        _nextLook ??= interval.At - interval.Length + options.Every;
        _canary.Add(interval.Canary);
        _baseline.Add(interval.Baseline);
        for (; interval.At >= _pointEnd; _pointEnd += options.Point)
        {
            _canary.EndPoint();
            _baseline.EndPoint();
        }

        if (interval.At < _nextLook) return _outcome;
        while (interval.At >= _nextLook) _nextLook += options.Every;
        Look();
        return _outcome;
    }

    /// <summary>A reading is a point of its metric; points beside the canary's own intervals.</summary>
    public VerdictOutcome Add(MetricReading reading)
    {
        if (_outcome == VerdictOutcome.Fail || reading is not { Canary: { } canary, Baseline: { } baseline }) return _outcome;
        _canary.Add(reading.Metric, canary);
        _baseline.Add(reading.Metric, baseline);
        // An application that serves no requests has no intervals to take the score after.
        if (limits.MinRequests > 0 || _since is not null) return _outcome;
        _nextLook ??= reading.At + options.Every;
        if (reading.At < _nextLook) return _outcome;
        while (reading.At >= _nextLook) _nextLook += options.Every;
        Look();
        return _outcome;
    }

    public void Keep(TrialNotes notes)
    {
        _canary.Keep(notes);
        _baseline.Keep(notes);
        notes.Time(ref _since);
        notes.Time(ref _pointEnd);
        notes.Time(ref _nextLook);
        notes.Long(ref _requests);
        notes.Long(ref _errors);
        var (outcome, looked, hasData, value) = ((int)_outcome, _score is not null, _score?.HasData ?? false, _score?.Value ?? 0);
        notes.Int(ref outcome);
        notes.Flag(ref looked);
        notes.Flag(ref hasData);
        notes.Double(ref value);
        var classes = options.Metrics.Select((_, i) => (int)(_score?.Classes[i] ?? MetricClass.NoData)).ToArray();
        for (var i = 0; i < classes.Length; i++) notes.Int(ref classes[i]);
        _outcome = (VerdictOutcome)outcome;
        _score = looked ? new KayentaScore(value, [.. classes.Select(c => (MetricClass)c)], hasData) : null;
    }

    private void Look()
    {
        IReadOnlyList<MetricClass> classes = [.. options.Metrics.Select(m => m.Classify(_canary.Of(m.Name), _baseline.Of(m.Name)))];
        // Where nothing is served there is nothing to say of requests: what was added has the whole score.
        _score = _since is null
            ? KayentaScore.Of(options with { Metrics = [.. _added.Select(i => options.Metrics[i])], GroupWeights = new Dictionary<string, double>() }, [.. _added.Select(i => classes[i])]) with { Classes = classes }
            : KayentaScore.Of(options, classes);
        _outcome = !_score.HasData || _requests < limits.MinRequests ? VerdictOutcome.Inconclusive
            : _score.Value < options.Marginal ? VerdictOutcome.Fail
            : _score.Value < options.Pass ? VerdictOutcome.Inconclusive
            : VerdictOutcome.Pass;
    }

    private string Sentence()
    {
        if (_score is null) return $"{_requests} requests; no score taken yet";
        var bad = options.Metrics.Zip(_score.Classes).Where(m => m.Second is MetricClass.High or MetricClass.Low).Select(m => $"{m.First.Name} is {m.Second.ToString().ToLowerInvariant()}").ToList();
        var few = _canary.Points < FewPoints ? $"; low confidence: {_canary.Points} of {FewPoints} points" : "";
        return $"score {_score.Value:0} of 100 ({options.Pass:0} passes, below {options.Marginal:0} fails){(bad.Count > 0 ? ": " + string.Join(", ", bad) : "")}{few}";
    }

    private MetricEvidence Evidence(KayentaMetric metric, MetricClass found) => new()
    {
        Metric = metric.Name,
        Strength = found is MetricClass.High or MetricClass.Low ? 1 : 0,
        Canary = Mean(_canary.Of(metric.Name)),
        Baseline = Mean(_baseline.Of(metric.Name)),
        Sentence = found.ToString(),
    };

    private static double Mean(IReadOnlyList<double> values) => values.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();

    /// <summary>One revision's points.</summary>
    private sealed class Gathered(KayentaOptions options)
    {
        private static readonly string[] Own = ["errors", "p50", "p95", "p99"];
        private readonly Dictionary<string, List<double>> _points = options.Metrics.ToDictionary(m => m.Name, _ => new List<double>());
        private LatencyHistogram _latencies = new();
        private long _requests, _errors;

        private int _ended;

        public int Points => _ended;

        public IReadOnlyList<double> Of(string metric) => _points[metric];

        public double Last(string metric) => _points.TryGetValue(metric, out var points) && points.Count > 0 && double.IsFinite(points[^1]) ? points[^1] : 0;

        public void Add(RevisionCounts counts)
        {
            _requests += counts.Requests;
            _errors += counts.Errors;
            if (counts.Latencies is { } latencies) _latencies.Merge(latencies);
        }

        public void Keep(TrialNotes notes)
        {
            foreach (var metric in options.Metrics) notes.Doubles(_points[metric.Name]);
            notes.Histogram(ref _latencies);
            notes.Long(ref _requests);
            notes.Long(ref _errors);
            notes.Int(ref _ended);
        }

        public void Add(string metric, double value)
        {
            if (_points.TryGetValue(metric, out var points)) points.Add(value);
        }

        public void EndPoint()
        {
            foreach (var (metric, points) in _points.Where(p => Own.Contains(p.Key)))
            {
                points.Add(metric switch
                {
                    "errors" => _requests == 0 ? double.NaN : (double)_errors / _requests,
                    "p50" => _latencies.Quantile(0.5),
                    "p95" => _latencies.Quantile(0.95),
                    "p99" => _latencies.Quantile(0.99),
                    _ => double.NaN,
                });
            }

            _ended++;
            (_requests, _errors) = (0, 0);
            _latencies = new LatencyHistogram();
        }
    }
}
