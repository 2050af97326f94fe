using Platform.CommandLine.Load;
using Platform.CommandLine.Rendering;
using Platform.Metrics;
using Spectre.Console;

namespace Platform.CommandLine.Demo;

/// <summary>A phase's figures for programs.</summary>
internal sealed record PhaseSummary
{
    /// <summary>The phase.</summary>
    public required string Phase { get; init; }
    /// <summary>Requests sent in it.</summary>
    public required long Requests { get; init; }
    /// <summary>Of them, failed.</summary>
    public required long FailedRequests { get; init; }
    /// <summary>Median latency.</summary>
    public required double? P50Milliseconds { get; init; }
    /// <summary>95th percentile.</summary>
    public required double? P95Milliseconds { get; init; }
    /// <summary>99th percentile.</summary>
    public required double? P99Milliseconds { get; init; }
    /// <summary>Why requests failed.</summary>
    public required IReadOnlyDictionary<string, long> Reasons { get; init; }

    public static PhaseSummary Of(PhaseFigures phase) => Of(phase.Name, phase.Requests, phase.Failures, phase.Latency, phase.Reasons);

    public static PhaseSummary Of(string name, long requests, long failures, LatencyHistogram latency, IReadOnlyDictionary<string, long> reasons) => new()
    {
        Phase = name,
        Requests = requests,
        FailedRequests = failures,
        P50Milliseconds = Quantile(latency, 0.5),
        P95Milliseconds = Quantile(latency, 0.95),
        P99Milliseconds = Quantile(latency, 0.99),
        Reasons = reasons,
    };

    private static double? Quantile(LatencyHistogram latency, double q) => latency.Count == 0 ? null : Math.Round(latency.Quantile(q) * 1000, 2);
}

/// <summary>What the demonstration ends with.</summary>
internal sealed record DemoSummary
{
    private const int ChartWidth = 72;

    /// <summary>The day.</summary>
    public required string Day { get; init; }
    /// <summary>Figures by phase; the last one is all of them together.</summary>
    public required IReadOnlyList<PhaseSummary> Phases { get; init; }
    /// <summary>Seconds from asking for v2 until it had all traffic.</summary>
    public required double? SwitchSeconds { get; init; }
    /// <summary>Seconds from v3's first failed answer until it had no traffic.</summary>
    public required double? RollbackSeconds { get; init; }
    /// <summary>Replicas that served, sampled over the day.</summary>
    public required IReadOnlyList<int> Replicas { get; init; }
    /// <summary>Requests per second, by slot of the day.</summary>
    public required IReadOnlyList<double> Demand { get; init; }
    /// <summary>The scaling beside a HorizontalPodAutoscaler's on the same demand; null: nothing was compared.</summary>
    public ScalingComparison? Scaling { get; init; }
    /// <summary>What was promised.</summary>
    public required IReadOnlyList<Promise> Promises { get; init; }
    /// <summary>Whether every promise was kept.</summary>
    public bool AreKept => Promises.All(promise => promise.IsKept);

    public static DemoSummary Of(DemoFacts facts)
    {
        var all = new LatencyHistogram();
        foreach (var phase in facts.Phases) all.Merge(phase.Latency);
        var reasons = facts.Phases.SelectMany(p => p.Reasons).GroupBy(r => r.Key).ToDictionary(g => g.Key, g => g.Sum(r => r.Value));
        var total = PhaseSummary.Of("all", facts.Phases.Sum(p => p.Requests), facts.Phases.Sum(p => p.Failures), all, reasons);
        return new DemoSummary
        {
            Day = facts.Day,
            Phases = [.. facts.Phases.Select(PhaseSummary.Of), total],
            SwitchSeconds = facts.Second?.TimeToSwitch?.TotalSeconds,
            RollbackSeconds = facts.Third?.TimeToRollBack?.TotalSeconds,
            Replicas = [.. facts.Replicas.Select(point => point.Serving)],
            Demand = facts.Demand,
            Scaling = facts.Scaling,
            Promises = Demo.Promises.Judge(facts),
        };
    }

    public void Write(IAnsiConsole console)
    {
        var table = Tables.Plain().AddColumn("PHASE");
        foreach (var heading in (string[])["REQUESTS", "FAILED", "P50", "P95", "P99"]) table.AddColumn(new TableColumn(heading).RightAligned());
        foreach (var phase in Phases)
        {
            table.AddRow(
                Markup.Escape(phase.Phase),
                $"{phase.Requests:N0}",
                phase.FailedRequests == 0 ? "0" : $"[red]{phase.FailedRequests:N0}[/]",
                Milliseconds(phase.P50Milliseconds),
                Milliseconds(phase.P95Milliseconds),
                Milliseconds(phase.P99Milliseconds));
        }

        console.WriteLine();
        console.Write(table);
        console.WriteLine();
        console.WriteLine($"demand    {Sparkline.Of(Demand, ChartWidth)}  up to {Demand.DefaultIfEmpty(0).Max():0} requests/s");
        console.WriteLine($"replicas  {Sparkline.Of([.. Replicas.Select(r => (double)r)], ChartWidth)}  {Replicas.DefaultIfEmpty(0).Min()} to {Replicas.DefaultIfEmpty(0).Max()}");
        Scaling?.Write(console);
        console.WriteLine($"v2 had all traffic {Seconds(SwitchSeconds)} after it was asked for; v3 had none {Seconds(RollbackSeconds)} after its first failed answer.");
        console.WriteLine();
        foreach (var promise in Promises)
        {
            console.MarkupLine(promise.IsKept
                ? $"[green]✓[/] {Markup.Escape(promise.Name)}: {Markup.Escape(promise.Because)}"
                : $"[red]✗[/] {Markup.Escape(promise.Name)}: {Markup.Escape(promise.Because)}");
        }
    }

    private static string Milliseconds(double? value) => value is { } known ? $"{known:0.0} ms" : "–";

    private static string Seconds(double? value) => value is { } known ? $"{known:0.0} s" : "(never seen)";
}
