using Platform.Contracts;
using Platform.Contracts.Anomalies;
using Platform.Contracts.Deployments;
using Platform.Contracts.Experiments;
using Platform.Contracts.Health;
using Platform.Contracts.Replicas;
using Platform.Contracts.Scaling;
using Platform.Contracts.Traffic;
using Platform.Contracts.Units;

namespace Platform.HealthMonitor.Events;

/// <summary>An event in words, and how much it matters.</summary>
internal static class EventSentence
{
    public static (string Severity, string Summary) Of(IEvent happened) => happened switch
    {
        RolloutStarted e => ("info", e.StableRevision is null
            ? $"{e.RequestedBy} ships {e.Application} for the first time: {e.Revision}, {e.Strategy}."
            : $"{e.RequestedBy} ships {e.Revision} of {e.Application} in place of {e.StableRevision}, {e.Strategy}."),
        RolloutStepCompleted { Failed: true } e => ("warning", $"Step {e.Step} of {e.Revision} failed after {Short(e.Duration)}: {e.Message}"),
        RolloutStepCompleted e => ("info", $"Step {e.Step} of {e.Revision} done in {Short(e.Duration)}: {e.Message}"),
        RolloutProgressed e => ("info", $"{e.Revision} of {e.Application} is {e.State}: {e.Message}"),
        DeploymentCompleted e => ("success", $"{e.Revision} of {e.Application} serves everything, after {Short(e.Duration)}."),
        DeploymentFailed e => ("critical", $"{e.Revision} of {e.Application} never served: {e.Reason}"),
        DeploymentRolledBack e => ("critical", $"{e.Revision} of {e.Application} was taken back in {Short(e.RollbackDuration)}, {e.StableRevision} serves: {e.Reason}"),
        ApplicationRemoved e => ("warning", $"{e.Application} was removed."),
        ApplicationScaled e => ("info", $"{e.Application} goes from {e.From} to {e.To} replicas ({e.RequestedBy}): {e.Reason}"),
        ScalingProgressed e => ("info", e.Decision ?? $"Nothing is decided about {e.Application} yet."),
        ScalingRefused e => ("warning", $"{e.Requested} replicas of {e.Application} were refused: {e.Reason}"),
        ReplicaCreated e => ("info", $"Replica {e.Replica} of {e.Revision} is being started."),
        ReplicaStarted e => ("info", $"Replica {e.Replica} of {e.Revision} is ready after {Short(e.StartupDuration)}."),
        ReplicaStopped { Expected: true } e => ("info", $"Replica {e.Replica} of {e.Revision} was stopped."),
        ReplicaStopped e => ("warning", $"Replica {e.Replica} of {e.Revision} died{(e.ExitCode is { } code ? $" with exit code {code}" : "")}."),
        ReplicaUnhealthy e => ("warning", $"Replica {e.Replica} of {e.Revision} is unhealthy: {e.Reason}"),
        TrafficShifted e => ("info", $"Traffic of {e.Application} goes to {string.Join(", ", e.Weights.OrderBy(w => w.Key, StringComparer.Ordinal).Select(w => $"{w.Key} ({w.Value})"))}."),
        TrafficNotShifted e => ("warning", $"Traffic of {e.Application} stays as it is, because {e.Router} refused table {e.Generation}: {e.Reason}"),
        ReplicaDrained { Cut: 0 } e => ("info", $"Replica {e.Replica} has answered its last request."),
        ReplicaDrained e => ("warning", $"Replica {e.Replica} was drained with {e.Cut} requests cut."),
        AlertRaised e => (e.Severity == "critical" ? "critical" : "warning", $"{e.Rule}: {e.Message}"),
        AlertResolved e => ("success", $"{e.Rule} is over after {Short(e.Duration)}."),
        AnomalyDetected { Causes: [] } e => (e.Severity, $"Anomaly of {e.Application}: {e.Message}"),
        AnomalyDetected e => (e.Severity, $"Anomaly of {e.Application}: {e.Message} Likeliest cause ({e.Causes[0].Weight:P0}): {e.Causes[0].Description}"),
        AnomalyEnded e => ("info", $"The anomaly of {e.Metric} of {e.Application} {(e.Outcome == "absorbed" ? "is the new usual" : "is over")} after {Short(e.Duration)}."),
        ExperimentStarted { Faults: [] } e => ("info", $"{e.RequestedBy} began experiment {e.Name} on {e.Application}, of {Short(e.PlannedDuration)} at most: {e.Hypothesis}"),
        ExperimentStarted e => ("info", $"{e.RequestedBy} began experiment {e.Name} on {e.Application}, of {Short(e.PlannedDuration)} at most ({string.Join("; ", e.Faults)}): {e.Hypothesis}"),
        ExperimentEnded { Outcome: "held" } e => ("success", $"Experiment {e.Name} on {e.Application} held after {Short(e.Duration)}: {e.Message}"),
        ExperimentEnded { Outcome: "failed" } e => ("warning", $"Experiment {e.Name} on {e.Application} failed after {Short(e.Duration)}: {e.Message}"),
        ExperimentEnded e => ("warning", $"Experiment {e.Name} on {e.Application} was stopped after {Short(e.Duration)}: {e.Message}"),
        ServiceReported { Ready: true } e => ("info", $"Service {e.Service} {e.Version} is ready."),
        ServiceReported e => ("warning", $"Service {e.Service} is not ready; it waits for {string.Join(", ", e.WaitingFor)}."),
        _ => ("info", $"{happened.GetType().Name} of {happened.Application}."),
    };

    /// <summary>People do not want microseconds.</summary>
    private static string Short(TimeSpan span) => Duration.Format(TimeSpan.FromMilliseconds(
        span.TotalSeconds < 10 ? Math.Round(span.TotalMilliseconds) : Math.Round(span.TotalSeconds) * 1000));
}
