using Platform.Deployment.Analysis.Added;
using Platform.Deployment.Analysis.Kayenta;

namespace Platform.Deployment.Analysis.Statistical;

/// <summary>
/// Compares the canary's readings of one added metric with the baseline's of the same moments, whatever their distribution: a sequential
/// sign test. The null hypothesis: given all that came before, a reading of the canary lies beyond the baseline's by more than the
/// tolerance with a chance of at most 1/2. A bet that this chance is q multiplies the capital by 2q where it does and by 2(1 − q) where it
/// does not: expected value at most 1 under the null, so an e-process (betting on a bounded mean: Waudby-Smith, Ramdas 2024; sign tests
/// for quantiles at any time: Howard, Ramdas 2022), mixed over q like the other metrics'. What hits both revisions alike cancels in the
/// pair. Where either way is bad the capital is divided between the two.
/// </summary>
internal sealed class PairedTest(AddedMetric metric, double weight, double horizon)
{
    private static readonly double[] Chances = [0.65, 0.8, 0.93, 0.99];
    private static readonly double[] Parts = [0.1, 0.2, 0.3, 0.4];
    private readonly EvidenceProcess _high = new(Parts, horizon);
    private readonly EvidenceProcess _low = new(Parts, horizon);
    private long _pairs, _beyond;
    private double _canary, _baseline; // sums

    public string Name => metric.Name;

    public double Weight => weight;

    /// <summary>The e-value.</summary>
    public double Value => metric.Comparison!.Direction switch
    {
        MetricDirection.Increase => _high.Value,
        MetricDirection.Decrease => _low.Value,
        _ => (_high.Value + _low.Value) / 2,
    };

    public void Add(double seconds, double canary, double baseline)
    {
        var (high, low) = (metric.Comparison!.IsHigh(canary, baseline), metric.Comparison.IsLow(canary, baseline));
        Settle(_high, seconds, high);
        Settle(_low, seconds, low);
        _pairs++;
        _canary += canary;
        _baseline += baseline;
        if (high || low) _beyond++;
    }

    /// <summary>As evidence, on the scale of the trial.</summary>
    /// <param name="needed">The e-value at which the canary fails.</param>
    public MetricEvidence Evidence(double needed) => new()
    {
        Metric = Name,
        Strength = Math.Max(0, Math.Log(weight * Value) / Math.Log(needed)),
        Canary = _pairs == 0 ? double.NaN : _canary / _pairs,
        Baseline = _pairs == 0 ? double.NaN : _baseline / _pairs,
        Sentence = _pairs == 0 ? "" : $"{Name} was beyond the old revision's by more than {metric.Comparison!.Tolerance * 100:0.#} % in {_beyond} of {_pairs} readings",
    };

    public void Keep(TrialNotes notes)
    {
        _high.Keep(notes);
        _low.Keep(notes);
        notes.Long(ref _pairs);
        notes.Long(ref _beyond);
        notes.Double(ref _canary);
        notes.Double(ref _baseline);
    }

    private static void Settle(EvidenceProcess evidence, double seconds, bool beyond)
    {
        Span<double> factors = stackalloc double[Chances.Length];
        for (var i = 0; i < Chances.Length; i++) factors[i] = Math.Log(2 * (beyond ? Chances[i] : 1 - Chances[i]));
        evidence.Settle(seconds, factors);
    }
}
