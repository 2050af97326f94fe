using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Scaling;

/// <summary>
/// How far the number may move now, by the policies of a direction over what was changed in their periods
/// (<c>calculateScaleUpLimitWithScalingRules</c>, <c>calculateScaleDownLimitWithBehaviors</c>).
/// </summary>
internal static class RateLimit
{
    /// <summary>The most replicas allowed now; never below the present number.</summary>
    public static int Up(ScalingInput input)
    {
        var rules = input.Settings.Behavior.ScaleUp;
        if (IsDisabled(rules)) return input.Current;
        var proposals = rules.Policies.Select(policy => Proposal(policy, input, direction: 1)).ToList();
        if (proposals.Count == 0) return int.MaxValue;
        return Math.Max(input.Current, TakesLeast(rules) ? proposals.Min() : proposals.Max());
    }

    /// <summary>The fewest replicas allowed now; never above the present number.</summary>
    public static int Down(ScalingInput input)
    {
        var rules = input.Settings.Behavior.ScaleDown;
        if (IsDisabled(rules)) return input.Current;
        var proposals = rules.Policies.Select(policy => Proposal(policy, input, direction: -1)).ToList();
        if (proposals.Count == 0) return 0;
        return Math.Min(input.Current, TakesLeast(rules) ? proposals.Max() : proposals.Min());
    }

    private static int Proposal(ScalingPolicy policy, ScalingInput input, int direction)
    {
        var since = input.Now - policy.Period;
        var start = input.Current - input.History.Changes.Where(change => change.At > since).Sum(change => change.Change);
        if (!policy.Type.Equals("Percent", StringComparison.OrdinalIgnoreCase)) return Clamp(start + (long)direction * policy.Value);

        var proposed = start * (1 + direction * policy.Value / 100.0);

        // Growth is rounded up, or 10 % of 3 replicas could never become 4; shrinking is rounded down for the same reason.
        return Clamp(direction > 0 ? Math.Ceiling(proposed - 1e-9) : Math.Floor(proposed + 1e-9));
    }

    private static int Clamp(double replicas) => (int)Math.Clamp(replicas, 0, int.MaxValue / 2);

    private static bool IsDisabled(ScalingRules rules) => rules.SelectPolicy.Equals("Disabled", StringComparison.OrdinalIgnoreCase);

    private static bool TakesLeast(ScalingRules rules) => rules.SelectPolicy.Equals("Min", StringComparison.OrdinalIgnoreCase);
}
