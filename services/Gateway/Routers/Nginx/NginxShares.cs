using System.Globalization;

namespace Platform.Gateway.Routers.Nginx;

/// <summary>Weights as <c>split_clients</c> takes them: percentages with two decimals. Pure.</summary>
internal static class NginxShares
{
    private const int Whole = 10_000;

    /// <summary>
    /// Hundredths of a percent that are 10,000 together, each nearest to its weight's share, and at least one for a weight that is not 0.
    /// </summary>
    /// <param name="weights">Weights above 0, at most 10,000 of them.</param>
    public static IReadOnlyList<int> Hundredths(IReadOnlyList<int> weights)
    {
        var sum = weights.Sum(w => (long)w);
        var shares = weights.Select(w => Math.Max(1, (int)((decimal)w * Whole / sum))).ToArray();
        // What rounding down left over goes to those that lost most; what the least of one took too much, the largest give.
        var byLoss = Enumerable.Range(0, shares.Length).OrderByDescending(i => ((decimal)weights[i] * Whole / sum) - shares[i]).ThenBy(i => i).ToArray();
        for (var i = 0; shares.Sum() < Whole; i++) shares[byLoss[i % byLoss.Length]]++;
        while (shares.Sum() > Whole) shares[Array.IndexOf(shares, shares.Max())]--;
        return shares;
    }

    /// <summary>As nginx reads it: <c>12.5%</c>.</summary>
    public static string Text(int hundredths) => string.Create(CultureInfo.InvariantCulture, $"{hundredths / 100}.{hundredths % 100:00}%");
}
