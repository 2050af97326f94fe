using Platform.Deployment.Analysis.Added;
using Platform.Deployment.Analysis.Kayenta;
using Platform.Deployment.Applications;
using Platform.Deployment.Rollouts;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Measurements;

/// <summary>What is to be read for a rollout at present: written beside it with every look, and followed by the <see cref="MetricPoller"/>.</summary>
internal sealed record Measures
{
    /// <summary>The application.</summary>
    public required string Application { get; init; }
    /// <summary>The revision that is judged.</summary>
    public required string Revision { get; init; }
    /// <summary>The one that it is compared with.</summary>
    public required string Baseline { get; init; }
    /// <summary>Since when it is judged.</summary>
    public required DateTimeOffset Since { get; init; }
    /// <summary>The step under way.</summary>
    public required int Step { get; init; }
    /// <summary>When that began.</summary>
    public required DateTimeOffset StepSince { get; init; }
    /// <summary>Metrics that are read all the time.</summary>
    public required IReadOnlyList<string> Background { get; init; }
    /// <summary>Metrics that this step waits for.</summary>
    public required IReadOnlyList<string> Inline { get; init; }

    /// <summary>What a rollout wants read; null: nothing. Pure.</summary>
    public static Measures? Of(string application, RolloutProgress progress)
    {
        if (progress is not { JudgedSince: { } since, Stable: { } stable, Plan: { Analysed: true } plan, AnalysisSkipped: null, Decided: false }) return null;
        if (progress.Stage.IsEnd() || progress.Stage == RolloutStage.RollingBack) return null;
        var inline = progress.Stage == RolloutStage.Watching ? plan.Step(progress.Step).Analysis : [];
        return plan.Metrics.Count + inline.Count == 0 ? null : new Measures
        {
            Application = application,
            Revision = progress.Revision,
            Baseline = progress.BaselineWeight > 0 ? RevisionNames.Baseline(stable) : stable,
            Since = since,
            Step = progress.Step,
            StepSince = progress.StageSince,
            Background = plan.Metrics,
            Inline = inline,
        };
    }

    /// <summary>Metrics that steps wait for; the others are read all the time.</summary>
    public static IReadOnlyList<string> InlineOf(RolloutSpec rollout) =>
        rollout.Strategy == RolloutStrategies.Canary ? [.. rollout.Steps.SelectMany(s => s.Analysis).Distinct()] : [];

    /// <summary>The metrics as judges know them.</summary>
    public static IReadOnlyList<AddedMetric> Judged(RolloutSpec rollout)
    {
        var inline = InlineOf(rollout);
        return
        [
            .. rollout.Analysis.Metrics.Select(m => new AddedMetric
            {
                Name = m.Name,
                Source = SourceOf(m.Source),
                Max = m.Max,
                Min = m.Min,
                Comparison = m.Compare is null ? null : new MetricComparison(DirectionOf(m.Compare.Direction), m.Compare.Tolerance),
                FailureLimit = m.FailureLimit,
                ConsecutiveErrorLimit = m.ConsecutiveErrorLimit,
                Inline = inline.Contains(m.Name),
                Weight = m.Weight,
                Group = m.Group ?? m.Name,
                Critical = m.Critical,
            }),
        ];
    }

    private static MetricDirection DirectionOf(string direction) => direction switch
    {
        MetricDirections.Increase => MetricDirection.Increase,
        MetricDirections.Decrease => MetricDirection.Decrease,
        _ => MetricDirection.Either,
    };

    /// <summary>In a line, as the manifest says it: secrets are references there.</summary>
    private static string SourceOf(MetricSourceSpec source) => source switch
    {
        PrometheusSpec prometheus => $"prometheus {prometheus.Address}: {prometheus.Query.ReplaceLineEndings(" ").Trim()}",
        WebSpec web => $"web {web.Url} at {web.JsonPath}",
        CommandSpec command => $"command {string.Join(' ', command.Command)}",
        _ => "",
    };
}
