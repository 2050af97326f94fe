using System.Globalization;
using Platform.Autoscaler.Scaling.Schedules;
using Platform.Contracts.Metrics;
using Platform.Contracts.Scaling;
using Platform.Contracts.Units;
using Platform.Hosting;

namespace Platform.Autoscaler.Policies;

/// <summary>What is wrong with a policy: every problem at once. Pure.</summary>
internal static class PolicyRules
{
    public const int MostReplicas = 1_000;
    private const int MostItems = 50;
    private const int LongestName = 100;

    public static IReadOnlyList<FieldProblem> Check(ScalingPolicySpec policy, string path = "policy.")
    {
        var problems = new Problems(path);
        if (policy.Application is { } application) problems.Unless(application.Length is > 0 and <= LongestName, "application", "the name of an application", $"{application.Length} characters");
        problems.Within(policy.Min, 0, MostReplicas, "min");
        problems.Within(policy.Max, 1, MostReplicas, "max");
        if (policy.Min > policy.Max) problems.Add("max", $"at least min, {policy.Min}", $"{policy.Max}");
        problems.Within(policy.ServiceLevel, 0.5, 0.999999, "serviceLevel");
        problems.Within(policy.PredictionWeight, 0, 1, "predictionWeight");
        problems.Within(policy.LatencyTarget, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1), "latencyTarget");
        problems.Within(policy.ZeroAfter, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7), "zeroAfter");
        if (policy.Plain is { } plain) Check(plain, policy, problems);
        Check(policy.Metrics ?? [], problems);
        CheckRules(policy, problems);
        Check(policy.Schedules ?? [], problems);
        return problems.Found;
    }

    private static void Check(PlainSettings plain, ScalingPolicySpec policy, Problems problems)
    {
        foreach (var (name, value) in (ReadOnlySpan<(string, double)>)[("cpuUp", plain.CpuUp), ("cpuDown", plain.CpuDown), ("memoryUp", plain.MemoryUp), ("memoryDown", plain.MemoryDown)])
            problems.Unless(value is > 0 and <= 100, $"plain.{name}", "a percentage above 0 and up to 100", Text(value));
        if (plain.CpuDown >= plain.CpuUp) problems.Add("plain.cpuDown", $"below cpuUp, {Text(plain.CpuUp)}", Text(plain.CpuDown));
        if (plain.MemoryDown >= plain.MemoryUp) problems.Add("plain.memoryDown", $"below memoryUp, {Text(plain.MemoryUp)}", Text(plain.MemoryDown));
        problems.Within(plain.Min, 0, MostReplicas, "plain.min");
        problems.Within(plain.Max, 1, MostReplicas, "plain.max");
        if (plain.Min > plain.Max) problems.Add("plain.max", $"at least plain.min, {plain.Min}", $"{plain.Max}");
        problems.Within(plain.PredictionWeight, 0, 1, "plain.predictionWeight");
        if (policy.Metrics is not null || policy.RuleSet is not null || policy.Mode is not null || policy.PredictionWeight is not null || policy.Min is not null || policy.Max is not null)
            problems.Add("plain", "nothing beside it that says the same: no mode, min, max, metrics, ruleSet, predictionWeight", "one of them");
    }

    private static void Check(IReadOnlyList<MetricTarget> metrics, Problems problems)
    {
        problems.Unless(metrics.Count <= MostItems, "metrics", $"up to {MostItems}", $"{metrics.Count}");
        for (var i = 0; i < metrics.Count; i++)
        {
            Name(metrics[i].Name, $"metrics[{i}].name", problems);
            if (metrics[i].Source is not null) problems.Add($"metrics[{i}]", "no source: whom the autoscaler asks stands in the manifest", "one");
            var isShare = metrics[i].Name is MetricNames.Cpu or MetricNames.Memory;
            problems.Unless(metrics[i].Target is > 0 and < 1e15 && (!isShare || metrics[i].Target <= 1), $"metrics[{i}].target", isShare ? "a share above 0 and up to 1" : "a number above 0", Text(metrics[i].Target));
        }

        foreach (var twice in metrics.GroupBy(metric => metric.Name).Where(group => group.Count() > 1)) problems.Add("metrics", "each metric once", $"'{twice.Key}' {twice.Count()} times");
    }

    private static void CheckRules(ScalingPolicySpec policy, Problems problems)
    {
        problems.Unless(policy.RuleSet is null or "none" or "standard" or "custom", "ruleSet", "none, standard or custom", $"'{policy.RuleSet}'");
        problems.Unless(policy.Rules.Count <= MostItems, "rules", $"up to {MostItems}", $"{policy.Rules.Count}");
        if (policy.RuleSet == "custom" && policy.Rules.Count == 0) problems.Add("rules", "at least one rule, because ruleSet is custom", "none");
        if (policy.RuleSet != "custom" && policy.Rules.Count > 0) problems.Add("ruleSet", "custom, because there are rules", policy.RuleSet ?? "nothing");
        if (policy.RuleSet is "standard" or "custom" && policy.Metrics is { Count: > 0 }) problems.Add("ruleSet", "none, or no metrics: rules stand instead of targets", policy.RuleSet);
        for (var i = 0; i < policy.Rules.Count; i++)
        {
            var (rule, at) = (policy.Rules[i], $"rules[{i}]");
            Name(rule.Metric, $"{at}.metric", problems);
            problems.Unless(rule.Above is null != rule.Below is null, at, "either above or below", rule.Above is null ? "neither" : "both");
            problems.Unless((rule.Above ?? rule.Below) is null or (>= 0 and < 1e15), at, "a threshold of 0 or more", Text(rule.Above ?? rule.Below ?? 0));
            problems.Unless(rule.Change is not 0 and >= -100 and <= 100, $"{at}.change", "replicas to add or, below 0, to take away; -100 to 100, not 0", $"{rule.Change}");
            problems.Within(rule.For, TimeSpan.Zero, TimeSpan.FromHours(24), $"{at}.for");
            problems.Within(rule.CoolDown, TimeSpan.Zero, TimeSpan.FromHours(24), $"{at}.coolDown");
        }
    }

    private static void Check(IReadOnlyList<ScalingSchedule> schedules, Problems problems)
    {
        problems.Unless(schedules.Count <= MostItems, "schedules", $"up to {MostItems}", $"{schedules.Count}");
        for (var i = 0; i < schedules.Count; i++)
        {
            var (schedule, at) = (schedules[i], $"schedules[{i}]");
            problems.Unless(schedule.Name.Length is > 0 and <= LongestName, $"{at}.name", $"1 to {LongestName} characters", $"{schedule.Name.Length}");
            problems.Within(schedule.Min, 0, MostReplicas, $"{at}.min");
            problems.Within(schedule.Max, 0, MostReplicas, $"{at}.max");
            if (schedule.Min is null && schedule.Max is null) problems.Add(at, "min, max or both", "neither");
            if (schedule.Min > schedule.Max) problems.Add($"{at}.max", $"at least min, {schedule.Min}", $"{schedule.Max}");
            if (schedule.Begins is { } begins) problems.Unless(TimeOfDay.TryParse(begins, out _), $"{at}.begins", TimeOfDay.Expected, Short(begins));
            if (schedule.Ends is { } ends) problems.Unless(TimeOfDay.TryParse(ends, out _), $"{at}.ends", TimeOfDay.Expected, Short(ends));
            if (schedule.From >= schedule.To) problems.Add($"{at}.to", "later than from", $"{schedule.To:u}");
            problems.Unless(TimeZoneInfo.TryFindSystemTimeZoneById(schedule.TimeZone, out _), $"{at}.timeZone", "an IANA time zone such as Europe/Berlin", Short(schedule.TimeZone));
            if (schedule.Cron is { } cron)
            {
                if (!CronLine.TryParse(cron, out _, out var problem)) problems.Add($"{at}.cron", problem, Short(cron));
                if (schedule.For is null) problems.Add($"{at}.for", "how long it lasts after each time of its cron line", "nothing");
                if (schedule.Begins is not null || schedule.Ends is not null || schedule.Days.Count > 0) problems.Add($"{at}.cron", "no days, begins and ends beside it", "some");
            }

            problems.Within(schedule.For, TimeSpan.FromMinutes(1), Schedule.Longest, $"{at}.for");
        }
    }

    private static void Name(string metric, string at, Problems problems) =>
        problems.Unless(metric.Length is > 0 and <= 200 && metric.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or ':' or '.' or '-'), at, "a metric's name: letters, digits, _ : . -, up to 200", Short(metric));

    private static string Short(string text) => $"'{(text.Length <= 60 ? text : text[..60] + "…")}'";

    private static string Text(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);

    /// <summary>What was found, under one path.</summary>
    private sealed class Problems(string path)
    {
        public List<FieldProblem> Found { get; } = [];

        public void Add(string at, string expected, string found) => Found.Add(new FieldProblem(path + at, expected, found));

        public void Unless(bool right, string at, string expected, string found)
        {
            if (!right) Add(at, expected, found);
        }

        public void Within(int? value, int from, int to, string at)
        {
            if (value < from || value > to) Add(at, $"{from} to {to}", $"{value}");
        }

        public void Within(double? value, double from, double to, string at)
        {
            if (value is { } number && !(number >= from && number <= to)) Add(at, $"{Text(from)} to {Text(to)}", Text(number));
        }

        public void Within(TimeSpan? value, TimeSpan from, TimeSpan to, string at)
        {
            if (value < from || value > to) Add(at, $"{Duration.Format(from)} to {Duration.Format(to)}", Duration.Format(value.Value));
        }
    }
}
