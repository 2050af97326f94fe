namespace Platform.CommandLine.Load;

/// <summary>Requests per second over the time of a run: constant within each slot.</summary>
internal sealed class RateProfile
{
    private readonly double[] _rates;

    private RateProfile(TimeSpan slot, double[] rates)
    {
        Slot = slot;
        _rates = rates;
    }

    /// <summary>The length of a slot in the run's time.</summary>
    public TimeSpan Slot { get; }

    /// <summary>The length of the run.</summary>
    public TimeSpan Duration => Slot * _rates.Length;

    /// <summary>The highest rate, requests per second.</summary>
    public double Peak => _rates.Max();

    /// <summary>Requests expected in the whole run.</summary>
    public double Expected => _rates.Sum() * Slot.TotalSeconds;

    /// <summary>The rate of each slot, requests per second.</summary>
    public IReadOnlyList<double> Rates => _rates;

    /// <summary>A day squeezed into <paramref name="duration"/>, with its demand scaled linearly so that the busiest slot has <paramref name="peakPerSecond"/>.</summary>
    public static RateProfile Compress(DayTrace day, TimeSpan duration, double peakPerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);
        var scale = peakPerSecond / day.Peak;
        return new RateProfile(duration / day.RequestsPerMinute.Count, [.. day.RequestsPerMinute.Select(mean => mean * scale)]);
    }

    /// <summary>The same rate all the time.</summary>
    public static RateProfile Constant(double perSecond, TimeSpan duration) => new(duration, [perSecond]);

    /// <summary>The rate at a moment of the run; 0 outside it.</summary>
    public double At(TimeSpan moment)
    {
        var slot = moment < TimeSpan.Zero ? -1 : (long)(moment / Slot);
        return slot >= 0 && slot < _rates.Length ? _rates[slot] : 0;
    }
}
