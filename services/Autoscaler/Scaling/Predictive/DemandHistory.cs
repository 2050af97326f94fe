namespace Platform.Autoscaler.Scaling.Predictive;

/// <summary>The last minutes of an application's demand, eight days of them and a little more (46 KB); NaN: not known.</summary>
internal sealed class DemandHistory
{
    private readonly float[] _ring;
    private long _count;

    /// <param name="minutes">How many to keep.</param>
    public DemandHistory(int minutes)
    {
        _ring = new float[minutes];
        Array.Fill(_ring, float.NaN);
    }

    /// <summary>Minutes seen, known or not.</summary>
    public long Count => _count;

    public void Add(double value) => _ring[_count++ % _ring.Length] = (float)value;

    /// <summary>The value so many minutes ago, 0 being the latest; NaN: not known, or longer ago than is kept.</summary>
    public double Ago(long minutes) => minutes < 0 || minutes >= Math.Min(_count, _ring.Length) ? double.NaN : _ring[(_count - 1 - minutes) % _ring.Length];

    /// <summary>
    /// The mean of the known values from <paramref name="half"/> minutes before to <paramref name="half"/> minutes after a minute; NaN if fewer than half are known.
    /// </summary>
    public double MeanAround(long minutesAgo, int half)
    {
        var (sum, known) = (0.0, 0);
        for (var ago = minutesAgo - half; ago <= minutesAgo + half; ago++)
        {
            var value = Ago(ago);
            if (double.IsNaN(value)) continue;
            sum += value;
            known++;
        }

        return known > half ? sum / known : double.NaN;
    }
}
