namespace Platform.Metrics.Histograms;

/// <summary>
/// DDSketch's logarithmic mapping (Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable quantile sketch with relative-error
/// guarantees", VLDB 2019, section 2): value x falls into bin ceil(log_γ x), γ = (1 + α) / (1 − α), and bin i stands for
/// 2γ^i / (γ + 1), which is within α of everything in it.
/// </summary>
internal static class LogarithmicMapping
{
    /// <summary>α: the largest relative error of a quantile.</summary>
    public const double RelativeAccuracy = 0.01;

    /// <summary>Seconds below which a value counts as zero.</summary>
    public const double Smallest = 1e-9;

    /// <summary>Seconds above which a value counts as this (about 31,000 years; keeps every bin number small).</summary>
    public const double Largest = 1e12;

    private const double Gamma = (1 + RelativeAccuracy) / (1 - RelativeAccuracy);
    private static readonly double LogGamma = Math.Log(Gamma);
    private static readonly double PerLogGamma = 1 / LogGamma;

    public static readonly int LowestBin = BinOf(Smallest);
    public static readonly int HighestBin = BinOf(Largest);

    public static int BinOf(double value) => (int)Math.Ceiling(Math.Log(value) * PerLogGamma);

    public static double ValueOf(int bin) => 2 * Math.Exp(bin * LogGamma) / (Gamma + 1);
}
