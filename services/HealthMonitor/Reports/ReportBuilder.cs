using System.Text.Json;
using Platform.Contracts.Deployments;
using Platform.HealthMonitor.Alerts;
using Platform.HealthMonitor.Live;
using Platform.HealthMonitor.ReadModel;
using Platform.Hosting.Json;

namespace Platform.HealthMonitor.Reports;

/// <summary>Makes the report out of the present state and the live figures. Pure.</summary>
internal static class ReportBuilder
{
    /// <param name="snapshot">The present state.</param>
    /// <param name="figures">Live figures by application and revision (null: all revisions).</param>
    /// <param name="metricsAt">When a metric last arrived.</param>
    /// <param name="now">The time.</param>
    public static HealthReport Build(PlatformSnapshot snapshot, Func<string, string?, LiveFigures> figures, DateTimeOffset? metricsAt, DateTimeOffset now)
    {
        var services = snapshot.Services.Select(service => Service(service, now)).ToList();
        var applications = snapshot.Applications.Select(application => Application(application, snapshot, figures)).ToList();
        var alerts = snapshot.ActiveAlerts.Select(View).ToList();
        return new HealthReport
        {
            At = now,
            Overall = Overall(services, applications, snapshot.ActiveAlerts),
            Services = services,
            Applications = applications,
            Performance = Together(applications),
            ActiveAlerts = alerts,
            Recommendations = Advice.Of(services, applications, snapshot.ActiveAlerts, metricsAt, now),
            MetricsAt = metricsAt,
        };
    }

    public static AlertView View(AlertRow alert) => new(
        alert.Id, alert.Rule, alert.Application, alert.Severity, alert.Message, alert.Value, alert.Threshold, alert.RaisedAt, alert.ResolvedAt);

    private static HealthStatus Overall(IReadOnlyList<ServiceHealth> services, IReadOnlyList<ApplicationHealth> applications, IReadOnlyList<AlertRow> alerts)
    {
        var worst = services.Select(service => service.Status).Concat(applications.Select(application => application.Status)).DefaultIfEmpty(HealthStatus.Healthy).Max();
        var alarm = alerts.Any(alert => alert.Severity == "critical") ? HealthStatus.Unhealthy
            : alerts.Any(alert => alert.Severity == "warning") ? HealthStatus.Degraded
            : HealthStatus.Healthy;
        return worst > alarm ? worst : alarm;
    }

    private static ServiceHealth Service(ServiceRow service, DateTimeOffset now) => new()
    {
        Service = service.Service,
        Instance = service.Instance,
        Address = service.Address,
        Version = service.Version,
        Status = service.IsDown(now) ? HealthStatus.Unhealthy : service.Ready ? HealthStatus.Healthy : HealthStatus.Degraded,
        WaitingFor = service.IsDown(now) ? [$"Its last report came {(now - service.ReportedAt).TotalSeconds:0} s ago."] : Read<List<string>>(service.WaitingFor),
        ReportedAt = service.ReportedAt,
        Since = service.Since,
    };

    private static ApplicationHealth Application(ApplicationRow application, PlatformSnapshot snapshot, Func<string, string?, LiveFigures> figures)
    {
        var replicas = snapshot.Replicas.Where(replica => replica.Application == application.Name).ToList();
        var ready = replicas.Count(replica => replica.State == "ready");
        var alerts = snapshot.ActiveAlerts.Where(alert => alert.Application == application.Name).ToList();
        var rollout = snapshot.Rollouts.FirstOrDefault(r => r.Application == application.Name);
        var (status, reasons) = Judge(application, replicas, ready, alerts);
        return new ApplicationHealth
        {
            Name = application.Name,
            Status = status,
            Reasons = reasons,
            StableRevision = application.StableRevision,
            WantedReplicas = application.Wanted,
            ReadyReplicas = ready,
            Rollout = rollout is null ? null
                : new RolloutHealth(rollout.Id, rollout.Revision, rollout.StableRevision, rollout.Strategy, rollout.State, rollout.Message, rollout.StartedAt, rollout.EndedAt,
                    rollout.Course is null ? null : Read<RolloutCourse>(rollout.Course)),
            Revisions = Revisions(application, replicas, figures),
            Replicas = [.. replicas.Select(r => new ReplicaHealth(r.Id, r.Revision, r.State, r.Address, r.Reason, r.StartedAt, r.Restarts))],
            Performance = figures(application.Name, null),
        };
    }

    private static (HealthStatus Status, IReadOnlyList<string> Reasons) Judge(ApplicationRow application, List<ReplicaRow> replicas, int ready, List<AlertRow> alerts)
    {
        var status = HealthStatus.Healthy;
        List<string> reasons = [];
        void Found(HealthStatus how, string why)
        {
            status = how > status ? how : status;
            reasons.Add(why);
        }

        // Before the first rollout has ended an application serves nobody yet.
        if (ready == 0 && application.Wanted > 0 && application.StableRevision is not null) Found(HealthStatus.Unhealthy, "No replica is ready.");
        else if (ready < application.Wanted && application.Rollout is null) Found(HealthStatus.Degraded, $"{ready} of {application.Wanted} replicas are ready.");
        foreach (var replica in replicas.Where(replica => replica.State == "unhealthy")) Found(HealthStatus.Degraded, $"Replica {replica.Id} is unhealthy: {replica.Reason}");
        foreach (var alert in alerts)
        {
            Found(alert.Severity switch { "critical" => HealthStatus.Unhealthy, "warning" => HealthStatus.Degraded, _ => HealthStatus.Healthy }, alert.Message);
        }

        return (status, reasons);
    }

    private static IReadOnlyList<RevisionHealth> Revisions(ApplicationRow application, List<ReplicaRow> replicas, Func<string, string?, LiveFigures> figures)
    {
        var weights = Read<Dictionary<string, int>>(application.Weights);
        return
        [
            .. weights.Keys.Concat(replicas.Select(replica => replica.Revision)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
                .Select(revision => new RevisionHealth(
                    revision, weights.GetValueOrDefault(revision), replicas.Count(r => r.Revision == revision && r.State == "ready"), figures(application.Name, revision))),
        ];
    }

    /// <summary>Sums add up; of latencies the slowest application speaks for all, because quantiles do not add up.</summary>
    private static LiveFigures Together(IReadOnlyList<ApplicationHealth> applications)
    {
        var all = applications.Select(application => application.Performance).ToList();
        var requests = all.Sum(figures => figures.RequestsPerSecond ?? 0);
        var errors = all.Sum(figures => (figures.RequestsPerSecond ?? 0) * (figures.ErrorRate ?? 0));
        return new LiveFigures
        {
            RequestsPerSecond = requests,
            ErrorRate = requests > 0 ? Math.Round(errors / requests, 5) : null,
            P50Milliseconds = all.Max(figures => figures.P50Milliseconds),
            P95Milliseconds = all.Max(figures => figures.P95Milliseconds),
            P99Milliseconds = all.Max(figures => figures.P99Milliseconds),
            InFlight = all.Sum(figures => figures.InFlight ?? 0),
            Held = all.Sum(figures => figures.Held ?? 0),
            Cpu = all.Sum(figures => figures.Cpu ?? 0),
            MemoryBytes = all.Sum(figures => figures.MemoryBytes ?? 0),
        };
    }

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, PlatformJson.Options)!;
}
