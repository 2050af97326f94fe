using MassTransit;
using Platform.Contracts.Deployments;
using Platform.Messaging;

namespace Platform.Deployment.Rollouts;

/// <summary>
/// The rollout saga. Every message means the same to it: remember what was asked for, look at the world, and do what
/// <see cref="RolloutLogic"/> says, all in the transaction the message is handled in. So it does not matter which message comes
/// first, twice or late; and after a crash the next tick goes on where the last commit was.
/// </summary>
public sealed class RolloutStateMachine : MassTransitStateMachine<RolloutState>
{
    /// <summary>Builds the machine.</summary>
    /// <param name="services">Where it finds what carries out the rules.</param>
    public RolloutStateMachine(IServiceProvider services)
    {
        var driver = services.GetRequiredService<RolloutDriver>();
        var time = services.GetRequiredService<TimeProvider>();

        InstanceState(saga => saga.CurrentState);
        Event(() => Advance, e => e.OnMissingInstance(missing => missing.Discard()));
        Event(() => Promote, e => e.OnMissingInstance(missing => missing.Discard()));
        Event(() => Pause, e => e.OnMissingInstance(missing => missing.Discard()));
        Event(() => Resume, e => e.OnMissingInstance(missing => missing.Discard()));
        Event(() => Approve, e => e.OnMissingInstance(missing => missing.Discard()));
        Event(() => Abort, e => e.OnMissingInstance(missing => missing.Discard()));

        // Nothing but a deployment may stand here: whatever is mentioned in the initial state, if only to be ignored, begins an instance,
        // and a tick that came after the end would leave one behind that never ends.
        Initially(
            When(Deploy)
                .ThenAsync(async context => await driver.AcceptAsync(context.Transaction(), context.Saga, context.Message))
                .ThenAsync(context => AdvanceAsync(driver, context)));

        DuringAny(
            // The same command again, with an inbox that has forgotten the first: the rollout runs already.
            When(Deploy).ThenAsync(context => AdvanceAsync(driver, context)),
            When(Advance).ThenAsync(context => AdvanceAsync(driver, context)),
            Said(Promote, (progress, word) => (word.SkipAnalysis ? progress.SkipAnalysis(word.RequestedBy, word.Reason) : progress).Promote(word.Fully)),
            Said(Pause, (progress, word) => progress.Pause(word.RequestedBy, word.Reason, time.GetUtcNow())),
            Said(Resume, (progress, _) => progress.Resume(time.GetUtcNow())),
            When(Approve)
                .ThenAsync(context => driver.ApproveAsync(context.Transaction(), context.Saga, context.Message))
                .ThenAsync(context => AdvanceAsync(driver, context)),
            Said(Abort, (progress, word) => progress.GiveUp(word.RequestedBy, word.Reason)));

        SetCompletedWhenFinalized();

        EventActivityBinder<RolloutState, T> Said<T>(Event<T> word, Func<RolloutProgress, T, RolloutProgress> hear) where T : class => When(word)
            .Then(context => context.Saga.Progress = hear(context.Saga.Progress, context.Message))
            .ThenAsync(context => AdvanceAsync(driver, context));
    }

    /// <summary>Waits for the running rollout of the application.</summary>
    public State Queued { get; private set; } = null!;
    /// <summary>Is being checked.</summary>
    public State Planning { get; private set; } = null!;
    /// <summary>The pipeline's first jobs run.</summary>
    public State Preparing { get; private set; } = null!;
    /// <summary>New replicas become healthy.</summary>
    public State Starting { get; private set; } = null!;
    /// <summary>The gateway takes the new table.</summary>
    public State Shifting { get; private set; } = null!;
    /// <summary>The analysis watches.</summary>
    public State Watching { get; private set; } = null!;
    /// <summary>Old replicas drain and stop.</summary>
    public State Retiring { get; private set; } = null!;
    /// <summary>The old revision gets its traffic back.</summary>
    public State RollingBack { get; private set; } = null!;

    /// <summary>Ship a revision.</summary>
    public Event<DeployApplication> Deploy { get; private set; } = null!;
    /// <summary>Look again.</summary>
    public Event<AdvanceRollout> Advance { get; private set; } = null!;
    /// <summary>Go on at once.</summary>
    public Event<PromoteRollout> Promote { get; private set; } = null!;
    /// <summary>Stay.</summary>
    public Event<PauseRollout> Pause { get; private set; } = null!;
    /// <summary>Go on as planned.</summary>
    public Event<ResumeRollout> Resume { get; private set; } = null!;
    /// <summary>It may have traffic.</summary>
    public Event<ApproveRollout> Approve { get; private set; } = null!;
    /// <summary>Give up.</summary>
    public Event<AbortRollout> Abort { get; private set; } = null!;

    private async Task AdvanceAsync(RolloutDriver driver, BehaviorContext<RolloutState> context)
    {
        var stage = await driver.AdvanceAsync(context.Transaction(), context.Saga);
        await context.TransitionToState(stage switch
        {
            RolloutStage.Queued => Queued,
            RolloutStage.Planning => Planning,
            RolloutStage.Preparing => Preparing,
            RolloutStage.Starting => Starting,
            RolloutStage.Shifting => Shifting,
            RolloutStage.Watching => Watching,
            RolloutStage.Retiring => Retiring,
            RolloutStage.RollingBack => RollingBack,
            _ => Final,
        });
    }
}
