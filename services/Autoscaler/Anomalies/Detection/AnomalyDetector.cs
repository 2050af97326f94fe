namespace Platform.Autoscaler.Anomalies.Detection;

/// <summary>
/// Says of each observation of one series how anomalous it is, knowing only those before. One pass, bounded memory (about 56 KB), no training.
/// <code>
/// value ─┬─ season   ─ tail probability ─┐
///        ├─ level    ─ tail probabilities ┤
///        ├─ shape    ─ tail probabilities ┼─ cubic mean ─ refractory ─ score
///        └─ spread   ─ tail probabilities ┘
/// </code>
/// Each family of statistics looks for another way of being unusual, at more than one scale; each statistic is judged against its own past
/// (<see cref="TailHistogram"/>), so that their evidence, in decimal digits of rareness, has one unit. Within a family the evidence of neighbouring scales is averaged (power mean, 1.5),
/// so that none of them has to be the right one; over the families the cubic mean lets one that is sure speak up, and two that are fairly sure more. A new level becomes part
/// of the past and so is absorbed. O(remembered shapes) per observation.
/// </summary>
internal sealed class AnomalyDetector
{
    /// <summary>Evidence above the alarm's by which an event that goes on is told again, in decimal digits.</summary>
    private const double ClearlyWorse = 1;

    /// <summary>Values beyond this are taken as this.</summary>
    private const double LargestValue = 1e15;

    /// <summary>
    /// The warm-up at which the score is the tail probability as it is. It stands for a stretch of time: who has fewer observations of it has fewer occasions to be
    /// wrong, and fewer to be right. The tail probability is told larger or smaller by the fourth root of the ratio.
    /// </summary>
    private const double ReferenceWarmUp = 750;

    /// <summary>Mean absolute deviations that cover nearly everything of what is usual.</summary>
    private const double SeasonalDeviations = 4;

    private readonly Family[] _families;
    private readonly Season _season = new();
    private readonly ValueWindow _past;
    private readonly Refractory _refractory;
    private readonly double _alarmEvidence;
    private readonly int _warmUp;
    private readonly double _coarseness;
    private double _deviation;
    private int _observed;

    public AnomalyDetector(AnomalyDetectorOptions options)
    {
        _warmUp = options.WarmUp;
        _past = new ValueWindow(_warmUp + _warmUp / 10 + 1);
        _alarmEvidence = Evidence(options.AlarmScore);
        _refractory = new Refractory(_warmUp / 5, _alarmEvidence, ClearlyWorse);
        int Share(int part) => Math.Max(1, _warmUp / part);
        _coarseness = 0.25 * Math.Log10(ReferenceWarmUp / _warmUp);
        IStatistic Residual(int part) => new SeasonalResidual(() => _deviation, Share(part));
        IStatistic Range(int part, int least) => new Spread(Math.Max(least, Share(part)));
        _families =
        [
            new(AnomalyKind.Season, options.Memory, Residual(100), Residual(50), Residual(20), Residual(10)),
            new(AnomalyKind.Level, options.Memory, new LevelShift(1, Share(60)), new LevelShift(Share(60), Share(6)), new LevelShift(Share(35), Share(3)), new LevelShift(Share(20), Share(2)), new LevelShift(Share(10), _warmUp)),
            new(AnomalyKind.Shape, options.Memory, new ShapeNovelty(1, 400), new ShapeNovelty(Share(400), 300), new ShapeNovelty(Share(200), 200), new ShapeNovelty(Share(100), 150)),
            new(AnomalyKind.Spread, options.Memory, Range(120, 2), Range(60, 3), Range(35, 3), Range(20, 3)),
        ];
    }

    /// <summary>Takes in the next observation.</summary>
    /// <param name="at">Its time; the time of day is used.</param>
    /// <param name="value">A finite value.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is not a number or infinite.</exception>
    public AnomalyReading Observe(DateTimeOffset at, double value)
    {
        if (!double.IsFinite(value)) throw new ArgumentOutOfRangeException(nameof(value), value, "A finite value is expected.");
        _past.Add(Math.Clamp(value, -LargestValue, LargestValue));
        _deviation = _season.Next(_past[0], at);
        var (sum, strongest, kind) = (0.0, -1.0, AnomalyKind.Level);
        foreach (var family in _families)
        {
            var evidenceOf = family.Evidence(_past, at);
            sum += evidenceOf * evidenceOf * evidenceOf;
            if (evidenceOf > strongest) (strongest, kind) = (evidenceOf, family.Kind);
        }

        if (++_observed <= _warmUp) return new AnomalyReading(0, 0, false, kind);
        var evidence = Math.Max(0, Math.Cbrt(sum / _families.Length) + _coarseness);
        var passed = _refractory.Pass(evidence);
        return new AnomalyReading(Score(passed), Score(evidence), passed >= _alarmEvidence, kind);
    }

    /// <summary>
    /// Where the value at a time is to be expected: within 98 % of the recent values, or within four usual deviations of what is usual at
    /// that time of the day if that is the narrower. O(n log n) in the warm-up: for when someone asks.
    /// </summary>
    public ExpectedRange Expected(DateTimeOffset at)
    {
        var sorted = _past.Sorted();
        if (sorted.Length == 0) return new ExpectedRange(0, 0, 0);
        double Quantile(double share) => sorted[(int)(share * (sorted.Length - 1))] + _past.Origin;
        var recent = new ExpectedRange(Quantile(0.01), Quantile(0.5), Quantile(0.99));
        if (_season.Usual(at) is not var (usual, deviation)) return recent;
        var mean = usual + _past.Origin;
        var seasonal = new ExpectedRange(mean - SeasonalDeviations * deviation, mean, mean + SeasonalDeviations * deviation);
        return seasonal.High - seasonal.Low < recent.High - recent.Low ? seasonal : recent;
    }

    private static double Score(double evidence) => 1 - Math.Pow(10, -evidence);

    private static double Evidence(double score) => -Math.Log10(1 - score);

    /// <summary>Statistics of one kind, each with the past it is judged against.</summary>
    private sealed class Family(AnomalyKind kind, double memory, params IStatistic[] statistics)
    {
        private readonly TailHistogram[] _pasts = [.. statistics.Select(_ => new TailHistogram(memory))];

        public AnomalyKind Kind => kind;

        public double Evidence(ValueWindow past, DateTimeOffset at)
        {
            var sum = 0.0;
            for (var i = 0; i < statistics.Length; i++)
            {
                var statistic = statistics[i].Next(past, at);
                var surprise = _pasts[i].Surprise(statistic);
                _pasts[i].Add(statistic);
                sum += Math.Max(surprise, 0) * Math.Sqrt(Math.Max(surprise, 0));
            }

            return Math.Pow(sum / statistics.Length, 2.0 / 3);
        }
    }
}
