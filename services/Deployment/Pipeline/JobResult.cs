namespace Platform.Deployment.Pipeline;

/// <summary>How a job ended.</summary>
/// <param name="IsSuccess">True: as it should.</param>
/// <param name="Message">In a sentence, for the rollout's history: what was met, and where it failed what was seen.</param>
internal sealed record JobResult(bool IsSuccess, string Message)
{
    /// <summary>The exit code of a command.</summary>
    public int? ExitCode { get; init; }
    /// <summary>The last lines of its log.</summary>
    public string? Tail { get; init; }

    /// <summary>As it should.</summary>
    public static JobResult Done(string message) => new(true, message);

    /// <summary>Not as it should.</summary>
    public static JobResult Failed(string message) => new(false, message);
}
