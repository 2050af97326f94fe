using System.Text.Json.Serialization;

namespace Platform.Contracts.Scaling;

/// <summary>Run this many replicas. Owner: Deployment, which refuses it outside the manifest's limits; a rollout under way divides the number between its revisions.</summary>
public sealed record ScaleApplication : ICommand
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <inheritdoc/>
    public required Guid CorrelationId { get; init; }
    /// <inheritdoc/>
    public required string RequestedBy { get; init; }
    /// <inheritdoc/>
    public required string Reason { get; init; }
    /// <summary>Replicas wanted, 0 or more.</summary>
    public required int Replicas { get; init; }
}

/// <summary>The wanted number of replicas changed.</summary>
public sealed record ApplicationScaled : IEvent
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <inheritdoc/>
    public required Guid CorrelationId { get; init; }
    /// <summary>Replicas wanted before.</summary>
    public required int From { get; init; }
    /// <summary>Replicas wanted now.</summary>
    public required int To { get; init; }
    /// <summary>Who asked.</summary>
    public required string RequestedBy { get; init; }
    /// <summary>Why.</summary>
    public required string Reason { get; init; }
}

/// <summary>A <see cref="ScaleApplication"/> was not carried out.</summary>
public sealed record ScalingRefused : IEvent
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <inheritdoc/>
    public required Guid CorrelationId { get; init; }
    /// <summary>Replicas asked for.</summary>
    public required int Requested { get; init; }
    /// <summary>Why not, and when to try again.</summary>
    public required string Reason { get; init; }
}

/// <summary>The manifest's scaling section as the scaling services need it.</summary>
public sealed record ScalingSettings
{
    /// <summary>Fewest replicas. Default: the environment's, in production 3.</summary>
    public int Min { get; init; } = 1;
    /// <summary>Most replicas. Default: the environment's, in production 20.</summary>
    public int Max { get; init; } = 10;
    /// <summary>False: what <c>metrics</c> says is not acted on. Default: the environment's, true but in development.</summary>
    public bool Automatic { get; init; } = true;
    /// <summary>What to hold at its target; empty: no automatic scaling.</summary>
    public IReadOnlyList<MetricTarget> Metrics { get; init; } = [];
    /// <summary>CPU cores that 100 % of the <c>cpu</c> metric means; null: one core.</summary>
    public double? CpuCores { get; init; }
    /// <summary>Bytes that 100 % of the <c>memory</c> metric means; null: memory targets are not usable.</summary>
    public long? MemoryBytes { get; init; }
    /// <summary>How fast it may grow and shrink; the defaults are the Kubernetes HorizontalPodAutoscaler's.</summary>
    public ScalingBehavior Behavior { get; init; } = new();
    /// <summary>By what is decided: <c>reactive</c> (default), <c>predictive</c>, <c>hybrid</c>, <c>recommend</c>.</summary>
    public ScalingMode Mode { get; init; } = ScalingMode.Reactive;
    /// <summary>The share of requests to be served within the capacity, for a forecast's margin: above 50 %, below 100 %. Default 99.9 %.</summary>
    public double ServiceLevel { get; init; } = 0.999;
    /// <summary>The 95th percentile that answers should keep, from which the load that a replica can carry is learned; null: its targets say that.</summary>
    public TimeSpan? LatencyTarget { get; init; }
    /// <summary>How much of the forecast's growth counts in hybrid mode, 0 to 1; null: all of it.</summary>
    public double? PredictionWeight { get; init; }
    /// <summary>Without a request for this long it goes to 0 replicas, if <c>min</c> is 0; null: never.</summary>
    public TimeSpan? ZeroAfter { get; init; }
    /// <summary>Steps by rules instead of targets: <c>none</c> (default), <c>standard</c>, or <c>custom</c> for those in <see cref="Rules"/>.</summary>
    public string RuleSet { get; init; } = "none";
    /// <summary>The rules of <see cref="RuleSet"/> <c>custom</c>.</summary>
    public IReadOnlyList<ScalingRule> Rules { get; init; } = [];
    /// <summary>Other limits at certain times, within <see cref="Min"/> and <see cref="Max"/>.</summary>
    public IReadOnlyList<ScalingSchedule> Schedules { get; init; } = [];
}

/// <summary>One metric and the value per replica it should have. With a source (<c>prometheus</c> or <c>rabbitmq</c>) its value is the whole application's, which is divided by the target.</summary>
public sealed record MetricTarget
{
    /// <summary><c>cpu</c>, <c>memory</c> (share of what was requested), <c>requestsPerSecond</c>, any scraped metric, or a name of your own for one that a source answers.</summary>
    public required string Name { get; init; }
    /// <summary>Average per replica: a share in (0, 1] for cpu and memory, otherwise in the metric's own unit, above 0.</summary>
    public required double Target { get; init; }
    /// <summary>Asks a Prometheus for the value.</summary>
    public PrometheusMetric? Prometheus { get; init; }
    /// <summary>Asks RabbitMQ for the length of a queue.</summary>
    public RabbitMqMetric? RabbitMq { get; init; }
    /// <summary>How often the source is asked, 1 s to 1 min. Default 15 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(15);
    /// <summary>How long its answer may take, 100 ms to 30 s, and no longer than <c>interval</c>. Default 5 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);
    /// <summary>Above this value there is work for an application that rests at 0 replicas. Default 0.</summary>
    public double Activation { get; init; }

    /// <summary>Where its value is asked for; null: it comes with the metric stream.</summary>
    [JsonIgnore]
    public ExternalMetric? Source => (ExternalMetric?)Prometheus ?? RabbitMq;
}

/// <summary>The behaviour section of a HorizontalPodAutoscaler (autoscaling/v2).</summary>
public sealed record ScalingBehavior
{
    /// <summary>Ignore deviations of the usage ratio from 1 up to this. Default 0.1.</summary>
    public double Tolerance { get; init; } = 0.1;
    /// <summary>How often to decide. Default 15 s.</summary>
    public TimeSpan SyncPeriod { get; init; } = TimeSpan.FromSeconds(15);
    /// <summary>Growth. Default: no stabilisation; the larger of 100 % and 4 replicas per 15 s.</summary>
    public ScalingRules ScaleUp { get; init; } = new()
    {
        StabilizationWindow = TimeSpan.Zero,
        Policies = [ScalingPolicy.OfPercent(100, TimeSpan.FromSeconds(15)), ScalingPolicy.OfReplicas(4, TimeSpan.FromSeconds(15))],
    };
    /// <summary>Shrinking. Default: the highest recommendation of the last 300 s; at most 100 % per 15 s.</summary>
    public ScalingRules ScaleDown { get; init; } = new()
    {
        StabilizationWindow = TimeSpan.FromSeconds(300),
        Policies = [ScalingPolicy.OfPercent(100, TimeSpan.FromSeconds(15))],
    };
}

/// <summary>Rules for one direction of scaling.</summary>
public sealed record ScalingRules
{
    /// <summary>Look back this long for the safest recommendation. 0 to 1 h.</summary>
    public TimeSpan StabilizationWindow { get; init; }
    /// <summary>Which policy counts: <c>Max</c> (default) the one that allows most, <c>Min</c> least, <c>Disabled</c> none.</summary>
    public string SelectPolicy { get; init; } = "Max";
    /// <summary>Limits on the change.</summary>
    public IReadOnlyList<ScalingPolicy> Policies { get; init; } = [];
}

/// <summary>At most this much change in a period.</summary>
public sealed record ScalingPolicy
{
    /// <summary><c>Percent</c> of the replicas at the period's start, or <c>Replicas</c>.</summary>
    public required string Type { get; init; }
    /// <summary>The amount, above 0.</summary>
    public required int Value { get; init; }
    /// <summary>The period, above 0 and up to 30 min.</summary>
    public required TimeSpan Period { get; init; }

    /// <summary>A share of the replicas per period.</summary>
    public static ScalingPolicy OfPercent(int value, TimeSpan period) => new() { Type = "Percent", Value = value, Period = period };
    /// <summary>A number of replicas per period.</summary>
    public static ScalingPolicy OfReplicas(int value, TimeSpan period) => new() { Type = "Replicas", Value = value, Period = period };
}
