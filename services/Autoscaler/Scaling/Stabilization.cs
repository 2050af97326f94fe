using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Scaling;

/// <summary>
/// Keeps the number inside what was recommended lately: growth no higher than the lowest recommendation of the scale-up window,
/// shrinking no lower than the highest of the scale-down window (<c>stabilizeRecommendationWithBehaviors</c>).
/// </summary>
internal static class Stabilization
{
    public static int Apply(int recommended, ScalingInput input)
    {
        var behavior = input.Settings.Behavior;
        var (lowest, highest) = (recommended, recommended);
        foreach (var earlier in input.History.Recommendations)
        {
            if (earlier.At > input.Now - behavior.ScaleUp.StabilizationWindow) lowest = Math.Min(lowest, earlier.Replicas);
            if (earlier.At > input.Now - behavior.ScaleDown.StabilizationWindow) highest = Math.Max(highest, earlier.Replicas);
        }

        return Math.Min(Math.Max(input.Current, lowest), highest);
    }

    /// <summary>Older recommendations and changes than this can be forgotten.</summary>
    public static TimeSpan Memory(ScalingBehavior behavior) => Longest(
    [
        behavior.ScaleUp.StabilizationWindow,
        behavior.ScaleDown.StabilizationWindow,
        .. behavior.ScaleUp.Policies.Select(policy => policy.Period),
        .. behavior.ScaleDown.Policies.Select(policy => policy.Period),
    ]);

    private static TimeSpan Longest(IEnumerable<TimeSpan> spans) => spans.Max();
}
