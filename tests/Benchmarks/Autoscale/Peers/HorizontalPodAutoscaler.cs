using System.Globalization;
using Platform.Autoscaler.Scaling;
using Platform.Contracts.Scaling;

namespace Platform.Benchmarks.Autoscale.Peers;

/// <summary>
/// The platform's own reactive scaler, which is Kubernetes' HorizontalPodAutoscaler with its default behaviour, once a minute, on the minute's
/// requests per ready replica against a target share of the capacity.
/// </summary>
internal sealed class HorizontalPodAutoscaler(World world, double target) : IScalingPolicy
{
    private static readonly string[] Ids = [.. Enumerable.Range(0, 1000).Select(i => i.ToString(CultureInfo.InvariantCulture))];

    private readonly ScalingSettings _settings = new()
    {
        Min = 1,
        Max = world.Most,
        Metrics = [new MetricTarget { Name = "requestsPerSecond", Target = target }],
    };

    private readonly List<Recommendation> _recommendations = [];

    public string Name => "hpa";

    public string Parameter { get; } = target.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>What it asks for before its windows and limits; the present number while nothing is known.</summary>
    public int Recommended { get; private set; } = 1;

    public int Decide(MinuteEnd end)
    {
        var now = DateTimeOffset.UnixEpoch.AddMinutes(end.Minute);
        var sample = new ReplicaSample(end.Requests / (end.Ready * world.Capacity), now, TimeSpan.FromMinutes(1));
        var decision = HorizontalScaler.Decide(new ScalingInput
        {
            Now = now,
            Current = end.Wanted,
            Settings = _settings,
            Replicas = [.. Ids.Take(end.Ready).Select(id => new ReplicaObservation(id, DateTimeOffset.UnixEpoch, true, DateTimeOffset.UnixEpoch))],
            Metrics =
            [
                new MetricReading
                {
                    Name = "requestsPerSecond",
                    Kind = MetricKind.PerReplica,
                    Target = target,
                    Samples = Ids.Take(end.Ready).ToDictionary(id => id, _ => sample),
                    Unavailable = double.IsFinite(end.Requests) ? null : "no samples",
                },
            ],
            History = new ScalingHistory(_recommendations, []),
        });
        _recommendations.RemoveAll(earlier => earlier.At <= now - TimeSpan.FromMinutes(5));
        if (decision.Recommended is { } recommended) _recommendations.Add(new Recommendation(now, recommended));
        Recommended = decision.Recommended ?? end.Wanted;
        return decision.Desired;
    }
}
