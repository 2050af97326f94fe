using Platform.Metrics;

namespace Platform.CommandLine.Load;

/// <summary>What happened to the requests that were meant to be sent in one phase of a run.</summary>
internal sealed record PhaseFigures
{
    /// <summary>The phase.</summary>
    public required string Name { get; init; }
    /// <summary>Requests whose intended send time lies in the phase, and that have ended.</summary>
    public long Requests { get; init; }
    /// <summary>Of them: answered with 5xx, cut, refused, timed out or never sent.</summary>
    public long Failures { get; init; }
    /// <summary>Latency from the intended send time.</summary>
    public required LatencyHistogram Latency { get; init; }
    /// <summary>Why requests failed, and how often each.</summary>
    public required IReadOnlyDictionary<string, long> Reasons { get; init; }
}

/// <summary>What happened within one second of a run.</summary>
internal readonly record struct LoadSecond(long Requests, long Failures, double? P95Seconds);

/// <summary>Gathers outcomes by phase and by second. A request belongs to the phase in which it was meant to be sent.</summary>
internal sealed class LoadRecorder
{
    private const int MostReasons = 20;
    private const int WindowSeconds = 3;
    private readonly Lock _gate = new();
    private readonly List<Phase> _phases = [];
    private readonly Dictionary<long, Second> _seconds = [];

    /// <summary>Begins a phase at a moment of the run; the one before ends there.</summary>
    public void BeginPhase(string name, TimeSpan at)
    {
        lock (_gate) _phases.Add(new Phase(name, at));
    }

    /// <summary>Records one request's end.</summary>
    /// <param name="intended">When it was meant to be sent, from the run's start.</param>
    /// <param name="ended">When it ended, from the run's start.</param>
    /// <param name="latency">From the intended send time to the answer's first byte.</param>
    /// <param name="failure">Why it failed; null: it did not.</param>
    public void Record(TimeSpan intended, TimeSpan ended, TimeSpan latency, string? failure)
    {
        lock (_gate)
        {
            if (_phases.Count == 0) _phases.Add(new Phase("load", TimeSpan.Zero));
            var phase = _phases.FindLast(p => p.Start <= intended) ?? _phases[0];
            phase.Record(latency.TotalSeconds, failure);
            if (failure is not null) phase.FirstFailure ??= ended;
            var number = (long)ended.TotalSeconds;
            if (!_seconds.TryGetValue(number, out var second))
            {
                _seconds[number] = second = new Second();
                _seconds.Remove(number - 60);
            }

            second.Record(latency.TotalSeconds, failure);
        }
    }

    /// <summary>The figures so far, phase by phase.</summary>
    public IReadOnlyList<PhaseFigures> Phases()
    {
        lock (_gate) return [.. _phases.Select(phase => phase.Figures())];
    }

    /// <summary>When, from the run's start, a request of a phase first ended as a failure; null: none did.</summary>
    public TimeSpan? FirstFailure(string phase)
    {
        lock (_gate) return _phases.Find(p => p.Name == phase)?.FirstFailure;
    }

    /// <summary>Means per second over the last whole seconds before <paramref name="now"/>.</summary>
    public LoadSecond Recent(TimeSpan now)
    {
        lock (_gate)
        {
            var last = (long)now.TotalSeconds;
            var (requests, failures, latency) = (0L, 0L, new LatencyHistogram());
            for (var number = Math.Max(0, last - WindowSeconds); number < last; number++)
            {
                if (!_seconds.TryGetValue(number, out var second)) continue;
                requests += second.Requests;
                failures += second.Failures;
                latency.Merge(second.Latency);
            }

            var length = Math.Clamp(last, 1, WindowSeconds);
            return new LoadSecond(requests / length, failures / length, latency.Count > 0 ? latency.Quantile(0.95) : null);
        }
    }

    private sealed class Second
    {
        public long Requests { get; private set; }
        public long Failures { get; private set; }
        public LatencyHistogram Latency { get; } = new();

        public void Record(double seconds, string? failure)
        {
            Requests++;
            if (failure is not null) Failures++;
            Latency.Record(seconds);
        }
    }

    private sealed class Phase(string name, TimeSpan start)
    {
        private readonly LatencyHistogram _latency = new();
        private readonly Dictionary<string, long> _reasons = [];
        private long _requests;
        private long _failures;

        public string Name => name;

        public TimeSpan Start { get; } = start;

        public TimeSpan? FirstFailure { get; set; }

        public void Record(double seconds, string? failure)
        {
            _requests++;
            _latency.Record(seconds);
            if (failure is null) return;
            _failures++;
            var reason = _reasons.ContainsKey(failure) || _reasons.Count < MostReasons ? failure : "other";
            _reasons[reason] = _reasons.GetValueOrDefault(reason) + 1;
        }

        public PhaseFigures Figures()
        {
            var latency = new LatencyHistogram();
            latency.Merge(_latency);
            return new PhaseFigures { Name = name, Requests = _requests, Failures = _failures, Latency = latency, Reasons = new Dictionary<string, long>(_reasons) };
        }
    }
}
