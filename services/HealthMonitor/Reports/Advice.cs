using Platform.HealthMonitor.Alerts;

namespace Platform.HealthMonitor.Reports;

/// <summary>What somebody should do, in words. Pure.</summary>
internal static class Advice
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    public static IReadOnlyList<string> Of(
        IReadOnlyList<ServiceHealth> services, IReadOnlyList<ApplicationHealth> applications, IReadOnlyList<AlertRow> alerts, DateTimeOffset? metricsAt, DateTimeOffset now)
    {
        List<string> advice = [];
        advice.AddRange(services.Where(s => s.Status is HealthStatus.Unhealthy).Select(s => $"Start the service {s.Service} again: it has not reported since {s.ReportedAt:HH:mm:ss} UTC."));
        foreach (var application in applications) advice.AddRange(For(application, alerts));
        advice.AddRange(services.Where(s => s.Status is HealthStatus.Degraded).Select(s => $"The service {s.Service} waits for: {string.Join(", ", s.WaitingFor.DefaultIfEmpty("it does not say what"))}."));
        if (applications.Count > 0 && (metricsAt is null || now - metricsAt > Silence))
        {
            advice.Add("No metrics arrive: look at the gateway and the metric stream; without them nothing is scaled and no alert is raised.");
        }

        return advice;
    }

    private static IEnumerable<string> For(ApplicationHealth application, IReadOnlyList<AlertRow> alerts)
    {
        var mine = alerts.Where(alert => alert.Application == application.Name).Select(alert => alert.Rule).ToHashSet();
        var rolling = application.Rollout is { EndedAt: null };
        if (mine.Contains("error-rate"))
        {
            yield return rolling
                ? $"{application.Name} fails while {application.Rollout!.Revision} is rolled out: abort the rollout unless it does so by itself."
                : $"{application.Name} fails: read its replicas' logs, or roll back if a new revision has just been shipped.";
        }

        if (mine.Contains("slow-requests"))
        {
            yield return $"{application.Name} is slow with {application.ReadyReplicas} replicas: raise scaling.max or lower the scaling target if the autoscaler is at its limit.";
        }

        if (application.ReadyReplicas == 0 && application.WantedReplicas > 0 && application.StableRevision is not null)
        {
            yield return $"{application.Name} has no ready replica: see why they do not start ('platform logs {application.Name}').";
        }

        foreach (var replica in application.Replicas.Where(replica => replica.State == "unhealthy"))
        {
            yield return $"Look at replica {replica.Id} of {application.Name}: {replica.Reason}";
        }
    }
}
