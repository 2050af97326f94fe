namespace Platform.Benchmarks.Anomalies;

/// <summary>A series with the windows in which its anomalies lie.</summary>
/// <param name="Name">Folder and file, as the labels name it.</param>
/// <param name="Times">A time per row, in the file's order.</param>
/// <param name="TimeTexts">The times as the file writes them.</param>
/// <param name="Values">A value per row.</param>
/// <param name="Windows">First and last row of each labelled window, in time order.</param>
internal sealed record NabSeries(string Name, DateTimeOffset[] Times, string[] TimeTexts, double[] Values, IReadOnlyList<(int First, int Last)> Windows)
{
    /// <summary>Rows at the start that are not scored: 15 % of the series, at most 750.</summary>
    public int Probation => ProbationOf(Values.Length);

    /// <summary>The same for so many rows.</summary>
    public static int ProbationOf(int rows) => (int)Math.Min(Math.Floor(0.15 * rows), 750);

    /// <summary>The part of the name before the slash.</summary>
    public string Folder => Name[..Name.IndexOf('/', StringComparison.Ordinal)];
}
