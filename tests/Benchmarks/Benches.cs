using Platform.Benchmarks.Anomalies;
using Platform.Benchmarks.Autoscale;
using Platform.Benchmarks.AutoscaleFleet;
using Platform.Benchmarks.Forecast;
using Platform.Benchmarks.Gateway;
using Platform.Benchmarks.Judge;
using Platform.Benchmarks.Rollout;
using Platform.Benchmarks.Stream;

namespace Platform.Benchmarks;

/// <summary>Every bench there is.</summary>
internal static class Benches
{
    public static IReadOnlyList<IBench> All { get; } =
    [
        new StreamBench(),
        new GatewayBench(),
        new RolloutBench(),
        new RollbackBench(),
        new JudgeBench(),
        new ForecastBench(),
        new AnomaliesBench(),
        new AutoscaleBench(),
        new AutoscaleFleetBench(),
    ];
}
