namespace Platform.Autoscaler.Forecasting.Seasons;

/// <summary>The seasons the models use, in steps; 0 for none.</summary>
/// <param name="Short">The shorter one, for example a day.</param>
/// <param name="Long">A longer one beside it, for example a week.</param>
internal readonly record struct SeasonPair(int Short, int Long)
{
    /// <summary>The longest season there is, or 1.</summary>
    public int Longest => Math.Max(1, Math.Max(Short, Long));
}
