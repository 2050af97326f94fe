using System.Globalization;
using Platform.Autoscaler.Anomalies.Detection;
using Platform.Contracts.Metrics;

namespace Platform.Autoscaler.Anomalies.Watching;

/// <summary>An anomaly in words.</summary>
internal static class AnomalySentence
{
    public static string Of(string metric, double value, ExpectedRange expected, AnomalyReading reading)
    {
        var what = reading.Kind switch
        {
            AnomalyKind.Season => $"unusual for this time of the day, {Between(metric, expected)}",
            AnomalyKind.Level => $"its level moved from {Between(metric, expected)}",
            AnomalyKind.Shape => $"its course resembles none before, {Between(metric, expected)}",
            _ => $"it varies more than ever, {Between(metric, expected)}",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{Name(metric)} is {Text(metric, value)}: {what}; one minute in {Math.Round(1 / Math.Max(1 - reading.Score, 1e-6)):0} is as unusual.");
    }

    private static string Between(string metric, ExpectedRange expected) => $"usual is {Text(metric, expected.Low)} to {Text(metric, expected.High)}";

    private static string Name(string metric) => metric switch
    {
        MetricNames.Latency => "p95 latency",
        MetricNames.Requests => "requests",
        _ => metric,
    };

    private static string Text(string metric, double value) => metric switch
    {
        MetricNames.Requests or MetricNames.Errors => string.Create(CultureInfo.InvariantCulture, $"{value:0.##}/s"),
        MetricNames.Latency => string.Create(CultureInfo.InvariantCulture, $"{value * 1000:0.#} ms"),
        MetricNames.Memory when value >= 0 => string.Create(CultureInfo.InvariantCulture, $"{value / (1 << 20):0.#} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:0.###}"),
    };
}
