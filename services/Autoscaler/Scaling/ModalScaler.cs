using Platform.Autoscaler.Scaling.Rules;
using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Scaling;

/// <summary>
/// Brings together what is measured and what is forecast, by the mode.
/// <code>
/// reactive    measured (targets or rules)
/// predictive  forecast; measured while there is none
/// hybrid      the larger of the forecast and what is measured now: grows by either, shrinks when both agree
/// recommend   as hybrid, without doing it
/// </code>
/// While it is disturbed (an experiment, a critical alert) predictive is hybrid: the forecast knows only usual days. Pure.
/// </summary>
internal static class ModalScaler
{
    private static readonly TimeSpan LeastWindow = TimeSpan.FromMinutes(1);

    /// <param name="input">What is known.</param>
    /// <param name="rules">How far each rule is; unused when it scales by targets.</param>
    /// <param name="forecast">What the forecast asks for; null: there is none.</param>
    /// <param name="noForecast">Why there is none.</param>
    public static ScalingDecision Decide(ScalingInput input, IReadOnlyList<RuleState> rules, ForecastEstimate? forecast, string noForecast)
    {
        if (ZeroScaler.Decide(input, forecast) is { } zero) return AsMode(input, zero with { Forecast = forecast, Mode = input.Settings.Mode });
        var chosen = StandardRules.Of(input.Settings);
        var measured = chosen.Count > 0 ? RuleScaler.Decide(chosen, input, rules) : HorizontalScaler.Decide(input);
        var combined = Combine(input, measured, forecast, noForecast);

        // As it is, nearly always, in reactive mode: no need for a copy.
        var isMarked = combined.Mode == input.Settings.Mode && ReferenceEquals(combined.Forecast, forecast);
        return AsMode(input, isMarked ? combined : combined with { Forecast = forecast, Mode = input.Settings.Mode });
    }

    private static ScalingDecision Combine(ScalingInput input, ScalingDecision measured, ForecastEstimate? forecast, string noForecast)
    {
        var settings = input.Settings;
        if (settings.Mode is ScalingMode.Reactive || IsOutside(input)) return measured;
        if (measured.Outcome is ScalingOutcome.Disabled && input.Metrics.Count > 0) return measured;
        if (forecast is null) return measured with { Reason = $"{measured.Reason} {noForecast}" };

        // Nothing is taken away on the word of a forecast alone while what is measured is not known.
        var now = measured.Outcome is ScalingOutcome.Held ? input.Current : MeasuredNeed(input, measured);
        var ahead = Weighted(forecast.Replicas, now, settings.PredictionWeight);
        var wanted = settings.Mode is ScalingMode.Predictive && measured.Outcome is not ScalingOutcome.Held && input.Disturbance is null ? forecast.Replicas : Math.Max(ahead, now);
        var settled = Math.Max(wanted, Math.Min(input.Current, RecentlyWanted(input, forecast)));
        var desired = Math.Clamp(settled, settings.Min, settings.Max);
        List<string> limits = settled == wanted ? [] : ["ScaleDownStabilized"];
        if (desired != settled) limits.Add(desired < settled ? "TooManyReplicas" : "TooFewReplicas");
        return measured with
        {
            Outcome = desired == input.Current ? ScalingOutcome.Keep : ScalingOutcome.Scale,
            Desired = desired,
            Recommended = wanted,
            Stabilized = settled,
            LimitedBy = limits,
            Reason = Explain(input, measured, forecast, now, wanted, settled, desired),
        };
    }

    /// <summary>How many what is measured asks for, with its limits on growth, without the window that keeps it from shrinking: for that there is the forecast.</summary>
    private static int MeasuredNeed(ScalingInput input, ScalingDecision measured) =>
        measured.Desired > input.Current ? measured.Desired : Math.Min(input.Current, measured.Recommended ?? input.Current);

    /// <summary>
    /// The most that was asked for lately: what a second takes away the next one would have to start again, which takes its start-up time. As long as
    /// that, a minute at least, and never longer than the window of the settings.
    /// </summary>
    private static int RecentlyWanted(ScalingInput input, ForecastEstimate forecast)
    {
        var window = forecast.StartUp > LeastWindow ? forecast.StartUp : LeastWindow;
        if (window > input.Settings.Behavior.ScaleDown.StabilizationWindow) window = input.Settings.Behavior.ScaleDown.StabilizationWindow;
        return input.History.Recommendations.Where(earlier => earlier.At > input.Now - window).Select(earlier => earlier.Replicas).DefaultIfEmpty(0).Max();
    }

    private static int Weighted(int forecast, int now, double? weight) =>
        weight is { } share && forecast > now ? now + (int)Math.Ceiling((share * (forecast - now)) - 1e-9) : forecast;

    private static bool IsOutside(ScalingInput input) => input.Current > input.Settings.Max || input.Current < input.Settings.Min;

    private static string Explain(ScalingInput input, ScalingDecision measured, ForecastEstimate forecast, int now, int wanted, int settled, int desired)
    {
        var ahead = string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"In {forecast.Ahead.TotalSeconds:0} s, when a replica started now would serve, {forecast.Demand:0.#} requests per second are likely and {forecast.Quantile:0.#} are planned for ({forecast.Level:0.#%} sure), which at {forecast.Capacity:0.#} per replica asks for {forecast.Replicas} (one fewer puts {forecast.AtRiskWithOneFewer:0.##%} of the requests at risk, {forecast.IdleIfAsExpected:0} are idle if it comes as expected)");
        var leads = wanted > now || measured.Outcome is ScalingOutcome.Held ? "" : wanted == forecast.Replicas ? "" : $"; what is measured now asks for {now}, which is more: {measured.Reason.TrimEnd('.')}";
        var limit = desired == settled ? (settled == wanted ? "" : $"; {settled} were asked for a moment ago") : desired < settled ? $"; the maximum is {desired}" : $"; the minimum is {desired}";
        var held = measured.Outcome is ScalingOutcome.Held ? $"; nothing is taken away: {measured.Reason.TrimEnd('.')}" : "";
        return $"{ahead}{leads}{held}{limit}{(desired == input.Current ? $", so {input.Current} stay" : $", instead of {input.Current}")}.";
    }

    private static ScalingDecision AsMode(ScalingInput input, ScalingDecision decision) =>
        input.Settings.Mode is ScalingMode.Recommend && decision.Outcome is ScalingOutcome.Scale
            ? decision with { Outcome = ScalingOutcome.Recommended, Reason = $"{decision.Reason} It is only recommended: the mode is recommend." }
            : decision;
}
