using Platform.CommandLine.Load;
using Platform.Metrics;

namespace Platform.Benchmarks.Rollout;

/// <summary>What happened to one subject, over all its blocks.</summary>
internal sealed class SubjectFigures(string subject, string strategy, string runtime, TimeSpan declaredWaits)
{
    /// <summary>Phases of the load.</summary>
    public const string During = "switch";
    public const string Outside = "outside";

    private readonly LatencyHistogram _during = new();
    private readonly LatencyHistogram _outside = new();
    private readonly List<double> _switched = [];
    private readonly List<double> _deployed = [];
    private readonly List<double> _retired = [];
    private TimeSpan _length;
    private long _requests;
    private long _visits;

    public string Subject => subject;

    public int Switches { get; private set; }

    public int FailedSwitches { get; private set; }

    public long Failed { get; private set; }

    public long Cut { get; private set; }

    public long Duplicated { get; private set; }

    public long Lost { get; private set; }

    public double RequestsPerSecond => _requests / Math.Max(1e-9, _length.TotalSeconds);

    /// <summary>A switch has ended.</summary>
    /// <param name="switched">From the command to the last request that the old revision answered.</param>
    /// <param name="deployed">From the command until the new revision has all the traffic and has been watched as declared.</param>
    /// <param name="retired">From the command to the end of the old replicas.</param>
    public void Switched(TimeSpan switched, TimeSpan deployed, TimeSpan retired)
    {
        Switches++;
        _switched.Add(switched.TotalMilliseconds);
        _deployed.Add(deployed.TotalMilliseconds);
        _retired.Add(retired.TotalMilliseconds);
    }

    public void SwitchFailed() => FailedSwitches++;

    /// <summary>A block of load has ended.</summary>
    public void Add(IReadOnlyList<PhaseFigures> phases, SocketVisits visits, TimeSpan length)
    {
        _length += length;
        foreach (var phase in phases)
        {
            (phase.Name == During ? _during : _outside).Merge(phase.Latency);
            _requests += phase.Requests;
            var cut = phase.Reasons.Where(reason => AnswerCheck.IsCut(reason.Key)).Sum(reason => reason.Value);
            Cut += cut;
            Failed += phase.Failures - cut;
        }

        Cut += visits.Cut;
        _visits += visits.Visits;
    }

    /// <summary>The journal of the whole run has been compared.</summary>
    public void Compared(long duplicated, long lost) => (Duplicated, Lost) = (duplicated, lost);

    public IReadOnlyDictionary<string, object?> Row() => new Dictionary<string, object?>
    {
        ["subject"] = subject,
        ["strategy"] = strategy,
        ["runtime"] = runtime,
        ["switches"] = Switches,
        ["failedSwitches"] = FailedSwitches,
        ["requests"] = _requests,
        ["webSockets"] = _visits,
        ["requestsPerSecond"] = RequestsPerSecond,
        ["failedRequests"] = Failed,
        ["cutStreams"] = Cut,
        ["duplicatedRequests"] = Duplicated,
        ["lostOrders"] = Lost,
        ["p50SwitchMilliseconds"] = Milliseconds(_during, 0.5),
        ["p99SwitchMilliseconds"] = Milliseconds(_during, 0.99),
        ["p50OutsideMilliseconds"] = Milliseconds(_outside, 0.5),
        ["p99OutsideMilliseconds"] = Milliseconds(_outside, 0.99),
        ["switchMilliseconds"] = Quantile(_switched, 0.5),
        ["switchP95Milliseconds"] = Quantile(_switched, 0.95),
        ["deployMilliseconds"] = Quantile(_deployed, 0.5),
        ["declaredWaitMilliseconds"] = declaredWaits.TotalMilliseconds,
        ["deployWithoutWaitsMilliseconds"] = Quantile(_deployed, 0.5) - declaredWaits.TotalMilliseconds,
        ["retiredMilliseconds"] = Quantile(_retired, 0.5),
    };

    private static double? Milliseconds(LatencyHistogram latency, double q) => latency.Count == 0 ? null : latency.Quantile(q) * 1000;

    /// <summary>Nearest rank.</summary>
    private static double? Quantile(List<double> values, double q) => values.Count == 0 ? null : values.Order().ElementAt((int)Math.Ceiling(q * values.Count) - 1);
}
