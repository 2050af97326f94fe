using System.Text.Json;
using Platform.Contracts.Http;
using Platform.Deployment.Analysis;
using Platform.Storage;

namespace Platform.Deployment.Rollouts;

/// <summary>What the judge knew at which time, written down so that it can be drawn: while a rollout is watched and ever after.</summary>
internal static class RolloutEvidence
{
    /// <summary>Points that the picture of a whole rollout has, about.</summary>
    private const int Points = 300;

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    /// <summary>Writes the verdict down, unless that was done a moment ago: at the end of a stage always.</summary>
    public static async Task<RolloutProgress> KeepAsync(this Transaction tx, Guid rollout, RolloutProgress before, RolloutProgress progress, Verdict? verdict, DateTimeOffset now)
    {
        if (verdict is null || progress.Plan is not { } plan || progress.Decided) return progress;
        // The longer it takes, the further apart: a rollout that waits for days has a few hundred points more, not a million.
        var length = Math.Max(plan.Steps.Sum(s => s.Hold.Ticks), (now - (progress.JudgedSince ?? now)).Ticks);
        var apart = TimeSpan.FromTicks(Math.Max(Shortest.Ticks, length / Points));
        if (before.Stage == progress.Stage && now - progress.EvidenceAt < apart) return progress;
        await tx.ExecuteAsync(
            "INSERT INTO rollout_evidence (rollout, at, content) VALUES (@rollout, @now, @content) ON CONFLICT (rollout, at) DO NOTHING",
            new { rollout, now, content = JsonSerializer.Serialize(View(progress, verdict, now)) });
        return progress with { EvidenceAt = now };
    }

    /// <summary>All that was written down of a rollout, oldest first.</summary>
    public static async Task<IReadOnlyList<EvidenceView>> EvidenceAsync(this Reader reader, Guid rollout) =>
        [.. (await reader.QueryAsync<string>("SELECT content FROM rollout_evidence WHERE rollout = @rollout ORDER BY at", new { rollout }))
            .Select(content => JsonSerializer.Deserialize<EvidenceView>(content)!)];

    /// <summary>The verdict as others may see it.</summary>
    public static EvidenceView View(RolloutProgress progress, Verdict verdict, DateTimeOffset now) => new()
    {
        At = now,
        Step = progress.Step,
        Weight = RolloutCourses.Percent(progress.NewWeight, progress.OldWeight + progress.BaselineWeight),
        Outcome = verdict.Outcome.ToString().ToLowerInvariant(),
        Sentence = verdict.Sentence,
        Requests = verdict.Requests,
        ErrorRate = verdict.ErrorRate,
        P95 = verdict.P95,
        RequestsNeeded = verdict.Outlook?.Requests,
        ExpectedAt = verdict.Outlook?.ExpectedAt,
        Metrics =
        [
            .. verdict.Evidence.Select(e => new MetricEvidenceView
            {
                Metric = e.Metric,
                Strength = Finite(e.Strength) ?? 0,
                Canary = Finite(e.Canary),
                CanaryLow = Finite(e.CanaryLow),
                CanaryHigh = Finite(e.CanaryHigh),
                Baseline = Finite(e.Baseline),
                Sentence = e.Sentence,
                Source = e.Source.Length > 0 ? e.Source : null,
            }),
        ],
    };

    private static double? Finite(double figure) => double.IsFinite(figure) ? figure : null;
}
