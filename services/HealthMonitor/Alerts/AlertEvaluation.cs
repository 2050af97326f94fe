namespace Platform.HealthMonitor.Alerts;

/// <summary>
/// The life of an alert as a function.
/// <code>
///              holds                 held for `for`
/// inactive ───────────► pending ──────────────────► firing ──┐
///     ▲                    │ does not hold              │     │ holds: the clearing starts again
///     └────────────────────┴────────────────────────────┘◄────┘
///                            has not held for `clearAfter`
/// </code>
/// Nothing measured is not good news: a pending alert waits, a firing one goes on. Too few events is good news: nobody is hurt. So is
/// that an application which is to have no replica has none.
/// </summary>
internal static class AlertEvaluation
{
    /// <param name="rule">The rule.</param>
    /// <param name="state">Where it stood.</param>
    /// <param name="observed">What was measured.</param>
    /// <param name="now">The time.</param>
    /// <param name="newId">The id of the alert if it is raised now.</param>
    public static (AlertState State, AlertTransition Transition) Step(AlertRule rule, AlertState state, Observation observed, DateTimeOffset now, Guid newId)
    {
        if (observed.Value is not { } value || double.IsNaN(value)) return (state, AlertTransition.None);
        var holds = !observed.IsAtRest && observed.Events >= rule.MinimumEvents && Crosses(rule, value);
        return state.Phase switch
        {
            AlertPhase.Firing => Firing(rule, state, holds, now),
            _ when !holds => (AlertState.Inactive, AlertTransition.None),
            AlertPhase.Pending => Pending(rule, state, now, newId),
            _ => Pending(rule, new AlertState(AlertPhase.Pending, now), now, newId),
        };
    }

    public static bool Crosses(AlertRule rule, double value) => rule.Comparison is Comparison.Above ? value > rule.Threshold : value < rule.Threshold;

    private static (AlertState, AlertTransition) Pending(AlertRule rule, AlertState state, DateTimeOffset now, Guid newId) =>
        now - state.Since >= rule.For
            ? (new AlertState(AlertPhase.Firing, now, AlertId: newId), AlertTransition.Raised)
            : (state, AlertTransition.None);

    private static (AlertState, AlertTransition) Firing(AlertRule rule, AlertState state, bool holds, DateTimeOffset now)
    {
        if (holds) return (state with { ClearSince = null }, AlertTransition.None);
        var since = state.ClearSince ?? now;
        return now - since >= rule.ClearAfter
            ? (AlertState.Inactive, AlertTransition.Resolved)
            : (state with { ClearSince = since }, AlertTransition.None);
    }
}
