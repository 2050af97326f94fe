namespace Platform.Deployment.Analysis.Statistical;

/// <summary>
/// A bet on one block of requests, some of the canary and some of the baseline, each of them bad or not (failed; slower than a
/// threshold). The null hypothesis: the canary's chance of a bad request is at most ratio × the baseline's + slack, both unknown, both
/// free to differ from block to block, so whatever hits both revisions alike (a busy hour, a slow database) is no evidence.
/// <para>
/// A canary request multiplies the capital by 1 + a(y − θc), a baseline request by 1 − b(y − θb), y = 1 for a bad one, where
/// θc = ratio·θb + slack and b = a·ratio·nc/nb. Its expected value is A^nc · B^nb ≤ ((nc·A + nb·B)/n)^n, the mean of all factors being
/// 1 + (nc·a/n)·((pc − θc) − ratio(pb − θb)) ≤ 1 exactly where pc ≤ ratio·pb + slack: an e-variable for every θb and a, for any
/// numbers of requests. θb and a are the ones that grow fastest if the chances are (qc, qb): the Kullback-Leibler projection of the
/// alternative on the null (Turner, Ly, Grünwald 2024, "Generic E-variables for exact sequential k-sample tests that allow for optional
/// stopping"; Turner, Grünwald 2023 for linear bounds).
/// </para>
/// </summary>
internal readonly struct BlockBet
{
    private const int Steps = 4; // of Newton's method: quadratic, and exactness is not needed for validity
    private readonly double _canaryBad, _canaryGood, _baselineBad, _baselineGood;

    private BlockBet(double canary, double thetaCanary, double baseline, double thetaBaseline)
    {
        _canaryBad = Math.Log(1 + canary * (1 - thetaCanary));
        _canaryGood = Math.Log(1 - canary * thetaCanary);
        _baselineBad = Math.Log(1 - baseline * (1 - thetaBaseline));
        _baselineGood = Math.Log(1 + baseline * thetaBaseline);
    }

    /// <summary>A bet that the canary's chance is <paramref name="qc"/> while the baseline's is <paramref name="qb"/>.</summary>
    /// <param name="canaryRequests">Requests of the canary in the block, 1 or more.</param>
    /// <param name="baselineRequests">Requests of the baseline in the block, 1 or more.</param>
    /// <param name="qc">0 to 1, exclusive, above ratio × qb + slack.</param>
    /// <param name="qb">0 to 1, exclusive.</param>
    /// <param name="ratio">1 or more.</param>
    /// <param name="slack">0 or more.</param>
    public static BlockBet Against(long canaryRequests, long baselineRequests, double qc, double qb, double ratio, double slack)
    {
        double nc = canaryRequests, nb = baselineRequests;
        // The derivative of nc·KL(qc‖ratio·x + slack) + nb·KL(qb‖x) is negative at qb and positive where the canary's chance is qc.
        var (low, high) = (qb, (qc - slack) / ratio);
        var x = (nc * (qc - slack) + nb * ratio * qb) / (ratio * (nc + nb));
        for (var step = 0; step < Steps; step++)
        {
            var c = ratio * x + slack;
            var (vc, vb) = (c * (1 - c), x * (1 - x));
            var (dc, db) = (c - qc, x - qb);
            var slope = nc * ratio * dc / vc + nb * db / vb;
            if (slope < 0) low = x;
            else high = x;
            var curvature = nc * ratio * ratio * (vc - dc * (1 - 2 * c)) / (vc * vc) + nb * (vb - db * (1 - 2 * x)) / (vb * vb);
            var next = x - slope / curvature;
            x = next > low && next < high ? next : (low + high) / 2;
        }

        var theta = ratio * x + slack;
        var a = (qc - theta) / (theta * (1 - theta));
        var b = a * ratio * nc / nb;
        // Where x is not yet exact the hedge could lose more than there is.
        if (b * (1 - x) > 0.999) (a, b) = (a * 0.999 / (b * (1 - x)), 0.999 / (1 - x));
        return new BlockBet(a, theta, b, x);
    }

    /// <summary>A bet that the canary's chance is <paramref name="qc"/> against the null that it is at most <paramref name="limit"/>: the likelihood ratio.</summary>
    public static BlockBet Against(double qc, double limit) => new((qc - limit) / (limit * (1 - limit)), limit, 0, 0.5);

    /// <summary>Logarithm of what a capital of 1 becomes.</summary>
    public double LogFactor(BlockCounts counts) =>
        counts.CanaryBad * _canaryBad + (counts.Canary - counts.CanaryBad) * _canaryGood
        + counts.BaselineBad * _baselineBad + (counts.Baseline - counts.BaselineBad) * _baselineGood;
}

/// <summary>How many requests a block has, and how many of them are bad.</summary>
internal readonly record struct BlockCounts(long Canary, long CanaryBad, long Baseline, long BaselineBad)
{
    public static BlockCounts operator +(BlockCounts a, BlockCounts b) =>
        new(a.Canary + b.Canary, a.CanaryBad + b.CanaryBad, a.Baseline + b.Baseline, a.BaselineBad + b.BaselineBad);

    public static BlockCounts Kept(TrialNotes notes, BlockCounts counts)
    {
        var (canary, canaryBad, baseline, baselineBad) = counts;
        notes.Long(ref canary);
        notes.Long(ref canaryBad);
        notes.Long(ref baseline);
        notes.Long(ref baselineBad);
        return new BlockCounts(canary, canaryBad, baseline, baselineBad);
    }
}
