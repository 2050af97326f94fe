using System.Collections.Concurrent;
using Platform.Metrics.Streaming;
using Platform.Metrics.Windows;

namespace Platform.Autoscaler.Decisions;

/// <summary>Reads the metric stream into windows and remembers when each application was last heard of.</summary>
internal sealed partial class MetricIntake(IMetricStream stream, TimeProvider time, ILogger<MetricIntake> logger) : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _heard = new(StringComparer.Ordinal);

    public MetricWindows Windows { get; } = new(time);

    /// <summary>When the newest batch about the application arrived; null: never since the start.</summary>
    public DateTimeOffset? LastHeard(string application) => _heard.TryGetValue(application, out var at) ? at : null;

    public void Take(MetricBatch batch)
    {
        Windows.Add(batch);
        _heard[batch.Application] = time.GetUtcNow();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var batch in stream.SubscribeAsync(AutoscalerModule.Name, stoppingToken)) Take(batch);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                LogLost(failure);
                await Task.Delay(RetryAfter, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The metric stream is lost; trying again")]
    private partial void LogLost(Exception failure);
}
