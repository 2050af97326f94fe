using Platform.Autoscaler.Applications;
using Platform.Autoscaler.History;
using Platform.Autoscaler.Scaling;
using Platform.Autoscaler.Scaling.Rules;
using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Decisions;

/// <summary>
/// Everything that is known when a decision is due, and the decision: first whether anything may be decided at all, then the
/// HPA. Pure.
/// </summary>
internal static class Situation
{
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(5);

    /// <param name="application">Its row.</param>
    /// <param name="input">What is measured.</param>
    /// <param name="lastHeard">When a metric last arrived; null: never.</param>
    /// <param name="options">How long to wait for what.</param>
    /// <param name="rules">How far each rule is; null: there are none.</param>
    /// <param name="forecast">What the forecast asks for; null: there is none.</param>
    /// <param name="noForecast">Why there is none.</param>
    public static ScalingDecision Decide(
        ScaledApplication application, ScalingInput input, DateTimeOffset? lastHeard, AutoscalerOptions options,
        IReadOnlyList<RuleState>? rules = null, ForecastEstimate? forecast = null, string noForecast = "")
    {
        if (HeldBecause(application, input.Settings, lastHeard, input.Now, options) is { } reason)
        {
            return HorizontalScaler.Unchanged(input, ScalingOutcome.Held, reason) with { Mode = input.Settings.Mode };
        }

        var decision = ModalScaler.Decide(input, rules ?? [], forecast, noForecast);

        // The serving revision's replicas become idle because the new one's take over, which is no reason to have fewer in the end.
        if (application.Rollout is not null) decision = OnlyGrowing(decision, "RolloutUnderWay", $"the rollout of {application.RolloutRevision} is under way");
        return input.Disturbance is { } disturbance ? Disturbed(input, decision, disturbance) : decision;
    }

    /// <summary>
    /// What a fault takes away of the demand comes back when it is over; overload is overload, on purpose or not. A maximum that was lowered holds all the same.
    /// </summary>
    private static ScalingDecision Disturbed(ScalingInput input, ScalingDecision decision, Disturbance disturbance)
    {
        var restrained = input.Current > input.Settings.Max ? decision : OnlyGrowing(decision, disturbance.Limit, disturbance.Words);
        return restrained != decision || decision.Outcome is ScalingOutcome.Disabled || !disturbance.IsExperiment
            ? restrained
            : decision with { Reason = $"{decision.Reason} Nothing is learned from it: {disturbance.Words}." };
    }

    /// <summary>The disturbance that matters most: what is done on purpose before what happens by itself; null: there is none.</summary>
    /// <param name="masks">What is known of the application's.</param>
    /// <param name="now">The time.</param>
    public static Disturbance? DisturbedBy(IReadOnlyList<Mask> masks, DateTimeOffset now)
    {
        Mask? most = null;
        foreach (var mask in masks)
        {
            if (mask.IsUnderWay(now) && (most is null || (mask.Kind is MaskKind.Experiment && most.Kind is not MaskKind.Experiment))) most = mask;
        }

        return most is null ? null : new Disturbance(most.Cause, most.Kind is MaskKind.Experiment, most.InducesLoad);
    }

    /// <summary>It grows with demand and never shrinks.</summary>
    private static ScalingDecision OnlyGrowing(ScalingDecision decision, string limit, string why) => decision.Desired >= decision.Current
        ? decision with { Recommended = decision.Recommended < decision.Current ? decision.Current : decision.Recommended }
        : decision with
        {
            Outcome = ScalingOutcome.Keep,
            Desired = decision.Current,
            Recommended = decision.Current,
            Stabilized = decision.Current,
            LimitedBy = [.. decision.LimitedBy, limit],
            Reason = $"{decision.Reason} While {why} it only grows.",
        };

    /// <summary>Why nothing is decided now; null: nothing stands in the way.</summary>
    public static string? HeldBecause(ScaledApplication application, ScalingSettings settings, DateTimeOffset? lastHeard, DateTimeOffset now, AutoscalerOptions options)
    {
        if (application.Rollout is not null && application.Revision is null)
        {
            return $"The rollout of {application.RolloutRevision}, the first, is under way; its replicas are its own until it ends.";
        }

        if (application.HoldUntil is { } until && until > now)
        {
            return $"{application.HoldBy} scaled it by hand; automatic scaling goes on at {until:HH:mm:ss} UTC.";
        }

        if (application.PendingSince is { } since && since <= now + Settled && now - since < options.AnswerTimeout)
        {
            return $"The change to {application.PendingTo} replicas was sent {(now - since).TotalSeconds:0} s ago and is not confirmed yet.";
        }

        if ((settings.Metrics.Count > 0 || settings.RuleSet != "none" || settings.Mode is not ScalingMode.Reactive) && (lastHeard is null || now - lastHeard > options.SilentAfter))
        {
            return lastHeard is null
                ? "No metrics have arrived since the autoscaler started, so there is nothing to decide from."
                : $"No metrics have arrived for {(now - lastHeard.Value).TotalSeconds:0} s, so there is nothing to decide from.";
        }

        return null;
    }

    /// <summary>
    /// Believes the owner of replicas when its gauge and what is known differ: a command that changes nothing is not answered, and the
    /// first deployment's number is never announced. Not at once: a gauge is a second or two behind an event.
    /// </summary>
    /// <param name="application">What is known.</param>
    /// <param name="told">The owner's newest gauge; null: none.</param>
    /// <param name="now">The time.</param>
    public static ScaledApplication Reconcile(ScaledApplication application, double? told, DateTimeOffset now)
    {
        if (told is not { } wanted || application.Rollout is not null) return application;
        var replicas = (int)Math.Clamp(Math.Round(wanted), 0, int.MaxValue);
        if (application.PendingSince is { } since)
        {
            return replicas == application.PendingTo && now - since > Settled
                ? application with { Wanted = replicas, Pending = null, PendingTo = null, PendingSince = null }
                : application;
        }

        return replicas != application.Wanted && now - application.ScaledAt > Settled ? application with { Wanted = replicas } : application;
    }

    /// <summary>
    /// The replicas as the HPA sees them: those of other revisions are leaving, or, during a rollout, guests that carry a part of the load;
    /// those that are wanted and unknown are starting.
    /// </summary>
    public static IReadOnlyList<ReplicaObservation> Observe(ScaledApplication application, IReadOnlyList<KnownReplica> known, DateTimeOffset now)
    {
        List<ReplicaObservation> replicas =
        [
            .. known.Select(replica => new ReplicaObservation(
                replica.Id, replica.StartedAt, replica.Ready, replica.ChangedAt,
                Leaving: application is { Revision: not null, Rollout: null } && replica.Revision != application.Revision,
                Guest: application is { Revision: not null, Rollout: not null } && replica.Revision != application.Revision)),
        ];
        var starting = application.Wanted - replicas.Count(replica => !replica.Leaving);
        for (var i = 0; i < starting; i++) replicas.Add(new ReplicaObservation($"starting-{i}", now, Ready: false, ReadyChangedAt: null));
        return replicas;
    }
}
