namespace Platform.Benchmarks.Anomalies;

/// <summary>Scores drawn at random: what the scoring gives for nothing.</summary>
internal sealed class RandomScores(int seed) : IDetectorUnderTest
{
    private readonly Random _random = new(seed);

    public double Next(DateTimeOffset time, double value) => _random.NextDouble();
}
