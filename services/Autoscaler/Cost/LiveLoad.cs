using Platform.Autoscaler.RightSizing;
using Platform.Contracts.Metrics;
using Platform.Metrics.Windows;

namespace Platform.Autoscaler.Cost;

/// <summary>Reads seconds and half minutes of an application out of the windows of the metric stream.</summary>
internal static class LiveLoad
{
    /// <summary>Samples of a second come in this much later; the seconds before are settled.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    /// <summary>A second; null: nobody measured it.</summary>
    /// <param name="windows">The windows.</param>
    /// <param name="account">The application.</param>
    /// <param name="at">The second, not settled for longer than the windows remember.</param>
    /// <param name="now">The time.</param>
    /// <param name="wanted">Replicas that scaling wants; the gauge of that name adds up the revisions of a rollout.</param>
    public static LoadSecond? Read(MetricWindows windows, CostAccount account, DateTimeOffset at, DateTimeOffset now, int wanted)
    {
        var over = windows.Over(now - at + TimeSpan.FromSeconds(2));
        double? Of(Statistic statistic, string metric, string? revision = null)
        {
            foreach (var point in over.History(statistic, account.Application, metric, revision, revision))
            {
                if (point.At == at) return point.Value;
            }

            return null;
        }

        var requests = Of(Statistic.Sum, MetricNames.Requests);
        var isServed = requests is not null || over.Last(account.Application, MetricNames.InFlight) is not null;
        if (Of(Statistic.Last, MetricNames.ReadyReplicas, revision: "") is not { } ready || (!isServed && account.Capacity.RequestsPerSecond is not null)) return null;
        var cores = Of(Statistic.Last, MetricNames.Cpu);
        return new LoadSecond
        {
            At = at,
            Requests = requests ?? 0,
            Cores = cores ?? (ready == 0 ? 0 : double.NaN),
            Bytes = Of(Statistic.Last, MetricNames.Memory) ?? (ready == 0 ? 0 : double.NaN),
            Ready = (int)Math.Round(ready),
            Wanted = wanted,

            // Those that start or drain are paid for too; a replica's cpu says that it is there.
            Running = Math.Max((int)Math.Round(ready), over.MeanPerReplica(account.Application, MetricNames.Cpu).Count),
        };
    }

    /// <summary>The last half minute per replica.</summary>
    public static UsageSample Sample(MetricWindows windows, CostAccount account, DateTimeOffset now)
    {
        var over = windows.Over(UsageProfile.SampleLength);
        return new UsageSample(
            now,
            [.. over.MeanPerReplica(account.Application, MetricNames.Cpu).Values],
            [.. over.MeanPerReplica(account.Application, MetricNames.Memory).Values],
            AtFewest: account.Wanted <= account.Settings.Min,
            AtMost: account.Wanted >= account.Settings.Max);
    }
}
