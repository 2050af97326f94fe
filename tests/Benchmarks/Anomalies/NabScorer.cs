namespace Platform.Benchmarks.Anomalies;

/// <summary>The best a detector can do on a corpus under one profile, and how.</summary>
/// <param name="Score">0 for the detector that never alarms, 100 for the perfect one.</param>
/// <param name="Threshold">Alarms are the points whose score is at least this; infinite: it does best never to alarm.</param>
/// <param name="Windows">Labelled windows.</param>
/// <param name="Hits">Windows with an alarm.</param>
/// <param name="FalsePoints">Points alarmed outside every window.</param>
/// <param name="FalseCost">What those cost, in raw points.</param>
/// <param name="LateCost">What the hits are worth less than the most they could be, in raw points.</param>
internal sealed record NabScore(double Score, double Threshold, int Windows, int Hits, int FalsePoints, double FalseCost, double LateCost);

/// <summary>
/// The scoring of the Numenta Anomaly Benchmark (Lavin and Ahmad, "Evaluating real-time anomaly detection algorithms", ICMLA 2015;
/// its sweep scorer, version 1.1): a window counts once, by its earliest alarm, for the more the earlier; an alarm outside costs, little just after a
/// window and all of its weight far from one; the first rows of a series do not count; one threshold, the best, holds for the whole corpus.
/// O(n log n) in the rows of the corpus.
/// </summary>
internal static class NabScorer
{
    /// <summary>The value of the scaled sigmoid at a window's left end: 2 σ(5) − 1.</summary>
    private static readonly double MostOfAWindow = ScaledSigmoid(-1);

    /// <summary>Scores a corpus.</summary>
    /// <param name="corpus">Each series with the detector's score for each of its rows.</param>
    /// <param name="profile">The weights.</param>
    public static NabScore Score(IEnumerable<(NabSeries Series, double[] Scores)> corpus, NabProfile profile)
    {
        var points = new List<(double Score, int Window, double Worth)>();
        var windows = 0;
        foreach (var (series, scores) in corpus)
        {
            var worths = Worths(series.Values.Length, series.Windows, profile);
            for (var i = series.Probation; i < worths.Length; i++)
            {
                points.Add((scores[i], worths[i].Window is { } window ? windows + window : -1, worths[i].Worth));
            }

            windows += series.Windows.Count;
        }

        return Sweep(points, windows, profile);
    }

    /// <summary>What an alarm at each row is worth, and in which window the row lies.</summary>
    internal static (int? Window, double Worth)[] Worths(int rows, IReadOnlyList<(int First, int Last)> windows, NabProfile profile)
    {
        var worths = new (int?, double)[rows];
        var next = 0;
        for (var i = 0; i < rows; i++)
        {
            if (next < windows.Count && i > windows[next].Last) next++;
            if (next < windows.Count && i >= windows[next].First)
            {
                var (first, last) = windows[next];
                worths[i] = (next, ScaledSigmoid(-(last - i + 1.0) / (last - first + 1)) * profile.Hit / MostOfAWindow);
            }
            else
            {
                var position = next == 0 ? double.PositiveInfinity : (i - windows[next - 1].Last) / (double)(windows[next - 1].Last - windows[next - 1].First);
                worths[i] = (null, ScaledSigmoid(position) * profile.FalseAlarm);
            }
        }

        return worths;
    }

    /// <summary>From 1 far before position 0 to −1 past it.</summary>
    internal static double ScaledSigmoid(double position) => position > 3 ? -1 : 2 / (1 + Math.Exp(5 * position)) - 1;

    /// <summary>Lowers the threshold from above the highest score, one distinct score after the other, and keeps the best total.</summary>
    private static NabScore Sweep(List<(double Score, int Window, double Worth)> points, int windows, NabProfile profile)
    {
        points.Sort((a, b) => b.Score.CompareTo(a.Score));
        var found = new double[windows];
        Array.Fill(found, -profile.Miss);
        var (hits, falsePoints, falseCost, total) = (0, 0, 0.0, -profile.Miss * windows);
        var (nothing, perfect) = (total, profile.Hit * windows);
        var best = new NabScore(0, double.PositiveInfinity, windows, 0, 0, 0, 0);
        var bestTotal = total;
        for (var i = 0; i < points.Count; i++)
        {
            var (score, window, worth) = points[i];
            if (window < 0)
            {
                falsePoints++;
                falseCost += worth;
                total += worth;
            }
            else if (worth > found[window])
            {
                if (found[window] == -profile.Miss) hits++;
                total += worth - found[window];
                found[window] = worth;
            }

            var last = i + 1 == points.Count || points[i + 1].Score < score;
            if (!last || total <= bestTotal) continue;
            bestTotal = total;
            var late = hits * profile.Hit - found.Where(f => f > -profile.Miss).Sum();
            best = new NabScore(100 * (total - nothing) / (perfect - nothing), score, windows, hits, falsePoints, -falseCost, late);
        }

        return best;
    }
}
