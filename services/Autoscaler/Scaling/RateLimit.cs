using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Scaling;

/// <summary>
/// How far the number may move now, by the policies of a direction over what was changed in their periods
/// (<c>calculateScaleUpLimitWithScalingRules</c>, <c>calculateScaleDownLimitWithBehaviors</c>).
/// </summary>
internal static class RateLimit
{
    /// <summary>The most replicas allowed now; never below the present number.</summary>
    public static int Up(int current, ScalingBehavior behavior, ScalingHistory history, DateTimeOffset now)
    {
        var rules = behavior.ScaleUp;
        if (IsDisabled(rules)) return current;
        if (rules.Policies.Count == 0) return int.MaxValue;
        var (least, most) = Proposals(rules, current, history, now, direction: 1);
        return Math.Max(current, TakesLeast(rules) ? least : most);
    }

    /// <summary>The fewest replicas allowed now; never above the present number.</summary>
    public static int Down(int current, ScalingBehavior behavior, ScalingHistory history, DateTimeOffset now)
    {
        var rules = behavior.ScaleDown;
        if (IsDisabled(rules)) return current;
        if (rules.Policies.Count == 0) return 0;
        var (least, most) = Proposals(rules, current, history, now, direction: -1);
        return Math.Min(current, TakesLeast(rules) ? most : least);
    }

    private static (int Least, int Most) Proposals(ScalingRules rules, int current, ScalingHistory history, DateTimeOffset now, int direction)
    {
        var (least, most) = (int.MaxValue, int.MinValue);
        for (var i = 0; i < rules.Policies.Count; i++)
        {
            var proposal = Proposal(rules.Policies[i], current, history, now, direction);
            (least, most) = (Math.Min(least, proposal), Math.Max(most, proposal));
        }

        return (least, most);
    }

    private static int Proposal(ScalingPolicy policy, int current, ScalingHistory history, DateTimeOffset now, int direction)
    {
        var since = now - policy.Period;
        var start = current;
        for (var i = 0; i < history.Changes.Count; i++)
        {
            var change = history.Changes[i];
            if (change.At > since) start -= change.Change;
        }

        if (!policy.Type.Equals("Percent", StringComparison.OrdinalIgnoreCase)) return Clamp(start + (long)direction * policy.Value);

        var proposed = start * (1 + direction * policy.Value / 100.0);

        // Growth is rounded up, or 10 % of 3 replicas could never become 4; shrinking is rounded down for the same reason.
        return Clamp(direction > 0 ? Math.Ceiling(proposed - 1e-9) : Math.Floor(proposed + 1e-9));
    }

    private static int Clamp(double replicas) => (int)Math.Clamp(replicas, 0, int.MaxValue / 2);

    private static bool IsDisabled(ScalingRules rules) => rules.SelectPolicy.Equals("Disabled", StringComparison.OrdinalIgnoreCase);

    private static bool TakesLeast(ScalingRules rules) => rules.SelectPolicy.Equals("Min", StringComparison.OrdinalIgnoreCase);
}
