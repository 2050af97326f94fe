using Platform.Deployment.Configuration;
using Platform.Deployment.Reports;
using Platform.Deployment.Usage;
using Platform.Metrics;

namespace Platform.Deployment.Tests.Reports;

public sealed class ReportTablesTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);

    private static readonly ReportFacts Day = new(Start, Start.AddDays(1))
    {
        Rollouts =
        [
            new EndedRollout { Application = "shop", State = "completed", CreatedAt = Start, EndedAt = Start.AddMinutes(1) },
            new EndedRollout { Application = "shop", State = "rolledBack", CreatedAt = Start, EndedAt = Start.AddMinutes(3) },
        ],
        Steps = [new EndedStep { Application = "shop", Step = "rollBack", Duration = TimeSpan.FromSeconds(1.5) }],
        Scalings =
        [
            new Scaled { Application = "cart", ReplicasBefore = 2, ReplicasAfter = 5 },
            new Scaled { Application = "cart", ReplicasBefore = 5, ReplicasAfter = 99, Refused = "too many" },
        ],
        Replicas =
        [
            // Six hours of it lie in the day.
            new Ran { Application = "shop", Revision = "v1", State = "stopped", StartedAt = Start.AddHours(-6), ReadyAt = Start.AddHours(-6), EndedAt = Start.AddHours(6), Cpu = 0.5, MemoryBytes = 1L << 30 },
            new Ran { Application = "shop", Revision = "v2", State = "ready", StartedAt = Start.AddHours(20), ReadyAt = Start.AddHours(20).AddSeconds(2) },
            new Ran { Application = "shop", Revision = "v2", State = "failed", StartedAt = Start.AddHours(1), EndedAt = Start.AddHours(2) },
        ],
        Usage =
        [
            new UsageHour("shop", Start) { Requests = 900, Errors = 1, Latencies = Latencies(0.01, 900), CpuSeconds = 1800, ShortSeconds = 30 },
            new UsageHour("shop", Start.AddHours(1)) { Requests = 100, Errors = 2, Latencies = Latencies(0.1, 100), CpuSeconds = 1800, MemoryByteSeconds = 3600.0 * (1L << 30), ShortSeconds = 12, OutSeconds = 2 },
        ],
    };

    [Fact]
    public void Reports_AddUpWhatWasMeasured()
    {
        AssertRow("summary", "shop", ("requests", 1000L), ("errorPercent", 0.3));
        AssertRow("health", "shop", ("availabilityPercent", 99.7), ("tooFewReadySeconds", 42.0), ("noneReadySeconds", 2.0));
        AssertRow("cost", "shop", ("usedCoreHours", 1.0), ("usedGibHours", 1.0));
        AssertRow("summary", "cart", ("requests", null), ("errorPercent", null));
        var table = ReportTables.Make("performance", Day, new PriceSettings())!;
        var shop = table.Columns.Zip(table.Rows.Single(r => (string?)r[0] == "shop")).ToDictionary(c => c.First, c => c.Second);
        Assert.InRange((double)shop["p50Milliseconds"]!, 9.8, 10.2);
        Assert.InRange((double)shop["p95Milliseconds"]!, 98, 102);
    }

    [Fact]
    public void Summary_CountsByApplication() => AssertRow("summary", "shop", ("rollouts", 2), ("completed", 1), ("rolledBack", 1), ("successPercent", 50.0), ("replicaHours", 11.0));

    [Fact]
    public void Scaling_TellsWhatWasDoneFromWhatWasRefused() => AssertRow("scaling", "cart", ("up", 1), ("down", 0), ("refused", 1), ("fewestReplicas", 2), ("mostReplicas", 5));

    [Fact]
    public void Health_CountsReplicasThatFailed() => AssertRow("health", "shop", ("replicasStarted", 2), ("replicasNeverHealthy", 1), ("replicasFailed", 1), ("rolloutsTakenBack", 1));

    [Fact]
    public void Performance_GivesMediansAndP95_AndNothingWhereNothingHappened()
    {
        AssertRow("performance", "shop", ("rolloutMedianSeconds", 60.0), ("rolloutP95Seconds", 180.0), ("rollBackMedianSeconds", 1.5), ("shiftMedianSeconds", null), ("untilHealthyMedianSeconds", 2.0));
        AssertRow("performance", "cart", ("rolloutMedianSeconds", null));
    }

    [Fact]
    public void Cost_IsHoursTimesPrices_AndIsLeftOutWithoutAPrice()
    {
        var priced = ReportTables.Make("cost", Day, new PriceSettings { ReplicaHour = 1, CpuCoreHour = 2 })!;
        Assert.Equal(["application", "replicaHours", "coreHours", "usedCoreHours", "gibHours", "usedGibHours", "costEur"], priced.Columns);
        Assert.Equal(["shop", 11.0, 3.0, 1.0, 6.0, 1.0, 17.0], priced.Rows[1]);
        Assert.Contains("counted as zero", priced.NotKnown[0]);

        var unpriced = ReportTables.Make("cost", Day, new PriceSettings())!;
        Assert.DoesNotContain("costEur", unpriced.Columns);
        Assert.Contains("no price is set", unpriced.NotKnown[0]);
    }

    [Fact]
    public void Make_OfNothing_IsEmpty_AndWhatWasCutSaysSo()
    {
        Assert.All(ReportTables.Names, name => Assert.Empty(ReportTables.Make(name, new ReportFacts(Start, Start.AddDays(7)), new PriceSettings())!.Rows));
        Assert.Contains("shorter period", ReportTables.Make("summary", Day with { IsCut = true }, new PriceSettings())!.NotKnown[^1]);
        Assert.Null(ReportTables.Make("none", Day, new PriceSettings()));
    }

    [Fact]
    public void Text_EscapesWhatItIsGiven()
    {
        var table = new ReportTable(["application", "figure"], [["a,\"b\"<i>", 1.5], ["c", null]], ["less < more"]);

        Assert.Equal("application,figure\r\n\"a,\"\"b\"\"<i>\",1.5\r\nc,\r\n", ReportText.Csv(table));
        var page = ReportText.Html("x & y", Day, table);
        Assert.Contains("&quot;b&quot;&lt;i&gt;", page);
        Assert.Contains("less &lt; more", page);
        Assert.DoesNotContain("<i>", page);
    }

    private static LatencyHistogram Latencies(double seconds, long count)
    {
        var latencies = new LatencyHistogram();
        latencies.Record(seconds, count);
        return latencies;
    }

    private static void AssertRow(string report, string application, params (string Column, object? Value)[] expected)
    {
        var table = ReportTables.Make(report, Day, new PriceSettings())!;
        var row = table.Rows.Single(r => (string?)r[0] == application);
        Assert.Equal(expected, expected.Select(e => (e.Column, row[table.Columns.ToList().IndexOf(e.Column)])));
    }
}
