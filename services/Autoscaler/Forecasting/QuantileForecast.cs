namespace Platform.Autoscaler.Forecasting;

/// <summary>
/// A predictive distribution for each of the next steps, held as quantiles at <see cref="Levels"/>. Between those levels a quantile is
/// interpolated linearly in the standard normal score of the level, beyond them extrapolated with the outermost slope: a normal tail
/// of the width the data show.
/// </summary>
internal sealed class QuantileForecast
{
    private static readonly double[] Scores = [.. Normal.ScoresOf(Levels)];

    private readonly double[] _values;

    /// <param name="history">What was forecast; gives step length and time.</param>
    /// <param name="horizon">Steps ahead.</param>
    /// <param name="values">Row per step, a value per level of <see cref="Levels"/>; put in order here if they are not.</param>
    /// <param name="models">What carried it.</param>
    /// <param name="lowest">No quantile is below it: 0 for what cannot be negative.</param>
    public QuantileForecast(TimeSeries history, int horizon, double[] values, IReadOnlyList<ModelShare> models, double lowest = double.NegativeInfinity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(horizon, 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, horizon * Levels.Length);
        for (var i = 0; i < values.Length; i++) values[i] = Math.Max(values[i], lowest);
        for (var h = 0; h < horizon; h++) values.AsSpan(h * Levels.Length, Levels.Length).Sort();
        Lowest = lowest;
        _values = values;
        Step = history.Step;
        Start = history.TimeAt(history.Count);
        Horizon = horizon;
        Models = models;
    }

    /// <summary>The levels at which quantiles are held, ascending, symmetric, with the median in the middle.</summary>
    public static ReadOnlySpan<double> Levels => [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.375, 0.5, 0.625, 0.75, 0.85, 0.9, 0.95, 0.975, 0.99, 0.995];

    /// <summary>Time between two steps.</summary>
    public TimeSpan Step { get; }

    /// <summary>The time of the first step.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>How many steps ahead it reaches.</summary>
    public int Horizon { get; }

    /// <summary>What no quantile is below.</summary>
    public double Lowest { get; }

    /// <summary>The models that carried it, the heaviest first.</summary>
    public IReadOnlyList<ModelShare> Models { get; }

    /// <summary>The value that the series stays at or below with the given probability.</summary>
    /// <param name="step">1 for the first step after the history, up to <see cref="Horizon"/>.</param>
    /// <param name="level">Probability, above 0 and below 1.</param>
    public double At(int step, double level)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(step, Horizon);
        if (!(level > 0 && level < 1)) throw new ArgumentOutOfRangeException(nameof(level), level, "A quantile's level lies between 0 and 1.");
        var row = _values.AsSpan((step - 1) * Levels.Length, Levels.Length);
        var score = Normal.Score(level);
        var right = 1;
        while (right < row.Length - 1 && Scores[right] < score) right++;
        var slope = (row[right] - row[right - 1]) / (Scores[right] - Scores[right - 1]);
        var value = row[right - 1] + (slope * (score - Scores[right - 1]));
        // Rounding must not turn the order of two close levels around.
        if (score >= Scores[right - 1] && score <= Scores[right]) return Math.Clamp(value, row[right - 1], row[right]);
        return score < Scores[0] ? Math.Clamp(value, Math.Min(Lowest, row[0]), row[0]) : Math.Max(value, row[^1]);
    }

    /// <summary>The step (1 for the first) that a moment lies in: the nearest one where it lies outside.</summary>
    public int StepAt(DateTimeOffset moment) => (int)Math.Clamp(Math.Floor((moment - Start) / Step) + 1, 1, Horizon);

    /// <summary>The value that is as likely exceeded as not.</summary>
    /// <param name="step">1 for the first step after the history.</param>
    public double Median(int step) => _values[((step - 1) * Levels.Length) + (Levels.Length / 2)];
}

/// <summary>One model's part in a forecast.</summary>
/// <param name="Name">The model.</param>
/// <param name="Weight">Its share, all shares together 1.</param>
/// <param name="RecentError">
/// Its mean absolute error over the latest rolling origins, in units of the mean absolute error of repeating the last value one step
/// ahead (as in MASE with period 1). Not a number where the history is too short to say.
/// </param>
internal sealed record ModelShare(string Name, double Weight, double RecentError);
