using Platform.Autoscaler.Anomalies.Detection;

namespace Platform.Benchmarks.Anomalies;

/// <summary>The production detector. The probation of the series is its warm-up, as every detector of the benchmark is told it; nothing else depends on the series.</summary>
internal sealed class AnomalyScores(int probation) : IDetectorUnderTest
{
    private readonly AnomalyDetector _detector = new(new AnomalyDetectorOptions { WarmUp = probation });

    public double Next(DateTimeOffset time, double value) => _detector.Observe(time, value).Score;
}
