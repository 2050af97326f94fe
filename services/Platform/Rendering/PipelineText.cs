using Platform.Contracts.Deployments;

namespace Platform.CommandLine.Rendering;

/// <summary>A pipeline's jobs in a few characters. Pure.</summary>
internal static class PipelineText
{
    /// <summary>All jobs in one line; those that take something back only once one of them has something to do; null: there is no pipeline.</summary>
    public static string? Line(IReadOnlyList<JobView> jobs)
    {
        var shown = jobs.Where(j => j.Gate != "undo" || j.State is not ("planned" or "skipped")).ToList();
        return shown.Count == 0 ? null : string.Join("  ", shown.Select(j => $"{Mark(j)} {j.Name}"));
    }

    /// <summary>Where it stands.</summary>
    public static string Mark(JobView job) => job.State switch
    {
        "succeeded" => "✓",
        "failed" or "stopped" => "✗",
        "running" => "▶",
        "skipped" => "–",
        _ => "·",
    };
}
