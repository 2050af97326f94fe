using Platform.Metrics.Streaming;

namespace Platform.Autoscaler.Intake;

/// <summary>
/// The batches of an application that came lately, by the hash of what they say: the same source may well send two for one instant
/// (a scraper does, per replica), so their time alone does not tell a duplicate.
/// </summary>
internal sealed class RecentBatches
{
    /// <summary>Enough for two minutes of four sources; what is repeated later is too old for its minute.</summary>
    private const int Most = 512;

    private readonly Dictionary<string, DateTimeOffset> _newest = new(StringComparer.Ordinal);
    private ulong[] _hashes = new ulong[16];
    private int _count;
    private int _next;

    /// <returns>False: it was there before.</returns>
    public bool Add(MetricBatch batch, out bool isOlder)
    {
        isOlder = false;
        var hash = Hash(batch);
        if (_hashes.AsSpan(0, _count).Contains(hash)) return false;
        Remember(hash);

        isOlder = _newest.TryGetValue(batch.Source, out var newest) && batch.At < newest;
        if (!isOlder) _newest[batch.Source] = batch.At;
        return true;
    }

    private void Remember(ulong hash)
    {
        if (_next == _hashes.Length && _hashes.Length < Most) Array.Resize(ref _hashes, _hashes.Length * 2);
        if (_next == _hashes.Length) _next = 0;
        _hashes[_next++] = hash;
        _count = Math.Max(_count, _next);
    }

    /// <summary>FNV-1a over words: a chance of 10⁻¹⁶ per pair is small enough for samples.</summary>
    private static ulong Hash(MetricBatch batch)
    {
        var hash = Mix(14_695_981_039_346_656_037, (ulong)batch.At.UtcTicks);
        hash = Mix(hash, Text(batch.Source));
        for (var i = 0; i < batch.Samples.Count; i++)
        {
            var sample = batch.Samples[i];
            hash = Mix(hash, Text(sample.Name));
            hash = Mix(hash, Text(sample.Replica));
            hash = Mix(hash, Text(sample.Revision));
            hash = Mix(hash, (ulong)BitConverter.DoubleToInt64Bits(sample.Value));
        }

        return hash;
    }

    private static ulong Mix(ulong hash, ulong word)
    {
        hash = (hash ^ word) * 1_099_511_628_211;
        return hash ^ (hash >> 29);
    }

    /// <summary>Seeded per process, which is as far as duplicates are looked for.</summary>
    private static uint Text(string text) => (uint)string.GetHashCode(text, StringComparison.Ordinal);
}
