using Platform.Contracts.Metrics;
using Platform.Contracts.Traffic;
using Platform.Metrics;
using Platform.Metrics.Streaming;

namespace Platform.Gateway.Routers.Nginx;

/// <summary>
/// What nginx's log says of one application, added up to the samples that the platform's own data plane publishes of its own requests: the two
/// are disjoint, so that readers who add them up see all of them.
/// </summary>
internal sealed class NginxTraffic
{
    private readonly Dictionary<(string Revision, string Replica, bool Copy), Sums> _sums = [];

    // What an old worker logs may be of a replica, or a revision, that the table does not name any more.
    private Dictionary<string, string> _revisions = new(StringComparer.Ordinal);
    private Dictionary<string, string> _replicas = new(StringComparer.Ordinal);
    private RouteTable? _table;

    /// <summary>Lines that could not be read.</summary>
    public long Damaged { get; private set; }

    /// <summary>The table in force from now on. Names of the table before last are forgotten.</summary>
    public void Use(RouteTable table)
    {
        if (_table is not null && _table.Generation == table.Generation) return;
        var (revisions, replicas) = (Names(table), Addresses(table));
        foreach (var known in _table is null ? [] : Names(_table)) revisions.TryAdd(known.Key, known.Value);
        foreach (var known in _table is null ? [] : Addresses(_table)) replicas.TryAdd(known.Key, known.Value);
        (_revisions, _replicas, _table) = (revisions, replicas, table);
    }

    /// <summary>Adds a line.</summary>
    public void Add(ReadOnlySpan<byte> line)
    {
        if (!AccessLogLine.TryRead(line, out var read))
        {
            Damaged++;
            return;
        }

        // Answered by no replica: it stands with the application alone, as with the platform's own data plane.
        var replica = _replicas.GetValueOrDefault(read.Address, "");
        var revision = replica.Length == 0 && read.Address.Length == 0 ? "" : _revisions.GetValueOrDefault(read.Pool, "");
        var key = (revision, replica, read.Copy);
        if (!_sums.TryGetValue(key, out var sums)) _sums[key] = sums = new Sums();
        sums.Requests++;
        if (read.IsError) sums.Errors++;
        if (!double.IsNaN(read.Seconds)) sums.Latency.Record(read.Seconds);
    }

    /// <summary>The samples of what was added since the last call.</summary>
    public IReadOnlyList<MetricSample> Take()
    {
        var samples = new List<MetricSample>();
        foreach (var ((revision, replica, copy), sums) in _sums)
        {
            var (requests, errors, latency) = copy
                ? (MetricNames.MirroredRequests, MetricNames.MirroredErrors, MetricNames.MirroredLatency)
                : (MetricNames.Requests, MetricNames.Errors, MetricNames.Latency);
            samples.Add(new MetricSample(requests, revision, replica, sums.Requests));
            samples.Add(new MetricSample(errors, revision, replica, sums.Errors));
            if (sums.Latency.Count > 0) samples.Add(new MetricSample(latency, revision, replica, sums.Latency.Count, sums.Latency));
        }

        _sums.Clear();
        return samples;
    }

    private static Dictionary<string, string> Names(RouteTable table) => new(NginxRouting.Revisions(table), StringComparer.Ordinal);

    private static Dictionary<string, string> Addresses(RouteTable table)
    {
        var addresses = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var replica in table.Revisions.SelectMany(r => r.Replicas)) addresses[NginxRouting.Authority(replica.Address)] = replica.Id;
        return addresses;
    }

    private sealed class Sums
    {
        public long Requests { get; set; }

        public long Errors { get; set; }

        public LatencyHistogram Latency { get; } = new();
    }
}
