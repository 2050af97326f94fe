using Platform.Contracts.Metrics;
using Platform.HealthMonitor.Live;
using Platform.Metrics.Windows;

namespace Platform.HealthMonitor.Dashboard;

/// <summary>Per-second series; element <c>i</c> is the second <c>From + i</c>; null: nothing was measured.</summary>
internal sealed record DashboardHistory
{
    /// <summary>Seconds that a number told every few seconds stands for at most.</summary>
    private const int LongestStand = 15;

    public required string Application { get; init; }

    public required DateTimeOffset From { get; init; }

    public required int StepSeconds { get; init; }

    public required double?[] RequestsPerSecond { get; init; }

    public required double?[] ErrorsPerSecond { get; init; }

    public required double?[] P50Milliseconds { get; init; }

    public required double?[] P95Milliseconds { get; init; }

    public required double?[] P99Milliseconds { get; init; }

    public required double?[] ReadyReplicas { get; init; }

    public required double?[] WantedReplicas { get; init; }

    /// <summary>Replicas that the demand needs.</summary>
    public required double?[] NeededReplicas { get; init; }

    /// <summary>Replicas that a HorizontalPodAutoscaler would have.</summary>
    public required double?[] ShadowReplicas { get; init; }

    /// <summary>The last seconds of an application, up to now.</summary>
    public static DashboardHistory Of(LiveMetrics metrics, string application, TimeSpan length, DateTimeOffset now)
    {
        var over = metrics.Windows.Over(length);
        var seconds = (int)length.TotalSeconds;
        var first = now.ToUnixTimeSeconds() - seconds;
        double?[] Series(Statistic statistic, string metric, double factor = 1)
        {
            var values = new double?[seconds];
            foreach (var point in over.History(statistic, application, metric))
            {
                var at = point.At.ToUnixTimeSeconds() - first;
                if (at >= 0 && at < seconds && point.Value is { } value) values[at] = Math.Round(value * factor, 4);
            }

            return values;
        }

        // Told every few seconds: a number stands until the next.
        double?[] Standing(string metric)
        {
            var values = Series(Statistic.Maximum, metric);
            for (var (i, since) = (1, int.MaxValue); i < values.Length; i++)
            {
                since = values[i] is not null ? 0 : values[i - 1] is null ? int.MaxValue : since + 1;
                if (since is > 0 and <= LongestStand) values[i] = values[i - 1];
            }

            return values;
        }

        return new DashboardHistory
        {
            Application = application,
            From = DateTimeOffset.FromUnixTimeSeconds(first),
            StepSeconds = 1,
            RequestsPerSecond = Series(Statistic.Sum, MetricNames.Requests),
            ErrorsPerSecond = Series(Statistic.Sum, MetricNames.Errors),
            P50Milliseconds = Series(Statistic.P50, MetricNames.Latency, 1000),
            P95Milliseconds = Series(Statistic.P95, MetricNames.Latency, 1000),
            P99Milliseconds = Series(Statistic.P99, MetricNames.Latency, 1000),
            ReadyReplicas = Series(Statistic.Maximum, LiveMetrics.SampledReady),
            WantedReplicas = Series(Statistic.Maximum, LiveMetrics.SampledWanted),
            NeededReplicas = Standing(LiveMetrics.SampledNeeded),
            ShadowReplicas = Standing(LiveMetrics.SampledShadow),
        };
    }
}
