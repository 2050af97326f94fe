using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Platform.Autoscaler.Scaling;
using Platform.Metrics.Windows;

namespace Platform.Autoscaler.Decisions;

/// <summary>The values of an application's replicas over one window, by replica: small, for one is made per decision.</summary>
internal sealed class ReplicaSamples : IReadOnlyDictionary<string, ReplicaSample>
{
    /// <summary>With more replicas than this they are found by a hash.</summary>
    private const int Few = 8;

    [ThreadStatic]
    private static List<string>? _names;

    [ThreadStatic]
    private static List<double>? _means;

    private readonly string[] _replicas;
    private readonly double[] _values;
    private readonly DateTimeOffset _at;
    private readonly TimeSpan _window;
    private readonly Dictionary<string, int>? _index;

    private ReplicaSamples(string[] replicas, double[] values, DateTimeOffset at, TimeSpan window)
    {
        (_replicas, _values, _at, _window) = (replicas, values, at, window);
        if (replicas.Length <= Few) return;
        _index = new Dictionary<string, int>(replicas.Length, StringComparer.Ordinal);
        for (var i = 0; i < replicas.Length; i++) _index.Add(replicas[i], i);
    }

    /// <summary>The mean of each replica that was measured.</summary>
    /// <param name="over">The window.</param>
    /// <param name="application">The application.</param>
    /// <param name="metric">The metric.</param>
    /// <param name="whole">What the values are a share of; 1: they stay as they are.</param>
    /// <param name="at">When the window ends.</param>
    /// <param name="window">Its length.</param>
    public static ReplicaSamples Means(MetricWindow over, string application, string metric, double whole, DateTimeOffset at, TimeSpan window)
    {
        var (replicas, means) = (_names ??= [], _means ??= []);
        replicas.Clear();
        means.Clear();
        over.MeanPerReplica(application, metric, replicas, means);
        var values = means.ToArray();
        for (var i = 0; i < values.Length; i++) values[i] /= whole;
        return new ReplicaSamples([.. replicas], values, at, window);
    }

    public int Count => _replicas.Length;

    public IEnumerable<string> Keys => _replicas;

    public IEnumerable<ReplicaSample> Values => _values.Select(value => new ReplicaSample(value, _at, _window));

    public ReplicaSample this[string key] => TryGetValue(key, out var sample) ? sample : throw new KeyNotFoundException($"The replica {key} was not measured.");

    public bool ContainsKey(string key) => Find(key) >= 0;

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out ReplicaSample value)
    {
        var found = Find(key);
        value = found < 0 ? default : new ReplicaSample(_values[found], _at, _window);
        return found >= 0;
    }

    public IEnumerator<KeyValuePair<string, ReplicaSample>> GetEnumerator()
    {
        for (var i = 0; i < _replicas.Length; i++) yield return KeyValuePair.Create(_replicas[i], new ReplicaSample(_values[i], _at, _window));
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int Find(string replica)
    {
        if (_index is not null) return _index.GetValueOrDefault(replica, -1);
        for (var i = 0; i < _replicas.Length; i++)
        {
            if (_replicas[i] == replica) return i;
        }

        return -1;
    }
}
