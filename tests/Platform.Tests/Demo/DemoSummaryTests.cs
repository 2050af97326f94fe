using Platform.CommandLine.Demo;
using Platform.CommandLine.Load;
using Platform.Metrics;
using Spectre.Console;

namespace Platform.CommandLine.Tests.Demo;

public sealed class DemoSummaryTests
{
    [Fact]
    public void Of_AddsThePhasesUpAndTakesQuantilesOverAllOfThem()
    {
        var summary = DemoSummary.Of(Facts());
        var all = summary.Phases[^1];
        Assert.Equal("all", all.Phase);
        Assert.Equal(200, all.Requests);
        Assert.Equal(3, all.FailedRequests);
        Assert.InRange(all.P99Milliseconds!.Value, 990, 1010);
        Assert.InRange(summary.Phases[0].P99Milliseconds!.Value, 9.9, 10.1);
    }

    [Fact]
    public void Write_NamesEveryPhaseAndEveryPromise()
    {
        using var written = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(written), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        console.Profile.Width = 200;
        var summary = DemoSummary.Of(Facts());
        summary.Write(console);
        Assert.All(summary.Phases, phase => Assert.Contains(phase.Phase, written.ToString()));
        Assert.All(summary.Promises, promise => Assert.Contains("✗ " + promise.Name, written.ToString()));
        Assert.DoesNotContain('\u001b', written.ToString());
    }

    private static DemoFacts Facts() => new()
    {
        Day = "a day",
        Duration = TimeSpan.FromSeconds(30),
        Phases = [Phase("fast", 0.010, 0), Phase("slow", 1.0, 3)],
        Replicas = [],
        Demand = [1],
    };

    private static PhaseFigures Phase(string name, double seconds, long failures)
    {
        var latency = new LatencyHistogram();
        latency.Record(seconds, 100);
        return new PhaseFigures { Name = name, Requests = 100, Failures = failures, Latency = latency, Reasons = new Dictionary<string, long>() };
    }
}
