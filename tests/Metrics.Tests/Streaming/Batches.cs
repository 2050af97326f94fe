using Platform.Metrics.Streaming;

namespace Platform.Metrics.Tests.Streaming;

internal static class Batches
{
    public static DateTimeOffset Start { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static MetricBatch Of(string application, DateTimeOffset at, params MetricSample[] samples) => new()
    {
        Source = "test",
        Application = application,
        At = at,
        Interval = TimeSpan.FromSeconds(1),
        Samples = samples,
    };

    public static MetricBatch Numbered(int number) => Of("app", Start, new MetricSample("n", "", "", number));

    public static int NumberOf(MetricBatch batch) => (int)batch.Samples[0].Value;
}
