using System.Globalization;
using Platform.Contracts.Units;
using Platform.Hosting;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Configuration;

/// <summary>What a configuration must keep to: every problem at once, each with its path.</summary>
internal static class ConfigurationRules
{
    private const int MostReplicas = 1_000, MostFreezes = 100, MostApprovers = 100, LongestText = 500;
    private static readonly string[] Judges = [JudgeNames.None, JudgeNames.Threshold, JudgeNames.Statistical, JudgeNames.Kayenta];

    /// <summary>The problems of a whole document; none: it is valid.</summary>
    public static IReadOnlyList<FieldProblem> Check(DeploymentConfiguration configuration)
    {
        var problems = new List<FieldProblem>();
        foreach (var name in ManifestReader.Environments) problems.AddRange(Check(configuration.Environments.Find(name)!, $"environments.{name}."));
        Range(problems, "rollbackWindow", configuration.RollbackWindow, 0, 100);
        Span(problems, "retention.history", configuration.Retention.History, TimeSpan.FromDays(1), TimeSpan.FromDays(3653));
        if (configuration.Prices.Currency is not { Length: 3 } currency || !currency.All(char.IsAsciiLetterUpper))
            problems.Add(new FieldProblem("prices.currency", "three capital letters, such as EUR", Shown(configuration.Prices.Currency)));
        Price(problems, "prices.replicaHour", configuration.Prices.ReplicaHour);
        Price(problems, "prices.cpuCoreHour", configuration.Prices.CpuCoreHour);
        Price(problems, "prices.memoryGibHour", configuration.Prices.MemoryGibHour);
        return problems;
    }

    /// <summary>The problems of one environment.</summary>
    public static IReadOnlyList<FieldProblem> Check(EnvironmentSettings settings, string path = "")
    {
        var problems = new List<FieldProblem>();
        Range(problems, path + "replicas.min", settings.Replicas.Min, 0, MostReplicas);
        Range(problems, path + "replicas.max", settings.Replicas.Max, Math.Max(1, Math.Min(settings.Replicas.Min, MostReplicas)), MostReplicas);
        if (settings.Judge is not null && !Judges.Contains(settings.Judge))
            problems.Add(new FieldProblem(path + "judge", "one of " + string.Join(", ", Judges), Shown(settings.Judge)));
        if (settings.Approval.Role is not (Roles.Operator or Roles.Admin))
            problems.Add(new FieldProblem(path + "approval.role", "operator or admin", Shown(settings.Approval.Role)));
        if (settings.Approval.Approvers.Count > MostApprovers)
            problems.Add(new FieldProblem(path + "approval.approvers", $"at most {MostApprovers}", Text(settings.Approval.Approvers.Count)));
        if (settings.Approval.Approvers.Any(a => a.Length is 0 or > LongestText))
            problems.Add(new FieldProblem(path + "approval.approvers", "names of keys", "an empty or too long one"));
        Span(problems, path + "approval.expiry", settings.Approval.Expiry, TimeSpan.FromMinutes(1), TimeSpan.FromDays(30));
        if (settings.Freezes.Count > MostFreezes)
            problems.Add(new FieldProblem(path + "freezes", $"at most {MostFreezes}", Text(settings.Freezes.Count)));
        foreach (var (window, i) in settings.Freezes.Take(MostFreezes).Select((w, i) => (w, i))) problems.AddRange(Check(window, $"{path}freezes[{i}]"));
        return problems;
    }

    private static IEnumerable<FieldProblem> Check(FreezeWindow window, string path)
    {
        if (window.Reason.Trim().Length is 0 or > LongestText)
            yield return new FieldProblem(path + ".reason", $"why, in 1 to {LongestText} characters", window.Reason.Length == 0 ? "nothing" : $"{window.Reason.Length} characters");
        var isOnce = window.From is not null || window.To is not null;
        var isWeekly = window.Days is not null || window.Begins is not null || window.Ends is not null || window.TimeZone is not null;
        if (isOnce == isWeekly)
        {
            yield return new FieldProblem(path, "either from and to, or days with begins, ends and timeZone", isOnce ? "both" : "neither");
            yield break;
        }

        if (isOnce)
        {
            if (window.From is null) yield return new FieldProblem(path + ".from", "a time such as 2026-12-23T18:00:00Z", "nothing");
            if (window.To is null) yield return new FieldProblem(path + ".to", "a time such as 2027-01-02T08:00:00Z", "nothing");
            if (window.To <= window.From)
                yield return new FieldProblem(path + ".to", "a time after from", window.To.Value.ToString("O", CultureInfo.InvariantCulture));
            yield break;
        }

        if (window.Days is not { Count: > 0 }) yield return new FieldProblem(path + ".days", "at least one day, such as friday", "none");
        if (window.Begins is not null && !TimeOfDay.TryParse(window.Begins, out _)) yield return new FieldProblem(path + ".begins", "a time of the day such as 16:30", Shown(window.Begins));
        if (window.Ends is not null && !TimeOfDay.TryParse(window.Ends, out _)) yield return new FieldProblem(path + ".ends", "a time of the day such as 16:30, or 24:00", Shown(window.Ends));
        if (window.TimeZone is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(window.TimeZone, out _))
            yield return new FieldProblem(path + ".timeZone", "a time zone that this machine knows, such as Europe/Berlin", Shown(window.TimeZone));
    }

    private static void Range(List<FieldProblem> problems, string path, int value, int least, int most)
    {
        if (value < least || value > most) problems.Add(new FieldProblem(path, $"{least} to {most}", Text(value)));
    }

    private static void Span(List<FieldProblem> problems, string path, TimeSpan value, TimeSpan least, TimeSpan most)
    {
        if (value < least || value > most) problems.Add(new FieldProblem(path, $"{Duration.Format(least)} to {Duration.Format(most)}", Duration.Format(value)));
    }

    private static void Price(List<FieldProblem> problems, string path, decimal? value)
    {
        if (value is < 0 or > 1_000_000) problems.Add(new FieldProblem(path, "0 to 1000000", value.Value.ToString(CultureInfo.InvariantCulture)));
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Shown(string text) => $"'{(text.Length <= 60 ? text : text[..60] + "…")}'";
}
