using System.Diagnostics;

namespace Platform.Benchmarks.AutoscaleFleet;

/// <summary>
/// The autoscaler as it runs, with a fleet: every application's gateway and replicas are measured once a second, decisions are due once a second,
/// some applications' demand changes all the time. Everything, the measuring side too, on one core.
/// </summary>
internal sealed class AutoscaleFleetBench : IBench
{
    private const double LatencyTarget = 1.0;

    public string Name => "autoscale-fleet";

    public string Description => "decision latency, processor time and memory of the autoscaler with thousands of applications, on one core";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("applications", "how many", "10000"),
        new("replicas", "of each", "3"),
        new("seconds", "measured, after 15 to warm up; a minute holds everything that is done once a minute", "60"),
        new("changing", "percent of the applications whose demand changes in a second", "1"),
        new("parts", "all, or decisions (without costs and anomalies)", "all"),
        new("cores", "processor cores it may use", "1"),
    ];

    public async Task<BenchResult> RunAsync(BenchContext context)
    {
        var cores = context.Integer("cores");
        if (context.Text("parts") is not ("all" or "decisions")) throw new BenchUsageException("--parts: all or decisions.");
        using var process = Process.GetCurrentProcess();
        if (OperatingSystem.IsLinux() && cores < Environment.ProcessorCount) process.ProcessorAffinity = (nint)((1L << cores) - 1);

        await using var fleet = await FleetUnderTest.StartAsync(context.Integer("applications"), context.Integer("replicas"), context.Number("changing") / 100, context.Text("parts") == "all", context);
        context.Say("warming up …");
        await fleet.RunAsync(15, context.CancellationToken);
        fleet.BeginMeasuring();
        context.Say("measuring …");
        var (before, allocated, paused, collections) = (Cpu(process), GC.GetTotalAllocatedBytes(), GC.GetTotalPauseDuration(), Collections());
        var watch = Stopwatch.StartNew();
        await fleet.RunAsync(context.Integer("seconds"), context.CancellationToken);
        var (elapsed, cpu) = (watch.Elapsed.TotalSeconds, Cpu(process) - before);
        (allocated, paused) = (GC.GetTotalAllocatedBytes() - allocated, GC.GetTotalPauseDuration() - paused);
        var collected = Collections().Zip(collections, (after, earlier) => after - earlier);
        var figures = fleet.Figures();
        var memory = fleet.MemoryPerApplication();
        var row = new Dictionary<string, object?>
        {
            ["subject"] = "ours",
            ["applications"] = context.Integer("applications"),
            ["replicas"] = context.Integer("replicas"),
            ["parts"] = context.Text("parts"),
            ["cores"] = cores,
            ["samplesPerSecond"] = Math.Round(figures.Samples / elapsed),
            ["decisionsPerSecond"] = Math.Round(figures.Decisions / elapsed),
            ["commandsPerSecond"] = Math.Round(figures.Commands / elapsed, 1),
            ["p50Milliseconds"] = Math.Round(figures.P50 * 1000),
            ["p99Milliseconds"] = Math.Round(figures.P99 * 1000),
            ["maximumMilliseconds"] = Math.Round(figures.Maximum * 1000),
            ["coresUsed"] = Math.Round(cpu / elapsed, 2),
            ["coresUsedByTheMeasuringSide"] = Math.Round(fleet.CpuOfMeasuring / elapsed, 3),
            ["processorMicrosecondsPerApplicationAndSecond"] = Math.Round(cpu / elapsed / context.Integer("applications") * 1e6, 1),
            ["allocatedBytesPerApplicationAndSecond"] = Math.Round(allocated / elapsed / context.Integer("applications")),
            ["collections"] = string.Join(" + ", collected),
            ["collectionPausesPercent"] = Math.Round(paused.TotalSeconds / elapsed * 100, 1),
            ["droppedBatches"] = figures.Dropped,
            ["memoryPerApplicationKilobytes"] = Math.Round(memory / 1024.0, 1),
            ["historyAfterAYearPerApplicationKilobytes"] = Math.Round(fleet.FullHistoryPerApplication() / 1024.0, 1),
        };
        return new BenchResult(
            [row],
            [
                new BenchPromise($"99 of 100 decisions within {LatencyTarget:0} s of the measurement", figures.P99 <= LatencyTarget),
                new BenchPromise("every application is decided for once a second", figures.Decisions / elapsed >= 0.95 * context.Integer("applications")),
                new BenchPromise("no measurement is dropped", figures.Dropped == 0),
            ]);
    }

    /// <summary>Of the youngest generation alone, of the two youngest, of all.</summary>
    private static int[] Collections() => [GC.CollectionCount(0) - GC.CollectionCount(1), GC.CollectionCount(1) - GC.CollectionCount(2), GC.CollectionCount(2)];

    private static double Cpu(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime.TotalSeconds;
    }
}
