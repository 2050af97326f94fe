namespace Platform.HealthMonitor.Alerts;

/// <summary>A condition over the metric stream that somebody should know about.</summary>
internal sealed record AlertRule
{
    /// <summary>Its name, unique: letters, digits, dots, dashes; up to 60.</summary>
    public required string Name { get; init; }

    /// <summary>For people: what it means and what to do. Up to 500 characters.</summary>
    public string Description { get; init; } = "";

    /// <summary>A metric of the stream (<c>latency</c>, <c>cpu</c>, <c>held</c>, …), or <c>errorRate</c>: errors ÷ requests.</summary>
    public required string Metric { get; init; }

    /// <summary>What is made of the metric's samples in the window.</summary>
    public required Aggregation Aggregation { get; init; }

    /// <summary>The window. 1 s to 5 min; default 1 min.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Which side of the threshold is bad.</summary>
    public required Comparison Comparison { get; init; }

    /// <summary>The threshold, in the metric's unit; latencies in seconds.</summary>
    public required double Threshold { get; init; }

    /// <summary>How long it must hold before the alert is raised. 0 to 1 h; default 0.</summary>
    public TimeSpan For { get; init; }

    /// <summary>How long it must not hold before the alert is resolved. 0 to 1 h; default 15 s.</summary>
    public TimeSpan ClearAfter { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How much it matters.</summary>
    public Severity Severity { get; init; } = Severity.Warning;

    /// <summary>The application; null: each of them.</summary>
    public string? Application { get; init; }

    /// <summary>Fewer requests than this in the window prove nothing: 1 error of 2 is not an error rate. Default 0.</summary>
    public int MinimumEvents { get; init; }

    /// <summary>False: it is kept but not evaluated.</summary>
    public bool Enabled { get; init; } = true;
}

/// <summary>What is made of the samples in a window.</summary>
internal enum Aggregation
{
    /// <summary>Sum ÷ seconds, for counts.</summary>
    Rate,

    /// <summary>Mean of the samples; for <c>errorRate</c> errors ÷ requests of the window.</summary>
    Mean,

    /// <summary>Largest sample.</summary>
    Max,

    /// <summary>Newest sample, summed over replicas.</summary>
    Last,

    /// <summary>Median of a histogram.</summary>
    P50,

    /// <summary>95th percentile of a histogram.</summary>
    P95,

    /// <summary>99th percentile of a histogram.</summary>
    P99,
}

/// <summary>Which side of the threshold is bad.</summary>
internal enum Comparison
{
    /// <summary>Above it.</summary>
    Above,

    /// <summary>Below it.</summary>
    Below,
}

/// <summary>How much an alert matters.</summary>
internal enum Severity
{
    /// <summary>Good to know.</summary>
    Info,

    /// <summary>Somebody should look today.</summary>
    Warning,

    /// <summary>Users are hurt now.</summary>
    Critical,
}
