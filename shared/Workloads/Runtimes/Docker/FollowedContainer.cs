namespace Platform.Workloads.Runtimes.Docker;

/// <summary>A container that is looked after: its output copied, its end awaited, itself removed afterwards.</summary>
internal sealed class FollowedContainer
{
    private readonly TaskCompletionSource<ExitStatus> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How it ended, told once all it said is in its log.</summary>
    public Task<ExitStatus> Ended => _ended.Task;

    /// <summary>Where its output is written; null: not known yet.</summary>
    public string? LogPath { get; set; }

    /// <summary>When nothing is left of it in the engine.</summary>
    public Task Gone => _gone.Task;

    public void End(ExitStatus status) => _ended.TrySetResult(status);

    public void Leave()
    {
        _ended.TrySetResult(ExitStatus.Unknown);
        _gone.TrySetResult();
    }

    /// <summary>An engine gives a shell's code: 128 + the signal's number for what a signal ended.</summary>
    public static ExitStatus StatusOf(int code) => code is > 128 and <= 128 + 64 ? new ExitStatus(null, code - 128) : new ExitStatus(code, null);
}
