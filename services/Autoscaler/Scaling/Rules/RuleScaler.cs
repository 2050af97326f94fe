using System.Globalization;
using Platform.Contracts.Metrics;
using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Scaling.Rules;

/// <summary>
/// Scales in steps: up as soon as one rule for more has held for its time, down only while all rules for fewer have, each direction at most once
/// per cool-down. A metric that was never measured has no say; one that was measured and is not any more keeps the number from shrinking.
/// Pure. O(rules + replicas).
/// </summary>
internal static class RuleScaler
{
    /// <summary>Since when each rule's condition holds, after what is measured now.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="input">What is measured.</param>
    /// <param name="before">The last result; another set of rules begins anew.</param>
    public static IReadOnlyList<RuleState> Progress(IReadOnlyList<ScalingRule> rules, ScalingInput input, IReadOnlyList<RuleState> before) =>
    [
        .. rules.Select((rule, i) =>
        {
            var earlier = before.Count == rules.Count ? before[i] : default;
            var value = ValueOf(rule.Metric, input);
            var holds = value is { } known && (rule.Above is { } above ? known > above : known < rule.Below);
            return new RuleState(value, earlier.WasKnown || value is not null, holds ? earlier.Since ?? input.Clock : null);
        }),
    ];

    public static ScalingDecision Decide(IReadOnlyList<ScalingRule> rules, ScalingInput input, IReadOnlyList<RuleState> states)
    {
        var settings = input.Settings;
        if (input.Current > settings.Max) return Step(input, settings.Max, $"{input.Current} replicas are more than the maximum of {settings.Max}.");
        if (input.Current < settings.Min) return Step(input, settings.Min, $"{input.Current} replicas are fewer than the minimum of {settings.Min}.");
        if (input.Current == 0) return HorizontalScaler.Unchanged(input, ScalingOutcome.Disabled, "It has no replica to measure; scale it up to start automatic scaling.");
        if (states.All(state => state.Value is null)) return HorizontalScaler.Unchanged(input, ScalingOutcome.Held, "None of the rules' metrics is known.");

        var ups = Enumerable.Range(0, rules.Count).Where(i => rules[i].Change > 0 && Fired(rules[i], states[i], input)).ToList();
        if (ups.Count > 0) return Up(rules, input, states, ups);

        var downs = Enumerable.Range(0, rules.Count).Where(i => rules[i].Change < 0 && states[i].WasKnown).ToList();
        return downs.Count > 0 && downs.All(i => Fired(rules[i], states[i], input))
            ? Down(rules, input, states, downs)
            : HorizontalScaler.Unchanged(input, ScalingOutcome.Keep, $"No rule has held for its time: {Describe(rules, states, input)}.") with { Recommended = input.Current };
    }

    private static ScalingDecision Up(IReadOnlyList<ScalingRule> rules, ScalingInput input, IReadOnlyList<RuleState> states, List<int> fired)
    {
        var strongest = fired.MaxBy(i => rules[i].Change);
        var rule = rules[strongest];
        var why = Sentence(rule, states[strongest], input);
        if (Left(input, change => change.Change > 0, rule.CoolDown) is { } wait) return Waiting(input, why, wait, input.Current + rule.Change);
        return input.Current >= input.Settings.Max
            ? HorizontalScaler.Unchanged(input, ScalingOutcome.Keep, $"{why}, and {input.Current} replicas are the maximum.") with { Recommended = input.Current + rule.Change, LimitedBy = ["TooManyReplicas"] }
            : Step(input, Math.Min(input.Settings.Max, input.Current + rule.Change), $"{why}, so {rule.Change} are added.") with { Recommended = input.Current + rule.Change };
    }

    private static ScalingDecision Down(IReadOnlyList<ScalingRule> rules, ScalingInput input, IReadOnlyList<RuleState> states, List<int> fired)
    {
        var gentlest = fired.MaxBy(i => rules[i].Change);
        var rule = rules[gentlest];
        var why = string.Join(" and ", fired.Select(i => Sentence(rules[i], states[i], input)));
        if (Left(input, _ => true, fired.Max(i => rules[i].CoolDown)) is { } wait) return Waiting(input, why, wait, input.Current + rule.Change);
        return input.Current <= input.Settings.Min
            ? HorizontalScaler.Unchanged(input, ScalingOutcome.Keep, $"{why}, and {input.Current} replicas are the minimum.") with { Recommended = input.Current + rule.Change, LimitedBy = ["TooFewReplicas"] }
            : Step(input, Math.Max(input.Settings.Min, input.Current + rule.Change), $"{why}, so {-rule.Change} is taken away.") with { Recommended = input.Current + rule.Change };
    }

    private static ScalingDecision Waiting(ScalingInput input, string why, TimeSpan wait, int recommended) =>
        HorizontalScaler.Unchanged(input, ScalingOutcome.Keep, $"{why}, and the cool-down after the last step lasts {Seconds(wait)} longer.")
            with
        { Recommended = recommended, LimitedBy = ["CoolDown"] };

    private static ScalingDecision Step(ScalingInput input, int desired, string reason) => new()
    {
        At = input.Now,
        Outcome = desired == input.Current ? ScalingOutcome.Keep : ScalingOutcome.Scale,
        Current = input.Current,
        Desired = desired,
        Stabilized = desired,
        Reason = reason,
    };

    private static bool Fired(ScalingRule rule, RuleState state, ScalingInput input) => state.Since is { } since && input.Clock - since >= rule.For;

    /// <summary>What is left of a cool-down; null: nothing.</summary>
    private static TimeSpan? Left(ScalingInput input, Func<ScaleChange, bool> counts, TimeSpan coolDown)
    {
        var last = input.History.Changes.Where(change => counts(change) && change.At <= input.Now).Select(change => (DateTimeOffset?)change.At).Max();
        return last is { } at && input.Now - at < coolDown ? coolDown - (input.Now - at) : null;
    }

    /// <summary>The metric's value: the mean over replicas that count, or the application's; null: not known.</summary>
    private static double? ValueOf(string metric, ScalingInput input)
    {
        var reading = input.Metrics.FirstOrDefault(reading => reading.Name == metric);
        if (reading is null || reading.Unavailable is not null) return null;
        if (reading.Kind is MetricKind.Total) return reading.Total;
        var counted = input.Replicas
            .Where(replica => !replica.Leaving && replica.ReadyChangedAt is not null && reading.Samples.ContainsKey(replica.Id))
            .Select(replica => (Replica: replica, Sample: reading.Samples[replica.Id]))
            .Where(pair => double.IsFinite(pair.Sample.Value) && (metric != MetricNames.Cpu || !MetricEstimator.IsInitialising(input, pair.Replica, pair.Replica.ReadyChangedAt!.Value, pair.Sample)))
            .Select(pair => pair.Sample.Value)
            .ToList();
        return counted.Count == 0 ? null : counted.Average();
    }

    private static string Sentence(ScalingRule rule, RuleState state, ScalingInput input) =>
        $"{rule.Metric} is {Number(state.Value)}, {(rule.Above is null ? "below" : "above")} {Number(rule.Above ?? rule.Below)} for {Seconds(input.Clock - state.Since!.Value)} (rule: {Seconds(rule.For)})";

    private static string Describe(IReadOnlyList<ScalingRule> rules, IReadOnlyList<RuleState> states, ScalingInput input) => string.Join(", ", rules
        .Select((rule, i) => (rule, state: states[i])).Where(pair => pair.state.WasKnown).DistinctBy(pair => pair.rule.Metric)
        .Select(pair => $"{pair.rule.Metric} {Number(pair.state.Value)}{(pair.state.Since is { } since ? $" since {Seconds(input.Clock - since)}" : "")}"));

    private static string Number(double? value) => value is { } number ? number.ToString("0.###", CultureInfo.InvariantCulture) : "unknown";

    private static string Seconds(TimeSpan span) => span.TotalSeconds < 120 ? $"{span.TotalSeconds:0} s" : $"{span.TotalMinutes:0.#} min";
}

/// <summary>How far a rule is.</summary>
/// <param name="Value">What was measured; null: nothing.</param>
/// <param name="WasKnown">True: it was measured at some time since the rules were set.</param>
/// <param name="Since">Since when its condition holds, on the input's clock; null: it does not.</param>
internal readonly record struct RuleState(double? Value, bool WasKnown, TimeSpan? Since);
