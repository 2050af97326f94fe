using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Platform.Metrics.Streaming;

/// <summary>
/// Reads the stream into <typeparamref name="TReader"/> for as long as the process runs. A subscription that fails, or ends by itself, is
/// made anew after a second: whoever decides by measurements must not stay blind because a broker had a bad moment.
/// </summary>
internal sealed partial class MetricReading<TReader>(string subscriber, TReader reader, IMetricStream stream, TimeProvider time, ILogger<TReader> logger)
    : BackgroundService, IMetricReading
    where TReader : class, IMetricReader
{
    internal static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private volatile Loss? _loss;

    public string Subscriber => subscriber;

    /// <remarks>An idle stream brings no batch that could prove the way back: a new subscription that has not failed within the time of a retry counts as one.</remarks>
    public string? WaitingFor => _loss is { } loss && time.GetUtcNow() < loss.Last + 2 * RetryAfter
        ? string.Create(CultureInfo.InvariantCulture, $"reading failed at {loss.First:HH:mm:ss} UTC, trying again: {loss.Reason}")
        : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ReadAsync(stoppingToken);
                if (!stoppingToken.IsCancellationRequested) Lose("the stream ended", null);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                Lose(failure.Message, failure);
            }

            await Task.Delay(RetryAfter, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReadAsync(CancellationToken stoppingToken)
    {
        // A subscription lives until its token ends, whatever becomes of the one who reads it: a failed one must not fill up behind us.
        using var subscription = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        try
        {
            await foreach (var batch in stream.SubscribeAsync(subscriber, subscription.Token))
            {
                reader.Add(batch);
                if (_loss is not { } loss) continue;
                _loss = null;
                LogBack(subscriber, time.GetUtcNow() - loss.First);
            }
        }
        finally
        {
            await subscription.CancelAsync();
        }
    }

    private void Lose(string reason, Exception? failure)
    {
        var now = time.GetUtcNow();
        var known = WaitingFor is null ? null : _loss;
        _loss = new Loss(known?.First ?? now, now, reason);
        if (known?.Reason != reason) LogLost(failure, subscriber, reason);
    }

    [LoggerMessage(1, LogLevel.Warning, "{Subscriber} reads no metrics, trying again: {Reason}")]
    private partial void LogLost(Exception? failure, string subscriber, string reason);

    [LoggerMessage(2, LogLevel.Information, "{Subscriber} reads metrics again, after {Lost}")]
    private partial void LogBack(string subscriber, TimeSpan lost);

    private sealed record Loss(DateTimeOffset First, DateTimeOffset Last, string Reason);
}
