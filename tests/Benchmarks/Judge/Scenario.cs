namespace Platform.Benchmarks.Judge;

/// <summary>What happens in a rollout. Times are seconds since the canary's first request.</summary>
internal sealed record Scenario
{
    public required string Name { get; init; }

    /// <summary>One of (a) to (f).</summary>
    public bool IsStandard { get; init; } = true;

    public required string Description { get; init; }

    /// <summary>When the canary becomes worse than its baseline; null: never, so every abort is a false one.</summary>
    public double? Onset { get; init; }

    /// <summary>How long the rollout is watched.</summary>
    public required double Seconds { get; init; }

    public Func<double, double> BaselineErrors { get; init; } = _ => 0.001;

    public Func<double, double> CanaryErrors { get; init; } = _ => 0.001;

    /// <summary>How many times slower than the distribution.</summary>
    public Func<double, double> BaselineSlowdown { get; init; } = _ => 1;

    public Func<double, double> CanarySlowdown { get; init; } = _ => 1;

    /// <summary>Only the slowest requests of the canary are slower by this factor, growing from the 85th percentile, whole from the 93rd.</summary>
    public double TailSlowdown { get; init; } = 1;

    /// <summary>Traffic, as a factor.</summary>
    public Func<double, double> Traffic { get; init; } = _ => 1;

    /// <summary>Chance per second of a burst in both revisions: a second in which every tenth request fails.</summary>
    public double CommonBursts { get; init; }

    /// <summary>Chance per second that one of 20 replicas stands still for half a second: its requests wait; the canary has as many of them as its weight.</summary>
    public double Pauses { get; init; }

    private const double Late = 600;
    private const double Whole = 1800;
    private const double Stage = 600;

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new() { Name = "a", Description = "no difference", Seconds = Whole },
        Errors("b0.5", 0.005), Errors("b1", 0.01), Errors("b5", 0.05),
        Slower("c10", 1.1), Slower("c25", 1.25), Slower("c50", 1.5), Slower("c100", 2),
        Tail("c25tail", 1.25), Tail("c50tail", 1.5),
        new() { Name = "dErrors", Description = "errors 0.1 % → 1 % after ten minutes", Seconds = Late + Stage, Onset = Late, CanaryErrors = t => t < Late ? 0.001 : 0.01 },
        new() { Name = "dLatency", Description = "p95 +50 % after ten minutes", Seconds = Late + Stage, Onset = Late, CanarySlowdown = t => t < Late ? 1 : 1.5 },
        new() { Name = "e", Description = "a warm-up: three times slower at first, the excess falling by e every ten seconds", Seconds = Whole, CanarySlowdown = t => 1 + 2 * Math.Exp(-t / 10) },
        new()
        {
            Name = "f", Description = "a day in half an hour: traffic ± 50 %, latency ± 30 %, errors ± 80 % in both", Seconds = Whole,
            Traffic = t => 1 + 0.5 * Day(t), BaselineSlowdown = t => 1 + 0.3 * Day(t), CanarySlowdown = t => 1 + 0.3 * Day(t),
            BaselineErrors = t => 0.001 * (1 + 0.8 * Day(t)), CanaryErrors = t => 0.001 * (1 + 0.8 * Day(t)),
        },
        new()
        {
            Name = "edge", IsStandard = false, Description = "as bad as is tolerated: 5 % slower, 1.1 × the errors + 0.02 %", Seconds = Whole,
            CanarySlowdown = _ => 1.05, CanaryErrors = _ => 0.0013,
        },
        new() { Name = "bursts", IsStandard = false, Description = "every minute a second in which a tenth of all requests fails, in both", Seconds = Whole, CommonBursts = 1 / 60.0 },
        new() { Name = "pauses", IsStandard = false, Description = "every replica stands still for half a second now and then, in both", Seconds = Whole, Pauses = 1 / 30.0 },
        new() { Name = "zeroErrors", IsStandard = false, Description = "no errors at all in either", Seconds = Whole, BaselineErrors = _ => 0, CanaryErrors = _ => 0 },
        new() { Name = "zeroTo1", IsStandard = false, Description = "errors 0 → 1 %", Seconds = Stage, Onset = 0, BaselineErrors = _ => 0, CanaryErrors = _ => 0.01 },
        new() { Name = "broken", IsStandard = false, Description = "every second request fails", Seconds = Stage, Onset = 0, CanaryErrors = _ => 0.5 },
    ];

    private static double Day(double t) => Math.Sin(2 * Math.PI * t / Whole);

    private static Scenario Errors(string name, double rate) =>
        new() { Name = name, Description = $"errors 0.1 % → {rate * 100:0.#} %", Seconds = Stage, Onset = 0, CanaryErrors = _ => rate };

    private static Scenario Slower(string name, double factor) =>
        new() { Name = name, Description = $"p95 +{(factor - 1) * 100:0} %: every request", Seconds = Stage, Onset = 0, CanarySlowdown = _ => factor };

    private static Scenario Tail(string name, double factor) =>
        new() { Name = name, IsStandard = false, Description = $"p95 +{(factor - 1) * 100:0} %: only the slowest requests", Seconds = Stage, Onset = 0, TailSlowdown = factor };
}
