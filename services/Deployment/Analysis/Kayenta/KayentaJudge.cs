using Platform.Deployment.Analysis.Added;

namespace Platform.Deployment.Analysis.Kayenta;

/// <summary>
/// Netflix's and Google's automated canary analysis, as Spinnaker's Kayenta does it: the metrics' points of the canary against those of
/// the baseline by the Mann-Whitney test, classes summed to a score. Written from its documentation, for those who come from it and for
/// comparison. Its looks are not accounted for: each further one adds to the chance of a false alarm; and where most points are zero
/// (sparse errors) it sees no difference.
/// </summary>
/// <param name="options">How it is set up.</param>
public sealed class KayentaJudge(KayentaOptions options) : ICanaryJudge
{
    /// <summary>With the default options.</summary>
    public KayentaJudge()
        : this(new KayentaOptions())
    {
    }

    /// <inheritdoc />
    public string Name => "kayenta";

    /// <inheritdoc />
    public ICanaryTrial Begin(AnalysisLimits limits) => MeasuredTrial.Of(new KayentaTrial(options.With(limits), limits), limits);
}
