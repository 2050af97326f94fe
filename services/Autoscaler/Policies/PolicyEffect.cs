using System.Globalization;
using Platform.Autoscaler.Scaling.Rules;
using Platform.Contracts.Metrics;
using Platform.Contracts.Scaling;
using Platform.Contracts.Units;

namespace Platform.Autoscaler.Policies;

/// <summary>What a policy makes of a manifest's settings, and what it means in words. Pure.</summary>
internal static class PolicyEffect
{
    /// <summary>The policy for an application: its own, or the one for all, which leaves alone what does not scale by itself.</summary>
    public static ScalingPolicyView? Choose(IEnumerable<ScalingPolicyView> policies, string application, ScalingSettings manifest)
    {
        ScalingPolicyView? general = null;
        foreach (var policy in policies)
        {
            if (policy.Deleted || !policy.Policy.Enabled) continue;
            if (policy.Policy.Application == application) return policy;
            if (policy.Policy.Application is null) general = policy;
        }

        return manifest.Automatic ? general : null;
    }

    public static ScalingSettings Apply(ScalingSettings manifest, ScalingPolicySpec policy)
    {
        var plain = policy.Plain;
        var min = Math.Clamp(plain?.Min ?? policy.Min ?? manifest.Min, manifest.Min, manifest.Max);
        var max = Math.Clamp(plain?.Max ?? policy.Max ?? manifest.Max, Math.Max(min, manifest.Min), manifest.Max);
        var ruleSet = plain is not null ? "custom" : policy.RuleSet ?? (policy.Metrics is { Count: > 0 } ? "none" : manifest.RuleSet);
        return manifest with
        {
            Min = min,
            Max = max,
            Automatic = true,
            Mode = plain is not null ? ModeOf(plain.PredictionWeight) : policy.Mode ?? manifest.Mode,
            PredictionWeight = plain is null ? policy.PredictionWeight ?? manifest.PredictionWeight : plain.PredictionWeight is > 0 and < 1 ? plain.PredictionWeight : null,
            Metrics = policy.Metrics is { } metrics ? [.. metrics.Select(metric => WithSource(metric, manifest))] : manifest.Metrics,
            RuleSet = ruleSet,
            Rules = plain is not null ? RulesOf(plain) : policy.RuleSet is null ? manifest.Rules : policy.Rules,
            Schedules = policy.Schedules ?? manifest.Schedules,
            ServiceLevel = policy.ServiceLevel ?? manifest.ServiceLevel,
            LatencyTarget = policy.LatencyTarget ?? manifest.LatencyTarget,
            ZeroAfter = policy.ZeroAfter ?? manifest.ZeroAfter,
        };
    }

    /// <summary>A metric that the manifest has asked for elsewhere stays asked for there: a policy sets its target.</summary>
    private static MetricTarget WithSource(MetricTarget metric, ScalingSettings manifest) =>
        manifest.Metrics.FirstOrDefault(own => own.Name == metric.Name && own.Source is not null) is { } asked ? asked with { Target = metric.Target } : metric;

    /// <summary>The plain numbers as rules, with the standard steps, times and cool-downs.</summary>
    public static IReadOnlyList<ScalingRule> RulesOf(PlainSettings plain) =>
    [
        StandardRules.Up(MetricNames.Cpu, plain.CpuUp / 100, 2), StandardRules.Up(MetricNames.Memory, plain.MemoryUp / 100, 2),
        StandardRules.Down(MetricNames.Cpu, plain.CpuDown / 100, 10), StandardRules.Down(MetricNames.Memory, plain.MemoryDown / 100, 10),
    ];

    /// <summary>What it means, a sentence per thing.</summary>
    public static IReadOnlyList<string> Explain(ScalingPolicySpec policy)
    {
        List<string> words = [policy.Application is { } application ? $"It is for {application}{(policy.Enabled ? "" : ", and switched off")}." : $"It is for every application that scales by itself and has no policy of its own{(policy.Enabled ? "" : ", and switched off")}."];
        var (min, max) = (policy.Plain?.Min ?? policy.Min, policy.Plain?.Max ?? policy.Max);
        if (min is not null || max is not null) words.Add($"There are {(min is null ? "as many replicas as the manifest says at least" : $"at least {min}")} and {(max is null ? "as many as it says at most" : $"at most {max} replicas")}; the manifest's limits are never left.");
        if (policy.Plain is { } plain) Explain(plain, words);
        if (policy.Mode is { } mode) words.Add(Sentence(mode));
        foreach (var metric in policy.Metrics ?? []) words.Add($"{metric.Name} is held at {(metric.Name is "cpu" or "memory" ? Percentage.Format(metric.Target) : Text(metric.Target))} per replica.");
        foreach (var rule in policy.RuleSet == "standard" ? StandardRules.Standard : policy.Rules) words.Add(Sentence(rule));
        if (policy.RuleSet == "none") words.Add("It scales by targets, not by rules.");
        if (policy.PredictionWeight is { } weight) words.Add($"{Percentage.Format(weight)} of the growth that is forecast counts.");
        if (policy.ServiceLevel is { } level) words.Add($"{Percentage.Format(level)} of the requests are to be within the capacity; the rest is the price of not running more.");
        if (policy.LatencyTarget is { } latency) words.Add($"What a replica can carry is learned from where 95 % of its answers keep within {Duration.Format(latency)}.");
        if (policy.ZeroAfter is { } zero) words.Add($"Without a request for {Duration.Format(zero)} it goes to 0 replicas, if its minimum is 0; the gateway holds the next request until a replica serves it.");
        if (policy.Schedules is { Count: 0 }) words.Add("The manifest's schedules do not hold.");
        foreach (var schedule in policy.Schedules ?? []) words.Add(Sentence(schedule));
        return words;
    }

    private static void Explain(PlainSettings plain, List<string> words)
    {
        words.AddRange(RulesOf(plain).Select(Sentence));
        words.Add("It shrinks only while cpu and memory are both low.");
        words.Add(plain.PredictionWeight switch
        {
            0 => "The forecast does not count (predictionWeight 0).",
            1 => "The forecast alone decides once it has learned enough (predictionWeight 1).",
            var weight => $"{Percentage.Format(weight)} of the growth that is forecast is added to what is measured (predictionWeight {Text(weight)}).",
        });
    }

    private static ScalingMode ModeOf(double weight) => weight switch { <= 0 => ScalingMode.Reactive, >= 1 => ScalingMode.Predictive, _ => ScalingMode.Hybrid };

    private static string Sentence(ScalingMode mode) => mode switch
    {
        ScalingMode.Reactive => "It is decided by what is measured now.",
        ScalingMode.Predictive => "It is decided by the forecast of the demand at the time when a replica started now would serve; by what is measured until there is one.",
        ScalingMode.Hybrid => "It is decided by the forecast, and never fewer than what is measured now asks for.",
        _ => "It is decided and explained, and not done.",
    };

    private static string Sentence(ScalingRule rule)
    {
        var isShare = rule.Metric is "cpu" or "memory";
        var threshold = rule.Above ?? rule.Below ?? 0;
        return $"{rule.Metric} {(rule.Above is null ? "below" : "above")} {(isShare ? Percentage.Format(threshold) : rule.Metric == "latency" ? Duration.Format(TimeSpan.FromSeconds(threshold)) : Text(threshold))} for {Duration.Format(rule.For)}: {(rule.Change > 0 ? $"{rule.Change} more" : $"{-rule.Change} fewer")}, at most once in {Duration.Format(rule.CoolDown)}.";
    }

    private static string Sentence(ScalingSchedule schedule)
    {
        var when = schedule.Cron is { } cron
            ? $"for {Duration.Format(schedule.For ?? TimeSpan.Zero)} from each time of '{cron}' on"
            : $"{(schedule.Days.Count == 0 ? "every day" : string.Join(", ", schedule.Days))} from {schedule.Begins ?? "00:00"} to {schedule.Ends ?? "24:00"}";
        var within = (schedule.From, schedule.To) switch { (null, null) => "", ({ } from, null) => $", from {from:u} on", (null, { } to) => $", until {to:u}", var (from, to) => $", between {from:u} and {to:u}" };
        return $"{schedule.Name}: {when} ({schedule.TimeZone}){within} there are {(schedule.Min is { } min ? $"at least {min}" : "")}{(schedule is { Min: not null, Max: not null } ? " and " : "")}{(schedule.Max is { } max ? $"at most {max}" : "")} replicas.";
    }

    private static string Text(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
