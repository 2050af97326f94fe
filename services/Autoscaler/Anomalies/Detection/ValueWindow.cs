namespace Platform.Autoscaler.Anomalies.Detection;

/// <summary>The last values of a series, shared by all who look at them. They are given as distances from the very first: small changes of large values are not lost to rounding.</summary>
/// <param name="capacity">How many.</param>
internal sealed class ValueWindow(int capacity)
{
    private readonly float[] _values = new float[capacity];
    private int _next;

    /// <summary>Values held.</summary>
    public int Count { get; private set; }

    /// <summary>The first value there was.</summary>
    public double Origin { get; private set; }

    /// <summary>The value so many observations ago, less the origin; 0 is the newest.</summary>
    public double this[int ago] => _values[_next - 1 - ago is var i && i < 0 ? i + capacity : i];

    public void Add(double value)
    {
        if (Count == 0) Origin = value;
        _values[_next] = (float)(value - Origin);
        if (++_next == capacity) _next = 0;
        if (Count < capacity) Count++;
    }

    /// <summary>The values in order of size, less the origin.</summary>
    public float[] Sorted()
    {
        var values = _values[..Count];
        Array.Sort(values);
        return values;
    }
}
