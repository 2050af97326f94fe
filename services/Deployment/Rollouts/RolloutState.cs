using MassTransit;

namespace Platform.Deployment.Rollouts;

/// <summary>The saga's instance: a rollout under way. Its history stays in the rollouts table when it has ended.</summary>
public sealed class RolloutState : SagaStateMachineInstance, ISagaVersion
{
    /// <summary>The rollout's id.</summary>
    public Guid CorrelationId { get; set; }

    /// <summary>Changes with every save.</summary>
    public int Version { get; set; }

    /// <summary>The state machine's state.</summary>
    public string CurrentState { get; set; } = "";

    /// <summary>The application.</summary>
    public string Application { get; set; } = "";

    /// <summary>Who asked.</summary>
    public string RequestedBy { get; set; } = "";

    /// <summary>All that the rollout remembers, as JSON: the rules' own type is nobody else's business.</summary>
    public string Memory { get; set; } = "";

    /// <summary>What <see cref="Memory"/> says.</summary>
    internal RolloutProgress Progress
    {
        get => System.Text.Json.JsonSerializer.Deserialize<RolloutProgress>(Memory)!;
        set => Memory = System.Text.Json.JsonSerializer.Serialize(value);
    }
}
