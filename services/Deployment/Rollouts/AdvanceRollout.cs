using Platform.Contracts;

namespace Platform.Deployment.Rollouts;

/// <summary>Look at the world again. Sent by this service to itself: by the ticker, and whenever something may have changed.</summary>
public sealed record AdvanceRollout : ICommand
{
    /// <inheritdoc/>
    public required string Application { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset At { get; init; }
    /// <summary>The rollout.</summary>
    public required Guid CorrelationId { get; init; }
    /// <inheritdoc/>
    public required string RequestedBy { get; init; }
    /// <inheritdoc/>
    public required string Reason { get; init; }
}
