namespace Platform.Benchmarks.Anomalies;

/// <summary>
/// Altered copies of labelled series: what a detector that generalises should find as well. Windows follow their rows; a series whose windows would come to lie in the first, unscored rows
/// of a copy, or across its ends, is cut so that they do not.
/// </summary>
internal static class NabCopies
{
    /// <summary>Fewer rows than this are no series.</summary>
    private const int Fewest = 600;

    /// <summary>The copies of a corpus, by name; <paramref name="coarser"/> says how many rows are made one, for each of the averaged and thinned copies.</summary>
    public static IEnumerable<(string Name, IReadOnlyList<NabSeries> Series)> Of(IReadOnlyList<NabSeries> corpus, IEnumerable<int> coarser)
    {
        foreach (var rows in coarser)
        {
            yield return ($"{rows} rows averaged", Kept(corpus.Select(s => Coarser(s, rows, values => values.Average()))));
            yield return ($"every {Ordinal(rows)} row", Kept(corpus.Select(s => Coarser(s, rows, values => values[^1]))));
        }

        yield return ("with gaps", Kept(corpus.Select(WithGaps)));
        yield return ("5 h 18 min later", Kept(corpus.Select(s => s with { Times = [.. s.Times.Select(time => time.AddMinutes(318))] })));
        yield return ("in another unit, 100 + 0.037 x", Kept(corpus.Select(s => s with { Values = [.. s.Values.Select(value => 100 + 0.037 * value)] })));
        yield return ("halves", Kept(corpus.SelectMany(s => Parts(s, 2))));
        yield return ("thirds", Kept(corpus.SelectMany(s => Parts(s, 3))));
    }

    /// <summary>The rows from one to before another, fewer if a window would otherwise be cut or lie in the unscored rows; null: too few are left.</summary>
    public static NabSeries? Slice(NabSeries series, int first, int end)
    {
        for (var changed = true; changed;)
        {
            changed = false;
            foreach (var (begins, ends) in series.Windows)
            {
                if (begins < first + NabSeries.ProbationOf(end - first) && ends >= first) (first, changed) = (ends + 1, true);
                else if (begins < end && ends >= end) (end, changed) = (begins, true);
            }
        }

        return end - first < Fewest ? null : new NabSeries(
            series.Name, series.Times[first..end], series.TimeTexts[first..end], series.Values[first..end],
            [.. series.Windows.Where(w => w.First >= first && w.Last < end).Select(w => (w.First - first, w.Last - first))]);
    }

    private static IReadOnlyList<NabSeries> Kept(IEnumerable<NabSeries> copies) => [.. copies.Select(copy => Slice(copy, 0, copy.Values.Length)).OfType<NabSeries>()];

    private static IEnumerable<NabSeries> Parts(NabSeries series, int parts) =>
        Enumerable.Range(0, parts).Select(part => Slice(series, series.Values.Length * part / parts, series.Values.Length * (part + 1) / parts)).OfType<NabSeries>();

    private static NabSeries Coarser(NabSeries series, int rows, Func<double[], double> one)
    {
        var count = series.Values.Length / rows;
        int Row(int row) => Math.Min(row / rows, count - 1);
        return new NabSeries(
            series.Name,
            [.. Enumerable.Range(0, count).Select(i => series.Times[i * rows])],
            [.. Enumerable.Range(0, count).Select(i => series.TimeTexts[i * rows])],
            [.. Enumerable.Range(0, count).Select(i => one(series.Values[(i * rows)..((i + 1) * rows)]))],
            [.. series.Windows.Select(w => (Row(w.First), Row(w.Last)))]);
    }

    /// <summary>Eight stretches of up to 3 % missing outside the windows, and 3 % of the rows anywhere; the same ones each time.</summary>
    private static NabSeries WithGaps(NabSeries series)
    {
        var rows = series.Values.Length;
        var random = new Random(rows);
        var kept = Enumerable.Range(0, rows).Select(_ => random.NextDouble() >= 0.03).ToArray();
        for (var gap = 0; gap < 8; gap++)
        {
            var length = (int)(rows * 0.03 * random.NextDouble());
            var at = random.Next(rows - length);
            if (!series.Windows.Any(w => at <= w.Last && at + length > w.First)) Array.Fill(kept, false, at, length);
        }

        foreach (var (first, last) in series.Windows) kept[first] = kept[last] = true;
        var places = new int[rows];
        for (var i = 1; i < rows; i++) places[i] = places[i - 1] + (kept[i - 1] ? 1 : 0);
        var left = Enumerable.Range(0, rows).Where(i => kept[i]).ToArray();
        return new NabSeries(
            series.Name, [.. left.Select(i => series.Times[i])], [.. left.Select(i => series.TimeTexts[i])], [.. left.Select(i => series.Values[i])],
            [.. series.Windows.Select(w => (places[w.First], places[w.Last]))]);
    }

    private static string Ordinal(int number) => number switch { 2 => "2nd", 3 => "3rd", _ => $"{number}th" };
}
