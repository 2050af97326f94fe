namespace Platform.Autoscaler.Anomalies.Detection;

/// <summary>The last values of a series, shared by all who look at them.</summary>
/// <param name="capacity">How many.</param>
internal sealed class ValueWindow(int capacity)
{
    private readonly float[] _values = new float[capacity];
    private int _next;

    /// <summary>Values held.</summary>
    public int Count { get; private set; }

    /// <summary>The value so many observations ago; 0 is the newest.</summary>
    public double this[int ago] => _values[_next - 1 - ago is var i && i < 0 ? i + capacity : i];

    public void Add(double value)
    {
        _values[_next] = (float)value;
        if (++_next == capacity) _next = 0;
        if (Count < capacity) Count++;
    }

    /// <summary>The values in order of size.</summary>
    public float[] Sorted()
    {
        var values = _values[..Count];
        Array.Sort(values);
        return values;
    }
}
