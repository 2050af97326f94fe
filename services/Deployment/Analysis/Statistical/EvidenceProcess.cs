namespace Platform.Deployment.Analysis.Statistical;

/// <summary>
/// One metric's evidence against the canary: the capital of a gambler who began with 1 and may only bet against the null hypothesis
/// ("the canary is within its tolerance"), at odds that are fair or worse for him while it holds. So it is an e-process: while the null
/// holds, the chance that it <i>ever</i> reaches 1/α is at most α (Ville's inequality), however often one looks.
/// <para>
/// The capital is divided over several sizes of the regression (the method of mixtures: Robbins 1970; Howard, Ramdas, McAuliffe,
/// Sekhon 2021) and over the times at which it may begin (Shin, Ramdas, Rinaldo 2023, "E-detectors"): most is bet
/// from the start; the rest comes in over time, so that a regression that starts late meets capital that no earlier interval has
/// consumed. What is not yet bet is kept, and counts.
/// </para>
/// </summary>
/// <param name="parts">What part of the capital is bet on each regression size; together 1.</param>
/// <param name="horizon">Expected length of the rollout: half of the rest is bet within it. Seconds, above zero.</param>
internal sealed class EvidenceProcess(double[] parts, double horizon)
{
    private const double FromTheStart = 0.7;
    private readonly double[] _capital = new double[parts.Length];
    private double _released;
    private double _began = double.NaN;
    private double _value = 1;

    /// <summary>The e-value now: 1 at the start.</summary>
    public double Value => _value;

    /// <summary>Settles the bets on one block of requests.</summary>
    /// <param name="seconds">When the block ended, on any scale.</param>
    /// <param name="logFactors">For each alternative the logarithm of what a capital of 1 has become; expected value of the factor at most 1 under the null.</param>
    public void Settle(double seconds, ReadOnlySpan<double> logFactors)
    {
        if (double.IsNaN(_began)) _began = seconds;
        var elapsed = Math.Max(0, seconds - _began); // reports of several gateways may overtake each other
        var released = Math.Max(_released, FromTheStart + (1 - FromTheStart) * elapsed / (elapsed + horizon));
        var fresh = released - _released;
        _released = released;
        var sum = 1 - released;
        for (var i = 0; i < _capital.Length; i++)
        {
            _capital[i] = (_capital[i] + fresh * parts[i]) * Math.Exp(logFactors[i]);
            sum += _capital[i];
        }

        _value = sum;
    }

    public void Keep(TrialNotes notes)
    {
        notes.Doubles(_capital);
        notes.Double(ref _released);
        notes.Double(ref _began);
        notes.Double(ref _value);
    }
}
