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
        var (current, settings) = (input.Current, input.Settings);
        if (HorizontalStep.OfBounds(current, settings.Min, settings.Max, input.Metrics.Count) is { } outside) return OfBounds(input, outside);
        Span<MetricNeed> needs = input.Metrics.Count <= HorizontalStep.MostOnStack ? stackalloc MetricNeed[input.Metrics.Count] : new MetricNeed[input.Metrics.Count];
        var estimates = new MetricEstimate[needs.Length];
        for (var i = 0; i < needs.Length; i++)
        {
            needs[i] = MetricEstimator.Need(input, input.Metrics[i]);
            estimates[i] = MetricEstimator.Estimate(input.Metrics[i], needs[i]);
        }

        return ByMetrics(input, HorizontalStep.Of(current, settings.Min, settings.Max, settings.Behavior, needs, input.History, input.Now), estimates);
    }

    private static ScalingDecision OfBounds(ScalingInput input, in HorizontalStep step) => step.Case switch
    {
        HorizontalCase.SwitchedOff => Unchanged(input, ScalingOutcome.Disabled, "It was scaled to 0, which switches automatic scaling off until someone scales it up again."),
        HorizontalCase.AboveMaximum => Outside(input, step, $"{input.Current} replicas are more than the maximum of {step.Desired}."),
        HorizontalCase.BelowMinimum => Outside(input, step, $"{input.Current} replicas are fewer than the minimum of {step.Desired}."),
        HorizontalCase.NoMetric => Unchanged(input, ScalingOutcome.Disabled, "The manifest names no metric to scale by."),
        _ => Unchanged(input, ScalingOutcome.Disabled, "It has no replica to measure; scale it up to start automatic scaling."),
    };

    private static ScalingDecision ByMetrics(ScalingInput input, in HorizontalStep step, MetricEstimate[] estimates)
    {
        if (step.Case is HorizontalCase.NothingKnown) return Unchanged(input, ScalingOutcome.Held, $"No metric is known: {Notes(estimates)}.") with { Metrics = estimates };
        var leading = estimates[step.Leading];
        if (step.Case is HorizontalCase.NotEverythingKnown)
        {
            var reason = $"{leading.Name} asks for {leading.Replicas} of {input.Current}, but not every metric is known ({Notes(estimates)}), so nothing is taken away.";
            return Unchanged(input, ScalingOutcome.Held, reason) with { Metrics = estimates };
        }

        var (recommended, stabilized) = (step.Recommended!.Value, step.Stabilized!.Value);
        return new ScalingDecision
        {
            At = input.Now,
            Outcome = step.Desired == input.Current ? ScalingOutcome.Keep : ScalingOutcome.Scale,
            Current = input.Current,
            Desired = step.Desired,
            Recommended = recommended,
            Stabilized = stabilized,
            LimitedBy = Limits(stabilized == recommended ? null : recommended >= input.Current ? "ScaleUpStabilized" : "ScaleDownStabilized", step.Limit),
            Metrics = estimates,
            Reason = Explain(input, leading, recommended, stabilized, step.Desired, step.Limit),
        };
    }

    private static string[] Limits(string? window, string? limit) => (window, limit) switch
    {
        (null, null) => [],
        (null, { } one) => [one],
        ({ } one, null) => [one],
        _ => [window!, limit!],
    };

    private static string Explain(ScalingInput input, MetricEstimate leading, int recommended, int stabilized, int desired, string? limit)
    {
        var end = stabilized == recommended && limit is null && string.IsNullOrEmpty(leading.Note) ? "." : "";
        var isRight = recommended == input.Current;
        var asks = string.Create(
            CultureInfo.InvariantCulture,
            $"{leading.Name} is {leading.Value:0.###} per replica against a target of {leading.Target:0.###} (ratio {leading.Ratio:0.###}){(isRight ? ", so " : ", which asks for ")}{recommended}{(isRight ? " replicas are right" : $" instead of {input.Current}")}{end}");
        if (end.Length > 0) return asks;
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

    private static ScalingDecision Outside(ScalingInput input, in HorizontalStep step, string reason) => new()
    {
        At = input.Now,
        Outcome = ScalingOutcome.Scale,
        Current = input.Current,
        Desired = step.Desired,
        LimitedBy = [step.Limit!],
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

    private static string Notes(IEnumerable<MetricEstimate> estimates) =>
        string.Join("; ", estimates.Where(estimate => estimate.Replicas is null).Select(estimate => $"{estimate.Name}: {estimate.Note}"));

    private static string Span(TimeSpan span) => span.TotalSeconds < 120 ? $"{span.TotalSeconds:0} s" : $"{span.TotalMinutes:0.#} min";
}
