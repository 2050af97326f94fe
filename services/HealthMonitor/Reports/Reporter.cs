using Microsoft.Extensions.Options;
using Platform.HealthMonitor.Live;
using Platform.HealthMonitor.ReadModel;
using Platform.Storage;

namespace Platform.HealthMonitor.Reports;

/// <summary>Gathers what a report is made of.</summary>
internal sealed class Reporter(
    [FromKeyedServices(HealthMonitorModule.Name)] Database database, LiveMetrics metrics, IOptions<HealthMonitorOptions> options, TimeProvider time)
{
    public async Task<HealthReport> ReportAsync(CancellationToken cancellationToken)
    {
        var snapshot = await database.ReadAsync(PlatformSnapshot.ReadAsync, cancellationToken);
        var window = metrics.Windows.Over(options.Value.LiveWindow);
        return ReportBuilder.Build(snapshot, (application, revision) => LiveFigures.Of(window, application, revision), metrics.LastHeard, time.GetUtcNow());
    }
}
