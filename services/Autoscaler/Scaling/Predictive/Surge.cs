namespace Platform.Autoscaler.Scaling.Predictive;

/// <summary>
/// Notices that demand rises beyond what was predicted: a cumulative sum of the errors one minute ahead (Page, "Continuous inspection schemes",
/// 1954) that leaks, so that it ends by itself when the forecasts have caught up. In a surge the trend of the last minutes and the errors of
/// earlier surges take over from what is usual.
/// </summary>
internal sealed class Surge
{
    private const double Kept = 0.85;
    private const double Drift = 0.7;
    private const double Threshold = 3.5;
    private const double StrongThreshold = 12;
    private const double MostPerMinute = 8;
    private const double Most = 30;
    private const double SpreadOfScale = 1.5;

    /// <summary>The sum, in standard deviations; 0: nothing unusual.</summary>
    public double Size { get; private set; }

    public bool IsOn => Size > Threshold;

    /// <summary>Beyond what noise does now and then.</summary>
    public bool IsStrong => Size > StrongThreshold;

    /// <param name="error">The last minute's error in units of the scale predicted for it; above 0: more demand than predicted.</param>
    public void Add(double error) =>
        Size = Math.Clamp((Kept * Size) + Math.Min(MostPerMinute, error / SpreadOfScale) - Drift, 0, Most);
}
