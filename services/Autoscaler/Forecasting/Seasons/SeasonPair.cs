namespace Platform.Autoscaler.Forecasting.Seasons;

/// <summary>The seasons the models use, in steps; 0 for none.</summary>
/// <param name="Short">The shorter one, for example a day.</param>
/// <param name="Long">A longer one beside it, for example a week.</param>
/// <param name="IsAssumed">The history is too short to show a season: the day is taken for granted, as nearly all that people use has one.</param>
internal readonly record struct SeasonPair(int Short, int Long, bool IsAssumed = false)
{
    /// <summary>The longest season there is, or 1.</summary>
    public int Longest => Math.Max(1, Math.Max(Short, Long));
}
