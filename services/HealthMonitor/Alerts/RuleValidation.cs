using System.Globalization;
using Platform.Hosting;

namespace Platform.HealthMonitor.Alerts;

/// <summary>Lists everything that is wrong with a rule.</summary>
internal static class RuleValidation
{
    private static readonly TimeSpan LongestWindow = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    public static IReadOnlyList<FieldProblem> Validate(AlertRule rule)
    {
        List<FieldProblem> problems = [];
        if (!IsName(rule.Name, 60)) problems.Add(new("name", "1 to 60 letters, digits, dots or dashes", Quote(rule.Name)));
        if (!IsName(rule.Metric, 100)) problems.Add(new("metric", "the name of a metric, or errorRate", Quote(rule.Metric)));
        if (rule.Description.Length > 500) problems.Add(new("description", "up to 500 characters", $"{rule.Description.Length} characters"));
        if (rule.Application is { } application && !IsName(application, 100)) problems.Add(new("application", "the name of an application, or null for all", Quote(application)));
        if (!double.IsFinite(rule.Threshold)) problems.Add(new("threshold", "a finite number", rule.Threshold.ToString(CultureInfo.InvariantCulture)));
        if (rule.Window < TimeSpan.FromSeconds(1) || rule.Window > LongestWindow) problems.Add(new("window", "1s to 5m", Found(rule.Window)));
        if (rule.For < TimeSpan.Zero || rule.For > Longest) problems.Add(new("for", "0s to 1h", Found(rule.For)));
        if (rule.ClearAfter < TimeSpan.Zero || rule.ClearAfter > Longest) problems.Add(new("clearAfter", "0s to 1h", Found(rule.ClearAfter)));
        if (rule.MinimumEvents < 0) problems.Add(new("minimumEvents", "0 or more", rule.MinimumEvents.ToString(CultureInfo.InvariantCulture)));
        if (!Enum.IsDefined(rule.Aggregation)) problems.Add(new("aggregation", string.Join(", ", Enum.GetNames<Aggregation>()), rule.Aggregation.ToString()));
        if (!Enum.IsDefined(rule.Comparison)) problems.Add(new("comparison", "above or below", rule.Comparison.ToString()));
        if (!Enum.IsDefined(rule.Severity)) problems.Add(new("severity", "info, warning or critical", rule.Severity.ToString()));
        if (rule.Metric == "errorRate" && rule.Aggregation is not Aggregation.Mean) problems.Add(new("aggregation", "mean, the only one errorRate has", rule.Aggregation.ToString()));
        return problems;
    }

    private static bool IsName(string? name, int longest) =>
        !string.IsNullOrEmpty(name) && name.Length <= longest && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or ':');

    private static string Quote(string? text) => text is null ? "null" : $"'{(text.Length > 80 ? text[..80] + "…" : text)}'";

    private static string Found(TimeSpan span) => Contracts.Units.Duration.Format(span);
}
