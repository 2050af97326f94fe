namespace Platform.Deployment.Analysis.Statistical;

/// <summary>
/// When a pass is more than the absence of evidence: the confidence sequences of the canary's failures and of its slow requests lie
/// wholly below what would harm. A hundred and some requests without a failure suffice; a stage may then end early.
/// </summary>
internal static class Confidence
{
    /// <summary>Chance, per question, that a harmful canary is ever called safe.</summary>
    private const double Alpha = 0.05;
    private const long Most = 100_000_000;

    /// <summary>Is a share certainly below a limit?</summary>
    public static bool IsBelow(double bad, double requests, double limit) => requests > 0 && Proportion.Interval(bad, requests, Alpha).High < limit;

    /// <summary>Requests still needed until it will be, at the share seen so far; null: it will not.</summary>
    public static long? Needed(double bad, double requests, double limit)
    {
        if (IsBelow(bad, requests, limit)) return 0;
        var share = requests > 0 ? bad / requests : 0;
        if (share >= limit) return null;
        var (few, enough) = ((double)requests, Math.Max(32.0, 2 * requests));
        while (!IsBelow(share * enough, enough, limit))
        {
            if (enough > Most) return null;
            (few, enough) = (enough, 2 * enough);
        }

        while (enough - few > 1 + few / 100)
        {
            var middle = (few + enough) / 2;
            if (IsBelow(share * middle, middle, limit)) enough = middle;
            else few = middle;
        }

        return (long)Math.Ceiling(enough - requests);
    }
}
