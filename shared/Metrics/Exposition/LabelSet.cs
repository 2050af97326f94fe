namespace Platform.Metrics.Exposition;

/// <summary>The labels of one series, as they were recorded.</summary>
internal sealed class LabelSet(KeyValuePair<string, object?>[] labels)
{
    public KeyValuePair<string, object?>[] Labels { get; } = labels;

    /// <summary>Finds a recorded set by a span of tags without allocating.</summary>
    public sealed class Comparer : IEqualityComparer<LabelSet>, IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, LabelSet>
    {
        public static Comparer Instance { get; } = new();

        public bool Equals(LabelSet? x, LabelSet? y) => ReferenceEquals(x, y) || (x is not null && y is not null && Equals(x.Labels.AsSpan(), y));

        public int GetHashCode(LabelSet obj) => GetHashCode(obj.Labels.AsSpan());

        public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, LabelSet other)
        {
            if (alternate.Length != other.Labels.Length) return false;
            for (var i = 0; i < alternate.Length; i++)
            {
                if (alternate[i].Key != other.Labels[i].Key || !Equals(alternate[i].Value, other.Labels[i].Value)) return false;
            }

            return true;
        }

        public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
        {
            var hash = new HashCode();
            foreach (var (key, value) in alternate)
            {
                hash.Add(key);
                hash.Add(value);
            }

            return hash.ToHashCode();
        }

        public LabelSet Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => new(alternate.ToArray());
    }
}
