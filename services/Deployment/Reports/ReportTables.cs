using Platform.Deployment.Configuration;
using Platform.Deployment.Usage;

namespace Platform.Deployment.Reports;

/// <summary>Facts → the table of a report: a row per application, by name. Pure. What the database does not know is left out, and said.</summary>
internal static class ReportTables
{
    private const double BytesPerGib = 1L << 30;
    private const double SecondsPerHour = 3600;
    private const string WholeHours = "Requests, latencies and use, exactly at the edges: they are added up by whole hours, written once a minute.";

    /// <summary>Every report by its name.</summary>
    public static IReadOnlyList<string> Names { get; } = ["summary", "scaling", "health", "performance", "cost"];

    /// <summary>The table of that name; null: there is none.</summary>
    public static ReportTable? Make(string name, ReportFacts facts, PriceSettings prices) => name switch
    {
        "summary" => Summary(facts),
        "scaling" => Scaling(facts),
        "health" => Health(facts),
        "performance" => Performance(facts),
        "cost" => Cost(facts, prices),
        _ => null,
    };

    private static ReportTable Summary(ReportFacts facts) => Table(
        facts,
        ["application", "rollouts", "completed", "rolledBack", "failed", "successPercent", "scalings", "replicaHours", "requests", "errorPercent"],
        application =>
        {
            var rollouts = facts.Rollouts.Where(r => r.Application == application).ToList();
            var completed = rollouts.Count(r => r.State == "completed");
            var usage = Usage(facts, application);
            return
            [
                application, rollouts.Count, completed, rollouts.Count(r => r.State == "rolledBack"), rollouts.Count(r => r.State == "failed"),
                rollouts.Count == 0 ? null : Round(100.0 * completed / rollouts.Count),
                facts.Scalings.Count(s => s.Application == application && s.Refused is null), Round(Hours(facts, application)),
                usage?.Requests, ErrorPercent(usage),
            ];
        },
        [WholeHours]);

    private static ReportTable Scaling(ReportFacts facts) => Table(
        facts,
        ["application", "up", "down", "refused", "fewestReplicas", "mostReplicas"],
        application =>
        {
            var all = facts.Scalings.Where(s => s.Application == application).ToList();
            var done = all.Where(s => s.Refused is null).ToList();
            return
            [
                application, done.Count(s => s.ReplicasAfter > s.ReplicasBefore), done.Count(s => s.ReplicasAfter < s.ReplicasBefore), all.Count - done.Count,
                done.Count == 0 ? null : done.Min(s => Math.Min(s.ReplicasBefore, s.ReplicasAfter)), done.Count == 0 ? null : done.Max(s => Math.Max(s.ReplicasBefore, s.ReplicasAfter)),
            ];
        },
        ["Replicas that a rollout changed: only what somebody or the autoscaler scaled is in the scaling history."]);

    private static ReportTable Health(ReportFacts facts) => Table(
        facts,
        ["application", "replicasStarted", "replicasNeverHealthy", "replicasFailed", "rolloutsTakenBack", "availabilityPercent", "tooFewReadySeconds", "noneReadySeconds"],
        application =>
        {
            var replicas = facts.Replicas.Where(r => r.Application == application).ToList();
            var usage = Usage(facts, application);
            return
            [
                application, replicas.Count(r => r.StartedAt >= facts.From), replicas.Count(r => r is { ReadyAt: null, EndedAt: not null } && r.EndedAt < facts.To),
                replicas.Count(r => r.State == "failed" && r.EndedAt < facts.To), facts.Rollouts.Count(r => r.Application == application && r.State == "rolledBack"),
                Rounded(100 - ErrorPercent(usage)), Rounded(usage?.ShortSeconds), Rounded(usage?.OutSeconds),
            ];
        },
        ["Alerts: the health monitor keeps them (./platform alerts).", WholeHours]);

    private static ReportTable Performance(ReportFacts facts) => Table(
        facts,
        ["application", "requests", "p50Milliseconds", "p95Milliseconds", "p99Milliseconds", "rolloutMedianSeconds", "rolloutP95Seconds", "startMedianSeconds", "shiftMedianSeconds", "rollBackMedianSeconds", "untilHealthyMedianSeconds", "untilHealthyP95Seconds"],
        application =>
        {
            var rollouts = facts.Rollouts.Where(r => r.Application == application).Select(r => r.EndedAt - r.CreatedAt).ToList();
            var usage = Usage(facts, application);
            var healthy = facts.Replicas.Where(r => r.Application == application && r.StartedAt >= facts.From && r.ReadyAt is not null).Select(r => r.ReadyAt!.Value - r.StartedAt).ToList();
            return
            [
                application, usage?.Requests, Latency(0.5), Latency(0.95), Latency(0.99), Quantile(rollouts, 0.5), Quantile(rollouts, 0.95), Step("start"), Step("shift"), Step("rollBack"), Quantile(healthy, 0.5), Quantile(healthy, 0.95),
            ];

            double? Latency(double q) => usage is { Latencies.Count: > 0 } ? Round(1000 * usage.Latencies.Quantile(q)) : null;
            double? Step(string step) => Quantile([.. facts.Steps.Where(s => s.Application == application && s.Step == step).Select(s => s.Duration)], 0.5);
        },
        [WholeHours]);

    private static ReportTable Cost(ReportFacts facts, PriceSettings prices)
    {
        var isPriced = (prices.ReplicaHour ?? prices.CpuCoreHour ?? prices.MemoryGibHour) is not null;
        var unsized = facts.Replicas.Any(r => (prices.CpuCoreHour is not null && r.Cpu is null) || (prices.MemoryGibHour is not null && r.MemoryBytes is null));
        List<string> notKnown = ["Anything but replicas: traffic, storage, licences.", WholeHours];
        if (!isPriced) notKnown.Insert(0, "The cost: no price is set (prices of ./platform config).");
        if (unsized) notKnown.Insert(0, "Cores or memory of replicas whose manifest reserves none (resources): they are counted as zero.");
        return Table(
            facts,
            ["application", "replicaHours", "coreHours", "usedCoreHours", "gibHours", "usedGibHours", .. isPriced ? new[] { "cost" + prices.Currency[..1] + prices.Currency[1..].ToLowerInvariant() } : []],
            application =>
            {
                var replicas = facts.Replicas.Where(r => r.Application == application).ToList();
                var hours = replicas.Sum(r => HoursOf(facts, r));
                var cores = replicas.Sum(r => HoursOf(facts, r) * (r.Cpu ?? 0));
                var gib = replicas.Sum(r => HoursOf(facts, r) * (r.MemoryBytes ?? 0) / BytesPerGib);
                var cost = ((decimal)hours * (prices.ReplicaHour ?? 0)) + ((decimal)cores * (prices.CpuCoreHour ?? 0)) + ((decimal)gib * (prices.MemoryGibHour ?? 0));
                var usage = Usage(facts, application);
                return [application, Round(hours), Round(cores), Rounded(usage?.CpuSeconds / SecondsPerHour), Round(gib), Rounded(usage?.MemoryByteSeconds / SecondsPerHour / BytesPerGib), .. isPriced ? new object?[] { Round((double)cost) } : []];
            },
            notKnown);
    }

    private static ReportTable Table(ReportFacts facts, IReadOnlyList<string> columns, Func<string, object?[]> row, IReadOnlyList<string> notKnown)
    {
        var applications = facts.Rollouts.Select(r => r.Application).Concat(facts.Scalings.Select(s => s.Application)).Concat(facts.Replicas.Select(r => r.Application)).Concat(facts.Usage.Select(u => u.Application))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return new ReportTable(columns, [.. applications.Select(row)], facts.IsCut ? [.. notKnown, "All of it: there was more than one report reads. Ask for a shorter period."] : notKnown);
    }

    /// <summary>All its hours together; null: nothing was measured.</summary>
    private static UsageHour? Usage(ReportFacts facts, string application) =>
        facts.Usage.Where(u => u.Application == application).Aggregate((UsageHour?)null, (sum, hour) => sum?.Plus(hour) ?? hour);

    private static double? ErrorPercent(UsageHour? usage) => usage is { Requests: > 0 } ? Round(100.0 * usage.Errors / usage.Requests) : null;

    private static double? Rounded(double? value) => value is { } known ? Round(known) : null;

    private static double Hours(ReportFacts facts, string application) => facts.Replicas.Where(r => r.Application == application).Sum(r => HoursOf(facts, r));

    private static double HoursOf(ReportFacts facts, Ran replica)
    {
        var from = replica.StartedAt > facts.From ? replica.StartedAt : facts.From;
        var to = replica.EndedAt is { } ended && ended < facts.To ? ended : facts.To;
        return Math.Max(0, (to - from).TotalHours);
    }

    /// <summary>The nearest rank; null: of nothing.</summary>
    private static double? Quantile(IReadOnlyList<TimeSpan> spans, double q) =>
        spans.Count == 0 ? null : Round(spans.Order().ElementAt((int)Math.Ceiling(q * spans.Count) - 1).TotalSeconds);

    private static double Round(double value) => Math.Round(value, 3);
}

/// <summary>A report's table.</summary>
/// <param name="Columns">Names of the columns, their unit at the end.</param>
/// <param name="Rows">A value per column: text, a number, or null where there is none.</param>
/// <param name="NotKnown">What a reader might expect and does not find, in sentences.</param>
internal sealed record ReportTable(IReadOnlyList<string> Columns, IReadOnlyList<object?[]> Rows, IReadOnlyList<string> NotKnown);
