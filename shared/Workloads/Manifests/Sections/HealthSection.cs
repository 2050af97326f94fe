using Platform.Workloads.Manifests.Yaml;
using Platform.Contracts.Units;

namespace Platform.Workloads.Manifests.Sections;

/// <summary><c>health: { path, interval, timeout, healthyAfter, unhealthyAfter, startupTimeout }</c></summary>
internal static class HealthSection
{
    public static HealthSpec Read(Section section)
    {
        var defaults = new HealthSpec();
        var health = new HealthSpec
        {
            Path = section.Value("path", defaults.Path, "a URL path such as /health", Section.Text, Rules.IsUrlPath),
            Interval = section.Value("interval", defaults.Interval, Duration.Expected + ", from 100ms to 10m", Duration.TryParse,
                Rules.Between(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10))),
            Timeout = section.Value("timeout", defaults.Timeout, Duration.Expected + ", from 10ms to 5m", Duration.TryParse,
                Rules.Between(TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(5))),
            HealthyAfter = section.Value("healthyAfter", defaults.HealthyAfter, "a whole number from 1 to 100", Rules.IsWhole, Rules.Between(1, 100)),
            UnhealthyAfter = section.Value("unhealthyAfter", defaults.UnhealthyAfter, "a whole number from 1 to 100", Rules.IsWhole, Rules.Between(1, 100)),
            StartupTimeout = section.Value("startupTimeout", defaults.StartupTimeout, Duration.Expected + ", from 1s to 1h", Duration.TryParse,
                Rules.Between(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1))),
        };
        section.Close();
        return health;
    }
}
