using Platform.Autoscaler.RightSizing;
using Platform.Contracts.Metrics;
using Platform.Metrics.Windows;

namespace Platform.Autoscaler.Cost;

/// <summary>Reads seconds and half minutes of an application out of the windows of the metric stream.</summary>
internal static class LiveLoad
{
    /// <summary>Samples of a second come in this much later; the seconds before are settled.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    /// <summary>Seconds that can be read at once.</summary>
    public const int Most = 40;

    /// <summary>Who reported within so many seconds before a second …</summary>
    private const int Before = 3;

    /// <summary>… or after it was there. No more than is settled, so that it does not matter when it is read.</summary>
    private const int After = 2;

    /// <summary>Reads seconds in a row in one pass: the same, whenever it is done once they are settled.</summary>
    /// <param name="windows">The windows.</param>
    /// <param name="account">The application.</param>
    /// <param name="first">The first second.</param>
    /// <param name="wanted">Replicas that scaling wants; the gauge of that name adds up the revisions of a rollout.</param>
    /// <param name="seconds">Takes the seconds that somebody measured, oldest first. Its length says how many to read.</param>
    /// <returns>How many somebody measured.</returns>
    public static int Read(MetricWindows windows, CostAccount account, DateTimeOffset first, int wanted, Span<LoadSecond> seconds)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seconds.Length, Most);
        var (count, application) = (seconds.Length, account.Application);
        Span<double> ready = stackalloc double[count], requests = stackalloc double[count], cores = stackalloc double[count], bytes = stackalloc double[count];
        Span<double> inFlight = stackalloc double[Before + count + After];
        Span<int> running = stackalloc int[count];
        windows.Seconds(Statistic.Last, application, MetricNames.ReadyReplicas, first, ready, revision: "", replica: "");
        windows.Seconds(Statistic.Sum, application, MetricNames.Requests, first, requests);
        windows.Seconds(Statistic.Last, application, MetricNames.InFlight, first - TimeSpan.FromSeconds(Before), inFlight);
        windows.Seconds(Statistic.Last, application, MetricNames.Cpu, first, cores);
        windows.Seconds(Statistic.Last, application, MetricNames.Memory, first, bytes);
        windows.Replicas(application, MetricNames.Cpu, first, Before, After, running);

        var read = 0;
        for (var i = 0; i < count; i++)
        {
            var isServed = !double.IsNaN(requests[i]) || inFlight.Slice(i, Before + 1 + After).ContainsAnyInRange(double.NegativeInfinity, double.PositiveInfinity);
            if (double.IsNaN(ready[i]) || (!isServed && account.Capacity.RequestsPerSecond is not null)) continue;
            seconds[read++] = new LoadSecond
            {
                At = first + TimeSpan.FromSeconds(i),
                Requests = double.IsNaN(requests[i]) ? 0 : requests[i],
                Cores = double.IsNaN(cores[i]) && ready[i] == 0 ? 0 : cores[i],
                Bytes = double.IsNaN(bytes[i]) && ready[i] == 0 ? 0 : bytes[i],
                Ready = (int)Math.Round(ready[i]),
                Wanted = wanted,

                // Those that start or drain are paid for too; a replica's cpu says that it is there.
                Running = Math.Max((int)Math.Round(ready[i]), running[i]),
            };
        }

        return read;
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
