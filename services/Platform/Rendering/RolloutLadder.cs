using System.Globalization;
using Platform.Contracts.Deployments;
using Platform.Contracts.Http;

namespace Platform.CommandLine.Rendering;

/// <summary>Where a rollout stands, in a few lines: the steps, the one under way, what the judge says, whose word is awaited. Pure.</summary>
/// <example>
/// <code>
/// canary of v2 in place of v1, watching
///   pipeline   ✓ prepare  ✓ check orders  ✓ tests  · clean up
///   steps      ✓ 1 %  ✓ 5 %  ▶ 10 %  · 25 %  · 50 %  · 100 %
///   step 3/6   ████████████░░░░░░░░  2m00s of 5m00s left; 1 replica of v2 beside 4 of v1
///   judge      inconclusive: 320 of the 500 requests needed for a verdict, 1 failed
///              needs ~180 requests more, about 14:32:10
///   paused     by ada (ask the team): 'platform resume shop', 'platform promote shop' or 'platform abort shop'
/// </code>
/// </example>
internal static class RolloutLadder
{
    private const int BarWidth = 20;

    /// <summary>The lines; none while nothing is planned.</summary>
    public static IReadOnlyList<string> Lines(RolloutView rollout, DateTimeOffset now)
    {
        if (rollout.Course is not { Steps.Count: > 0 } course) return [];
        var lines = new List<string> { Line("steps", Steps(rollout, course)) };
        if (PipelineText.Line(course.Jobs) is { } jobs) lines.Add(Line("pipeline", jobs));
        if (!RolloutText.HasEnded(rollout) && Present(rollout, course, now) is { } present) lines.Add(Line($"step {course.Step}/{course.Steps.Count}", present));
        if (course.AnalysisSkipped is { } reason) lines.Add(Line("judge", $"not listened to: {reason}"));
        else if (course.Evidence is { } evidence) lines.AddRange(Judge(evidence, RolloutText.HasEnded(rollout), now));
        if (Awaited(rollout, course) is { } awaited) lines.Add(awaited);
        return lines;
    }

    /// <summary>What changes seldom: the present step, whose word it waits for, and what the judge makes of it.</summary>
    public static string Place(RolloutView rollout) =>
        $"{rollout.State} {rollout.Course?.Step} {rollout.Course?.Awaits} {rollout.Course?.Paused?.At} {rollout.Course?.Evidence?.Outcome}";

    private static string Steps(RolloutView rollout, RolloutCourse course) => string.Join("  ", course.Steps.Select((step, i) =>
    {
        var mark = Mark(rollout.State, i + 1, course.Step);
        return $"{mark} {Share(step)}";
    }));

    private static string Mark(string state, int number, int present) => state switch
    {
        "completed" => "✓",
        "rolledBack" or "failed" or "rollingBack" when number == present => "✗",
        _ when number < present || (number == present && state == "retiring") => "✓",
        _ when number == present => "▶",
        _ => "·",
    };

    private static string Share(CourseStep step) => step.Weight == 0 && step.Mirror > 0 ? $"copy of {step.Mirror} %" : step.Weight == 0 ? "preview" : $"{step.Weight} %";

    private static string? Present(RolloutView rollout, RolloutCourse course, DateTimeOffset now)
    {
        if (course.Step < 1 || course.Step > course.Steps.Count) return null;
        var step = course.Steps[course.Step - 1];
        var replicas = $"{Count(step.Replicas)} of {rollout.Revision}"
            + (rollout.StableRevision is { } stable && step.OldReplicas > 0 ? $" beside {step.OldReplicas} of {stable}" : "")
            + (step.BaselineReplicas > 0 ? $" and {step.BaselineReplicas} fresh to compare with" : "");
        if (rollout.State == "rollingBack") return rollout.Message;
        if (course.Until is not { } until || step.Hold <= TimeSpan.Zero) return $"{rollout.State}; {replicas}";
        var left = until > now ? until - now : TimeSpan.Zero;
        return $"{Bar(1 - (left / step.Hold))}  {(left > TimeSpan.Zero ? $"{Whole(left)} of {Whole(step.Hold)} left" : $"{Whole(step.Hold)} are over")}; {replicas}";
    }

    private static IEnumerable<string> Judge(EvidenceView evidence, bool ended, DateTimeOffset now)
    {
        yield return Line("judge", $"{evidence.Outcome}: {evidence.Sentence}");
        if (!ended && Needs(evidence, now) is { } needs) yield return Line("", needs);
    }

    /// <summary>What is still needed, in words; null: nothing, or not known.</summary>
    public static string? Needs(EvidenceView evidence, DateTimeOffset now)
    {
        if (evidence.RequestsNeeded is not > 0) return null;
        var at = evidence.ExpectedAt is { } expected && expected - now < TimeSpan.FromDays(1)
            ? ", about " + expected.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture)
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"needs ~{Rounded(evidence.RequestsNeeded.Value):N0} requests more to be sure{at}");
    }

    private static string? Awaited(RolloutView rollout, RolloutCourse course)
    {
        var name = rollout.Application;
        return course.Awaits switch
        {
            "approval" => Line("approval", $"'platform approve {name}' lets it have traffic, 'platform abort {name}' gives it up"),
            "promotion" => Line("waits", $"'platform promote {name}' lets it go on, 'platform abort {name}' gives it up"),
            "evidence" => Line("waits", $"inconclusive: it goes on when there is enough; or 'platform promote {name}', or 'platform abort {name}'"),
            _ when course.Paused is { } pause && !RolloutText.HasEnded(rollout) =>
                Line("paused", $"by {pause.By} ({pause.Reason}): 'platform resume {name}', 'platform promote {name}' or 'platform abort {name}'"),
            _ => null,
        };
    }

    private static string Line(string name, string text) => $"  {name,-11}{text}";

    private static string Bar(double done)
    {
        var full = (int)Math.Round(Math.Clamp(done, 0, 1) * BarWidth);
        return new string('█', full) + new string('░', BarWidth - full);
    }

    private static string Count(int replicas) => replicas == 1 ? "1 replica" : $"{replicas} replicas";

    /// <summary>A time left does not need tenths.</summary>
    private static string Whole(TimeSpan span) => span < TimeSpan.FromMinutes(1) ? $"{Math.Ceiling(span.TotalSeconds):0}s" : Durations.Short(span);

    /// <summary>Two digits are as much as an estimate has.</summary>
    private static long Rounded(long value)
    {
        var unit = (long)Math.Pow(10, Math.Max(0, Math.Floor(Math.Log10(value)) - 1));
        return (value + unit - 1) / unit * unit;
    }
}
