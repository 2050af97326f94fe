using System.Globalization;
using Platform.Deployment.Analysis;
using Platform.Metrics;

namespace Platform.Benchmarks.Judge;

/// <summary>Requests from a file, one <c>time_ms,latency_ms,status</c> per line; a first line that is not a number is a heading. A status of 500 and above, or 0 (no answer), is a failure.</summary>
internal sealed class Recording
{
    private Recording(string file, List<(double Second, double Latency, bool Failed)> requests)
    {
        File = file;
        requests.Sort((a, b) => a.Second.CompareTo(b.Second));
        Requests = requests;
    }

    public string File { get; }

    /// <summary>When each request ended, how long it took (seconds), whether it failed; in order of time.</summary>
    public IReadOnlyList<(double Second, double Latency, bool Failed)> Requests { get; }

    public double ErrorRate => (double)Requests.Count(r => r.Failed) / Requests.Count;

    public static Recording Read(string file)
    {
        if (!System.IO.File.Exists(file)) throw new BenchUsageException($"there is no file '{file}'.");
        var requests = new List<(double, double, bool)>();
        var number = 0;
        foreach (var line in System.IO.File.ReadLines(file))
        {
            number++;
            if (line.Length == 0) continue;
            var parts = line.Split(',');
            if (parts.Length == 3 && Number(parts[0]) is { } time && Number(parts[1]) is { } latency and >= 0 && Number(parts[2]) is { } status)
                requests.Add((time / 1000, latency / 1000, status is 0 or >= 500));
            else if (number > 1) throw new BenchUsageException($"{file}, line {number}: expected time_ms,latency_ms,status, found '{line}'.");
        }

        return requests.Count > 0 ? new Recording(file, requests) : throw new BenchUsageException($"{file}: there is no request in it.");

        static double? Number(string text) => double.TryParse(text, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;
    }

    /// <summary>
    /// Both, second by second. On one clock where they overlap, so that what the baseline did before counts as its past; otherwise each
    /// from its own first request.
    /// </summary>
    public static IReadOnlyList<AnalysisInterval> Beside(Recording baseline, Recording canary, DateTimeOffset start)
    {
        var overlap = baseline.Requests[0].Second <= canary.Requests[^1].Second && canary.Requests[0].Second <= baseline.Requests[^1].Second;
        var zero = canary.Requests[0].Second;
        var (old, young) = (Seconds(baseline, overlap ? zero : baseline.Requests[0].Second), Seconds(canary, zero));
        return [.. old.Keys.Union(young.Keys).Order().Select(second => new AnalysisInterval
        {
            At = start.AddSeconds(second + 1),
            Length = TimeSpan.FromSeconds(1),
            Baseline = old.GetValueOrDefault(second, RevisionCounts.None),
            Canary = young.GetValueOrDefault(second, RevisionCounts.None),
        })];
    }

    private static Dictionary<int, RevisionCounts> Seconds(Recording recording, double zero) => recording.Requests
        .GroupBy(r => (int)Math.Floor(r.Second - zero))
        .ToDictionary(g => g.Key, g =>
        {
            var latencies = new LatencyHistogram();
            foreach (var request in g) latencies.Record(request.Latency);
            return new RevisionCounts(g.Count(), g.Count(r => r.Failed), latencies);
        });
}
