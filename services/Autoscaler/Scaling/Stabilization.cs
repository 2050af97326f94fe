using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Scaling;

/// <summary>
/// Keeps the number inside what was recommended lately: growth no higher than the lowest recommendation of the scale-up window,
/// shrinking no lower than the highest of the scale-down window (<c>stabilizeRecommendationWithBehaviors</c>).
/// </summary>
internal static class Stabilization
{
    public static int Apply(int recommended, int current, ScalingBehavior behavior, ScalingHistory history, DateTimeOffset now)
    {
        var (lowest, highest) = (recommended, recommended);
        var (up, down) = (now - behavior.ScaleUp.StabilizationWindow, now - behavior.ScaleDown.StabilizationWindow);
        for (var i = 0; i < history.Recommendations.Count; i++)
        {
            var earlier = history.Recommendations[i];
            if (earlier.At > up) lowest = Math.Min(lowest, earlier.Replicas);
            if (earlier.At > down) highest = Math.Max(highest, earlier.Replicas);
        }

        return Math.Min(Math.Max(current, lowest), highest);
    }

    /// <summary>Older recommendations and changes than this can be forgotten.</summary>
    public static TimeSpan Memory(ScalingBehavior behavior) => Longest(Longest(behavior.ScaleUp), Longest(behavior.ScaleDown));

    private static TimeSpan Longest(ScalingRules rules)
    {
        var longest = rules.StabilizationWindow;
        for (var i = 0; i < rules.Policies.Count; i++) longest = Longest(longest, rules.Policies[i].Period);
        return longest;
    }

    private static TimeSpan Longest(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
