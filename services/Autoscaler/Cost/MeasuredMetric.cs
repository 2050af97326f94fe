using Platform.Autoscaler.Scaling;

namespace Platform.Autoscaler.Cost;

/// <summary>What was read of one metric, added up over the replicas: all that a shadow, whose replicas share the load evenly, needs of it.</summary>
/// <param name="Name">The metric.</param>
/// <param name="Target">The manifest's target.</param>
/// <param name="Total">The application's value, or the sum over the replicas that had a usable one.</param>
/// <param name="Usable">Replicas that had a usable value; below 0: it could not be read at all.</param>
/// <param name="Kind">How it relates to the number of replicas.</param>
internal readonly record struct MeasuredMetric(string Name, double Target, double Total, int Usable, MetricKind Kind)
{
    public bool IsUnavailable => Usable < 0;

    public static MeasuredMetric Of(MetricReading reading)
    {
        if (reading.Unavailable is not null) return new MeasuredMetric(reading.Name, reading.Target, 0, -1, reading.Kind);
        if (reading.Kind is MetricKind.Total) return new MeasuredMetric(reading.Name, reading.Target, reading.Total, 0, reading.Kind);
        var (total, usable) = (0.0, 0);
        foreach (var (_, sample) in reading.Samples)
        {
            if (!double.IsFinite(sample.Value) || sample.Value < 0) continue;
            total += sample.Value;
            usable++;
        }

        return new MeasuredMetric(reading.Name, reading.Target, total, usable, reading.Kind);
    }

    public static MeasuredMetric[] Of(IReadOnlyList<MetricReading> readings)
    {
        var measured = new MeasuredMetric[readings.Count];
        for (var i = 0; i < measured.Length; i++) measured[i] = Of(readings[i]);
        return measured;
    }
}
