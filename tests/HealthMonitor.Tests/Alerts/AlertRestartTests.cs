using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.Contracts.Metrics;
using Platform.HealthMonitor.Alerts;
using Platform.HealthMonitor.Live;
using Platform.Metrics.Streaming;
using Platform.Storage;
using Platform.Testing;

namespace Platform.HealthMonitor.Tests.Alerts;

/// <summary>What an alert loop knows outlives it: one after the other on the same tables, on a clock that is moved by hand.</summary>
public sealed class AlertRestartTests
{
    private readonly ManualTimeProvider _time = new(TimeProvider.System.GetUtcNow());

    [Fact]
    public async Task ConditionThatHeldBeforeARestart_IsRaisedWhenItsTimeIsFull_NotCountingTheTimeInBetween()
    {
        // The host's own loop looks but once, before anything is wrong.
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module], ["--HealthMonitor:EvaluationInterval=1m"]);
        await Facts.DeployAsync(host);
        using var client = host.Admin("healthmonitor");
        using var made = await client.PutAsJsonAsync(
            "/rules/many-errors", new { name = "many-errors", metric = "errorRate", aggregation = "mean", comparison = "above", threshold = 0.2, window = "5s", @for = "30s", severity = "critical" });
        made.EnsureSuccessStatusCode();

        var before = Begin(host);
        for (var second = 0; second < 20; second++) await LookAsync(before);
        _time.Advance(TimeSpan.FromHours(1));
        var after = Begin(host);

        for (var second = 0; second < 9; second++) await LookAsync(after);
        Assert.Empty(await RaisedAsync(host));
        for (var second = 0; second < 8; second++) await LookAsync(after);
        Assert.Equal("many-errors", Assert.Single(await RaisedAsync(host)).Rule);
        Assert.DoesNotContain(await Tables(host).ReadAsync(AlertStore.PendingAsync), row => row.Rule == "many-errors");
    }

    [Fact]
    public async Task ConditionThatEndedBeforeItsTime_LeavesNothingBehind()
    {
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module], ["--HealthMonitor:EvaluationInterval=1m"]);
        await Facts.DeployAsync(host);
        var (loop, metrics) = Begin(host);
        await LookAsync((loop, metrics), errors: 30);
        Assert.Contains(await Tables(host).ReadAsync(AlertStore.PendingAsync), row => row.Rule == "error-rate");

        for (var second = 0; second < 90; second++) await LookAsync((loop, metrics), errors: 0);

        Assert.DoesNotContain(await Tables(host).ReadAsync(AlertStore.PendingAsync), row => row.Rule == "error-rate");
    }

    private static Database Tables(ModuleHost host) => host.App.Services.GetRequiredKeyedService<Database>(HealthMonitorModule.Name);

    private static async Task<IReadOnlyList<AlertRow>> RaisedAsync(ModuleHost host) =>
        [.. (await Tables(host).ReadAsync(AlertStore.ActiveAsync)).Where(alert => alert.Rule == "many-errors")];

    private (AlertLoop Loop, LiveMetrics Metrics) Begin(ModuleHost host)
    {
        var metrics = new LiveMetrics(_time);
        var options = host.App.Services.GetRequiredService<IOptions<HealthMonitorOptions>>();
        return (new AlertLoop(Tables(host), metrics, options, _time, NullLogger<AlertLoop>.Instance), metrics);
    }

    private async Task LookAsync((AlertLoop Loop, LiveMetrics Metrics) life, int errors = 50)
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        life.Metrics.Add(new MetricBatch
        {
            Source = "test",
            Application = Facts.Shop,
            At = _time.GetUtcNow(),
            Interval = TimeSpan.FromSeconds(1),
            Samples = [new MetricSample(MetricNames.Requests, "v1", "r1", 100), new MetricSample(MetricNames.Errors, "v1", "r1", errors)],
        });
        await life.Loop.EvaluateAsync(TestContext.Current.CancellationToken);
    }
}
