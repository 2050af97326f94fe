namespace Platform.Autoscaler.Forecasting;

/// <summary>
/// Equally spaced measurements, oldest first. <see cref="double.NaN"/> stands for what is not known: never measured, or masked because it
/// is known to be untypical (an outage, an experiment, a restart).
/// </summary>
internal sealed class TimeSeries
{
    private readonly ReadOnlyMemory<double> _values;

    /// <param name="values">Oldest first. Infinities count as missing; the memory is not copied and must not change.</param>
    /// <param name="step">Time between two values; above zero.</param>
    /// <param name="start">When the first value was measured; the epoch if the clock does not matter.</param>
    public TimeSeries(ReadOnlyMemory<double> values, TimeSpan step, DateTimeOffset start = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(step, TimeSpan.Zero);
        _values = values;
        Step = step;
        Start = start;
    }

    /// <summary>Time between two values.</summary>
    public TimeSpan Step { get; }

    /// <summary>When the first value was measured.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>How many steps there are, missing ones included.</summary>
    public int Count => _values.Length;

    /// <summary>The values, oldest first, <see cref="double.NaN"/> for a missing one.</summary>
    public ReadOnlySpan<double> Values => _values.Span;

    /// <summary>The time of a step; a forecast's first step is <c>TimeAt(Count)</c>.</summary>
    public DateTimeOffset TimeAt(int index) => Start + (Step * index);

    /// <summary>What was known when only the first values had been measured. O(1).</summary>
    /// <param name="count">How many values to keep.</param>
    public TimeSeries Until(int count) => new(_values[..Math.Clamp(count, 0, Count)], Step, Start);

    /// <summary>The newest values alone. O(1).</summary>
    /// <param name="count">How many values to keep.</param>
    public TimeSeries Latest(int count)
    {
        var first = Math.Clamp(Count - count, 0, Count);
        return new TimeSeries(_values[first..], Step, TimeAt(first));
    }

    /// <summary>The same series without what was measured in the given spans of time (their end excluded).</summary>
    public TimeSeries Without(IEnumerable<(DateTimeOffset From, DateTimeOffset To)> spans)
    {
        var kept = _values.ToArray();
        foreach (var (from, to) in spans)
        {
            var first = Math.Max(0, (int)Math.Ceiling(Math.Clamp((from - Start) / Step, -1, Count)));
            for (var i = first; i < Count && TimeAt(i) < to; i++) kept[i] = double.NaN;
        }

        return new TimeSeries(kept, Step, Start);
    }

    /// <summary>
    /// The means of whole groups of values, aligned to the newest one, so that the last group is never a partial one. A group with less
    /// than half of its values is missing. O(n).
    /// </summary>
    /// <param name="factor">Values per group; at least 1.</param>
    public TimeSeries Coarsened(int factor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(factor, 1);
        var groups = Count / factor;
        var first = Count - (groups * factor);
        var means = new double[groups];
        for (var g = 0; g < groups; g++)
        {
            var (sum, known) = (0.0, 0);
            foreach (var value in Values.Slice(first + (g * factor), factor))
            {
                if (!double.IsFinite(value)) continue;
                sum += value;
                known++;
            }

            means[g] = 2 * known >= factor && known > 0 ? sum / known : double.NaN;
        }

        return new TimeSeries(means, Step * factor, TimeAt(first));
    }
}
