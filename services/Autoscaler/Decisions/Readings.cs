using Platform.Autoscaler.Scaling;
using Platform.Autoscaler.Scaling.Rules;
using Platform.Autoscaler.Sources;
using Platform.Contracts.Metrics;
using Platform.Contracts.Scaling;
using Platform.Metrics.Windows;

namespace Platform.Autoscaler.Decisions;

/// <summary>Reads the metrics of an application's settings out of the windows, in the units their targets have.</summary>
internal static class Readings
{
    private static readonly TimeSpan ActivityWindow = TimeSpan.FromSeconds(5);

    /// <summary>What a value is averaged over: at least three samples of a second, at most Kubernetes' 30 s.</summary>
    public static TimeSpan Window(ScalingSettings settings) =>
        TimeSpan.FromSeconds(Math.Clamp(settings.Behavior.SyncPeriod.TotalSeconds, 3, 30));

    /// <summary>All that the settings scale by: targets, or the metrics of rules.</summary>
    public static IReadOnlyList<MetricReading> All(MetricWindows windows, SourceReadings sources, string application, ScalingSettings settings, DateTimeOffset now)
    {
        var rules = StandardRules.Of(settings);
        if (rules.Count == 0)
        {
            var readings = new MetricReading[settings.Metrics.Count];
            for (var i = 0; i < readings.Length; i++)
            {
                var target = settings.Metrics[i];
                readings[i] = target.Source is null ? Read(windows, application, settings, target, now) : sources.Read(application, target, settings.Behavior.SyncPeriod);
            }

            return readings;
        }

        var window = Window(settings);
        var asked = settings.Metrics.Where(target => target.Source is not null).Select(target => sources.Read(application, target, settings.Behavior.SyncPeriod)).ToList();
        return
        [
            .. asked,
            .. rules.Select(rule => rule.Metric).Distinct().Where(metric => asked.TrueForAll(reading => reading.Name != metric))
                .Select(metric => ForRule(windows, application, settings, new MetricTarget { Name = metric, Target = 1 }, window, now)),
        ];
    }

    /// <summary>
    /// Whether there is anything for it to do: requests, as the gateway tells, or more than the activation of a source; a source that does not
    /// answer may well have work. Null: nobody has told anything.
    /// </summary>
    /// <param name="windows">The metrics.</param>
    /// <param name="application">The application.</param>
    /// <param name="readings">What was read of its metrics.</param>
    public static Activity? Activity(MetricWindows windows, string application, IReadOnlyList<MetricReading> readings)
    {
        var asked = readings.Where(reading => reading.Activation is not null).ToList();
        var requests = AtTheGateway(windows, application);
        if (asked.Count == 0) return requests;
        return new Activity(requests?.Waiting ?? 0, requests?.Asked ?? 0, requests is not { IsIdle: false } && asked.TrueForAll(reading => reading.IsActive is false));
    }

    /// <summary>Whether the gateway holds requests of it.</summary>
    public static bool Waits(MetricWindows windows, string application) => windows.Over(ActivityWindow).Last(application, MetricNames.Held) > 0;

    private static Activity? AtTheGateway(MetricWindows windows, string application)
    {
        var over = windows.Over(ActivityWindow);
        var waiting = over.Last(application, MetricNames.Held);
        var (requests, inFlight) = (over.Sum(application, MetricNames.Requests), over.Last(application, MetricNames.InFlight));

        // Where requests come by a router that does not tell of them, nobody holds one is not the same as nobody asks.
        if (requests is null && inFlight is null && waiting is null or <= 0) return null;
        return new Activity(waiting ?? 0, requests ?? 0, (waiting ?? 0) <= 0 && (requests ?? 0) <= 0 && (inFlight ?? 0) <= 0);
    }

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

    private static MetricReading ForRule(MetricWindows windows, string application, ScalingSettings settings, MetricTarget target, TimeSpan window, DateTimeOffset now)
    {
        switch (target.Name)
        {
            case MetricNames.Latency:
                return windows.Over(window).Quantile(0.95, application, MetricNames.Latency) is { } seconds ? Total(target, seconds)
                    // Nobody asked: then nobody waited.
                    : windows.Over(window).Sum(application, MetricNames.Requests) is 0 ? Total(target, 0)
                    : Unavailable(target, "no request was answered");
            case StandardRules.Queue when windows.Over(window).Mean(application, StandardRules.Queue) is null:
                var (held, inFlight) = (windows.Over(window).Last(application, MetricNames.Held), windows.Over(window).Last(application, MetricNames.InFlight));
                return held is null && inFlight is null ? Unavailable(target, "the gateway says nothing") : Total(target, (held ?? 0) + (inFlight ?? 0));
            case MetricNames.RequestsPerSecond or MetricNames.Cpu or MetricNames.Memory:
                return Read(windows, application, settings, target, now);
            default:
                var reading = PerReplica(windows, application, target, window, now);
                return reading.Kind is MetricKind.PerReplica && reading.Samples.Count == 0 ? Unavailable(target, "nothing was measured") : reading;
        }
    }

    private static MetricReading Resource(MetricWindows windows, string application, MetricTarget target, TimeSpan window, DateTimeOffset now, double whole) => new()
    {
        Name = target.Name,
        Target = target.Target,
        Kind = MetricKind.Resource,
        Samples = ReplicaSamples.Means(windows.Over(window), application, target.Name, whole, now, window),
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
        var perReplica = ReplicaSamples.Means(over, application, target.Name, 1, now, window);
        if (perReplica.Count == 0 && over.Mean(application, target.Name) is { } shared)
        {
            return new MetricReading { Name = target.Name, Target = target.Target, Kind = MetricKind.Total, Total = shared };
        }

        return new MetricReading
        {
            Name = target.Name,
            Target = target.Target,
            Kind = MetricKind.PerReplica,
            Samples = perReplica,
        };
    }

    private static MetricReading Total(MetricTarget target, double value) =>
        new() { Name = target.Name, Target = target.Target, Kind = MetricKind.Total, Total = value };

    private static MetricReading Unavailable(MetricTarget target, string why) =>
        new() { Name = target.Name, Target = target.Target, Kind = MetricKind.Total, Unavailable = why };
}

/// <summary>What an application has to do.</summary>
/// <param name="Waiting">Requests that the gateway holds.</param>
/// <param name="Asked">Requests that have ended lately, answered by a replica or not.</param>
/// <param name="IsIdle">Nothing.</param>
internal readonly record struct Activity(double Waiting, double Asked, bool IsIdle);
