using Platform.Autoscaler.Scaling;
using Platform.Contracts.Metrics;
using Platform.Contracts.Scaling;
using Platform.Metrics.Windows;

namespace Platform.Autoscaler.Decisions;

/// <summary>Reads the metrics of an application's settings out of the windows, in the units their targets have.</summary>
internal static class Readings
{
    /// <summary>What a value is averaged over: at least three samples of a second, at most Kubernetes' 30 s.</summary>
    public static TimeSpan Window(ScalingSettings settings) =>
        TimeSpan.FromSeconds(Math.Clamp(settings.Behavior.SyncPeriod.TotalSeconds, 3, 30));

    public static MetricReading Read(MetricWindows windows, string application, ScalingSettings settings, MetricTarget target, DateTimeOffset now)
    {
        var window = Window(settings);
        return target.Name switch
        {
            MetricNames.Cpu => Resource(windows, application, target, window, now, settings.CpuCores ?? 1),
            MetricNames.Memory when settings.MemoryBytes is { } bytes => Resource(windows, application, target, window, now, bytes),
            MetricNames.Memory => Unavailable(target, "the manifest sets no resources.memory that a share could refer to"),
            MetricNames.RequestsPerSecond => Requests(windows, application, target, window),
            _ => PerReplica(windows, application, target, window, now),
        };
    }

    private static MetricReading Resource(MetricWindows windows, string application, MetricTarget target, TimeSpan window, DateTimeOffset now, double whole) => new()
    {
        Name = target.Name,
        Target = target.Target,
        Kind = MetricKind.Resource,
        Samples = windows.Over(window).MeanPerReplica(application, target.Name)
            .ToDictionary(replica => replica.Key, replica => new ReplicaSample(replica.Value / whole, now, window), StringComparer.Ordinal),
    };

    /// <summary>The gateway counts requests for the application as a whole; which replica answered does not matter.</summary>
    private static MetricReading Requests(MetricWindows windows, string application, MetricTarget target, TimeSpan window)
    {
        var over = windows.Over(window);
        var rate = over.Rate(application, MetricNames.Requests);

        // An idle application may report only its gauges: then there were no requests, which is not the same as no gateway.
        if (rate is null && over.Last(application, MetricNames.InFlight) is not null) rate = 0;
        return rate is { } total
            ? new MetricReading { Name = target.Name, Target = target.Target, Kind = MetricKind.Total, Total = total }
            : Unavailable(target, $"the gateway has reported no requests, not even none, for {window.TotalSeconds:0} s");
    }

    private static MetricReading PerReplica(MetricWindows windows, string application, MetricTarget target, TimeSpan window, DateTimeOffset now)
    {
        var over = windows.Over(window);
        var perReplica = over.MeanPerReplica(application, target.Name);
        if (perReplica.Count == 0 && over.Mean(application, target.Name) is { } shared)
        {
            return new MetricReading { Name = target.Name, Target = target.Target, Kind = MetricKind.Total, Total = shared };
        }

        return new MetricReading
        {
            Name = target.Name,
            Target = target.Target,
            Kind = MetricKind.PerReplica,
            Samples = perReplica.ToDictionary(replica => replica.Key, replica => new ReplicaSample(replica.Value, now, window), StringComparer.Ordinal),
        };
    }

    private static MetricReading Unavailable(MetricTarget target, string why) =>
        new() { Name = target.Name, Target = target.Target, Kind = MetricKind.Total, Unavailable = why };
}
