namespace Platform.Benchmarks.Anomalies;

/// <summary>A detector of one series: told each row once, in order.</summary>
internal interface IDetectorUnderTest
{
    /// <summary>Takes in the next row and says how anomalous it is, 0 to 1, knowing nothing of later rows.</summary>
    double Next(DateTimeOffset time, double value);
}
