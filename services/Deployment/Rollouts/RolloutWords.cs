namespace Platform.Deployment.Rollouts;

/// <summary>What people say to a rollout under way. Each is only remembered here; the next look acts on it.</summary>
internal static class RolloutWords
{
    /// <summary>Go on: the present step's watch ends now, or, if <paramref name="fully"/>, every watch and every step but the last.</summary>
    public static RolloutProgress Promote(this RolloutProgress progress, bool fully) => progress with
    {
        PromotedThrough = Math.Max(progress.PromotedThrough, fully ? int.MaxValue : Math.Max(1, progress.Step)),
        Paused = null,
    };

    /// <summary>Stay where you are, once the present step's traffic has moved. What fails is still taken back.</summary>
    public static RolloutProgress Pause(this RolloutProgress progress, string by, string reason, DateTimeOffset now) =>
        progress.Stage is RolloutStage.RollingBack || progress.Decided || progress.Stage.IsEnd() || progress.Paused is not null
            ? progress
            : progress with { Paused = new RolloutPause(by, reason, now) };

    /// <summary>Go on as planned: the time paused does not count as watched.</summary>
    public static RolloutProgress Resume(this RolloutProgress progress, DateTimeOffset now)
    {
        if (progress.Paused is not { } pause) return progress;
        var from = pause.At > progress.StageSince ? pause.At : progress.StageSince;
        return progress with
        {
            Paused = null,
            StageSince = progress.Stage == RolloutStage.Watching ? progress.StageSince + (now - from) : progress.StageSince,
        };
    }

    /// <summary>Yes, it may have traffic.</summary>
    public static RolloutProgress Approve(this RolloutProgress progress, string by, string reason, DateTimeOffset now) =>
        progress.Approval is not null ? progress : progress with { Approval = new RolloutApproval(by, reason, now) };

    /// <summary>Whatever the analysis says from now on is not listened to.</summary>
    public static RolloutProgress SkipAnalysis(this RolloutProgress progress, string by, string reason) =>
        progress.AnalysisSkipped is not null ? progress : progress with { AnalysisSkipped = $"{by}: {reason}" };

    /// <summary>Give up.</summary>
    public static RolloutProgress GiveUp(this RolloutProgress progress, string by, string reason) => progress with { Abort = $"aborted by {by}: {reason}" };
}

/// <summary>A rollout that somebody holds.</summary>
/// <param name="By">Who.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">Since when.</param>
internal sealed record RolloutPause(string By, string Reason, DateTimeOffset At);

/// <summary>A yes.</summary>
/// <param name="By">Who gave it.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">When.</param>
internal sealed record RolloutApproval(string By, string Reason, DateTimeOffset At);
