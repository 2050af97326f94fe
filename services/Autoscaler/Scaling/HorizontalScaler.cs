using System.Globalization;

namespace Platform.Autoscaler.Scaling;

/// <summary>
/// The Kubernetes HorizontalPodAutoscaler (autoscaling/v2) as a function.
/// <code>
/// metrics ─► replicas per metric ─► largest ─► stabilisation windows ─► policies ─► min/max ─► desired
///            (tolerance, missing,    (none if some are unknown
///             not ready)              and it would shrink)
/// </code>
/// Source: <c>pkg/controller/podautoscaler/horizontal.go</c> and "Horizontal Pod Autoscaling" of the Kubernetes documentation.
/// Two deviations, both about arithmetic: ratios are kept as they are (Kubernetes truncates a utilisation to whole percent), and
/// a billionth is forgiven before rounding up. O(metrics × replicas + history).
/// </summary>
internal static class HorizontalScaler
{
    public static ScalingDecision Decide(ScalingInput input)
    {
        var settings = input.Settings;
        if (input.Current == 0 && settings.Min > 0)
        {
            return Unchanged(input, ScalingOutcome.Disabled, "It was scaled to 0, which switches automatic scaling off until someone scales it up again.");
        }

        if (input.Current > settings.Max)
        {
            return Outside(input, settings.Max, "TooManyReplicas", $"{input.Current} replicas are more than the maximum of {settings.Max}.");
        }

        if (input.Current < settings.Min)
        {
            return Outside(input, settings.Min, "TooFewReplicas", $"{input.Current} replicas are fewer than the minimum of {settings.Min}.");
        }

        if (input.Metrics.Count == 0)
        {
            return Unchanged(input, ScalingOutcome.Disabled, "The manifest names no metric to scale by.");
        }

        if (input.Current == 0)
        {
            return Unchanged(input, ScalingOutcome.Disabled, "It has no replica to measure; scale it up to start automatic scaling.");
        }

        return ByMetrics(input);
    }

    private static ScalingDecision ByMetrics(ScalingInput input)
    {
        var estimates = input.Metrics.Select(reading => MetricEstimator.Estimate(input, reading)).ToList();
        var leading = estimates.Where(estimate => estimate.Replicas is not null).MaxBy(estimate => estimate.Replicas);
        var unknown = estimates.Where(estimate => estimate.Replicas is null).ToList();
        if (leading is null)
        {
            return Unchanged(input, ScalingOutcome.Held, $"No metric is known: {Notes(unknown)}.") with { Metrics = estimates };
        }

        var recommended = leading.Replicas!.Value;
        if (unknown.Count > 0 && recommended < input.Current)
        {
            var reason = $"{leading.Name} asks for {recommended} of {input.Current}, but not every metric is known ({Notes(unknown)}), so nothing is taken away.";
            return Unchanged(input, ScalingOutcome.Held, reason) with { Metrics = estimates };
        }

        var stabilized = Stabilization.Apply(recommended, input);
        var (desired, limit) = Limit(stabilized, input);
        List<string> limits = [];
        if (stabilized != recommended) limits.Add(recommended >= input.Current ? "ScaleUpStabilized" : "ScaleDownStabilized");
        if (limit is not null) limits.Add(limit);

        return new ScalingDecision
        {
            At = input.Now,
            Outcome = desired == input.Current ? ScalingOutcome.Keep : ScalingOutcome.Scale,
            Current = input.Current,
            Desired = desired,
            Recommended = recommended,
            Stabilized = stabilized,
            LimitedBy = limits,
            Metrics = estimates,
            Reason = Explain(input, leading, recommended, stabilized, desired, limit),
        };
    }

    private static (int Desired, string? Limit) Limit(int stabilized, ScalingInput input)
    {
        if (stabilized > input.Current)
        {
            var rate = RateLimit.Up(input);
            var most = Math.Min(input.Settings.Max, rate);
            return stabilized <= most ? (stabilized, null) : (most, rate < input.Settings.Max ? "ScaleUpLimit" : "TooManyReplicas");
        }

        if (stabilized < input.Current)
        {
            var rate = RateLimit.Down(input);
            var fewest = Math.Max(input.Settings.Min, rate);
            return stabilized >= fewest ? (stabilized, null) : (fewest, rate > input.Settings.Min ? "ScaleDownLimit" : "TooFewReplicas");
        }

        return (stabilized, null);
    }

    private static string Explain(ScalingInput input, MetricEstimate leading, int recommended, int stabilized, int desired, string? limit)
    {
        var measured = $"{leading.Name} is {Number(leading.Value)} per replica against a target of {Number(leading.Target)} (ratio {Number(leading.Ratio)})";
        var asks = recommended == input.Current ? $"{measured}, so {input.Current} replicas are right" : $"{measured}, which asks for {recommended} instead of {input.Current}";
        if (!string.IsNullOrEmpty(leading.Note)) asks += $" with {leading.Note}";
        if (stabilized != recommended)
        {
            asks += recommended > input.Current || stabilized < recommended
                ? $"; the lowest recommendation of the last {Span(input.Settings.Behavior.ScaleUp.StabilizationWindow)} keeps it at {stabilized}"
                : $"; the highest recommendation of the last {Span(input.Settings.Behavior.ScaleDown.StabilizationWindow)} keeps it at {stabilized}";
        }

        return limit switch
        {
            "ScaleUpLimit" => $"{asks}; the scale-up policies allow {desired} for now.",
            "ScaleDownLimit" => $"{asks}; the scale-down policies allow {desired} for now.",
            "TooManyReplicas" => $"{asks}; the maximum is {desired}.",
            "TooFewReplicas" => $"{asks}; the minimum is {desired}.",
            _ => $"{asks}.",
        };
    }

    private static ScalingDecision Outside(ScalingInput input, int desired, string limit, string reason) => new()
    {
        At = input.Now,
        Outcome = ScalingOutcome.Scale,
        Current = input.Current,
        Desired = desired,
        LimitedBy = [limit],
        Reason = reason,
    };

    /// <summary>A decision that leaves the number alone.</summary>
    public static ScalingDecision Unchanged(ScalingInput input, ScalingOutcome outcome, string reason) => new()
    {
        At = input.Now,
        Outcome = outcome,
        Current = input.Current,
        Desired = input.Current,
        Reason = reason,
    };

    private static string Notes(IEnumerable<MetricEstimate> unknown) => string.Join("; ", unknown.Select(estimate => $"{estimate.Name}: {estimate.Note}"));

    private static string Number(double? value) => value is { } number ? number.ToString("0.###", CultureInfo.InvariantCulture) : "unknown";

    private static string Span(TimeSpan span) => span.TotalSeconds < 120 ? $"{span.TotalSeconds:0} s" : $"{span.TotalMinutes:0.#} min";
}
