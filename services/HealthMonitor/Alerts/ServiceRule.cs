using Platform.HealthMonitor.ReadModel;

namespace Platform.HealthMonitor.Alerts;

/// <summary>The one rule that cannot be deleted: a service of the platform that stops reporting is an alert.</summary>
internal static class ServiceRule
{
    public const string Application = "platform";

    public static AlertRule For(string service) => new()
    {
        Name = $"service-down-{service}",
        Description = "The service has missed three reports.",
        Metric = "servicesUp",
        Aggregation = Aggregation.Last,
        Comparison = Comparison.Below,
        Threshold = 1,
        ClearAfter = TimeSpan.Zero,
        Severity = Severity.Critical,
    };

    /// <summary>How many of its instances report.</summary>
    public static Observation Observe(IReadOnlyList<ServiceRow> instances, DateTimeOffset now) => new(instances.Count(instance => !instance.IsDown(now)), instances.Count);
}
