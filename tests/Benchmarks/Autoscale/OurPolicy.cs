using System.Globalization;
using Platform.Autoscaler.Scaling.Predictive;

namespace Platform.Benchmarks.Autoscale;

/// <summary>The platform's predictive scaler at a service level; the levels of a sweep share the scaler, which learns the same for all.</summary>
internal sealed class OurPolicy(World world, double serviceLevel, OurPolicy.Shared shared) : IScalingPolicy
{
    public string Name => "ours";

    public string Parameter { get; } = serviceLevel.ToString("0.########", CultureInfo.InvariantCulture);

    public static IReadOnlyList<IScalingPolicy> Sweep(World world, IEnumerable<double> serviceLevels)
    {
        var shared = new Shared(new PredictiveScaler(world.Startup + 1));
        return [.. serviceLevels.Select(level => new OurPolicy(world, level, shared))];
    }

    public int Decide(MinuteEnd end)
    {
        shared.Observe(end.Minute, end.Requests);
        return shared.Scaler.Decide(
            new PredictiveSituation
            {
                Ready = end.Ready,
                Starting = [.. end.Starting.Select(minutes => TimeSpan.FromMinutes(minutes))],
                Capacity = world.Capacity,
                Startup = TimeSpan.FromMinutes(world.Startup),
                Min = 1,
                Max = world.Most,
            },
            serviceLevel).Wanted;
    }

    /// <summary>Shows the scaler each minute once.</summary>
    internal sealed class Shared(PredictiveScaler scaler)
    {
        private int _minutes;

        public PredictiveScaler Scaler => scaler;

        public void Observe(int minute, double requests)
        {
            if (minute < _minutes) return;
            scaler.Observe(requests);
            _minutes = minute + 1;
        }
    }
}
