using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Metrics.Streaming;

namespace Platform.Metrics.Scraping;

/// <summary>Reads the metrics pages of the targets in rounds and puts what they say on the metric stream, one batch a replica.</summary>
internal sealed partial class Scraper(
    IScrapeTargets targets, IMetricStream stream, HttpClient http, IOptions<ScraperOptions> options, TimeProvider time, ILogger<Scraper> log) : BackgroundService
{
    /// <summary>1: the page was read; 0: it was not. The name Prometheus gives it.</summary>
    public const string Up = "up";

    private static readonly Meter Meter = new("Platform.Metrics");
    private static readonly Counter<long> Scrapes = Meter.CreateCounter<long>("platform.scraper.scrapes", "{scrape}", "Metrics pages asked for, by result.");

    private readonly ConcurrentDictionary<string, CounterRates> _rates = new();
    private readonly ConcurrentDictionary<string, byte> _failing = new();

    public override void Dispose()
    {
        http.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var rounds = new PeriodicTimer(options.Value.Interval, time);
        try
        {
            do await RoundAsync(stoppingToken);
            while (await rounds.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            LogStopped(log);
        }
    }

    internal async Task RoundAsync(CancellationToken cancellationToken)
    {
        var current = targets.Current;
        var alive = current.Select(target => target.Replica).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _rates.Keys.Where(replica => !alive.Contains(replica)))
        {
            _rates.TryRemove(gone, out _);
            _failing.TryRemove(gone, out _);
        }

        await Parallel.ForEachAsync(
            current,
            new ParallelOptions { MaxDegreeOfParallelism = options.Value.Parallelism, CancellationToken = cancellationToken },
            async (target, stop) => await ScrapeAsync(target, stop));
    }

    private async Task ScrapeAsync(ScrapeTarget target, CancellationToken cancellationToken)
    {
        List<MetricSample> samples = [];
        var interval = options.Value.Interval;
        var problem = "";
        try
        {
            var text = await FetchAsync(target.Address, cancellationToken);
            var page = PrometheusText.Read(text, options.Value.MaximumSeries);
            var rates = _rates.GetOrAdd(target.Replica, static _ => new CounterRates());
            (samples, var since) = rates.Next(page, target, time.GetUtcNow(), options.Value.MaximumMetrics);
            if (since > TimeSpan.Zero) interval = since;
            if (page.Truncated) problem = $"it has more than {options.Value.MaximumSeries} series; the rest was not read";
            else if (page.Malformed > 0) problem = $"{page.Malformed} lines are not in Prometheus' text format and were skipped";
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            problem = failure is OperationCanceledException ? $"no answer within {options.Value.Timeout}" : failure.Message;
        }

        var isUp = samples.Count > 0 || problem.Length == 0;
        Scrapes.Add(1, new KeyValuePair<string, object?>("result", isUp ? "read" : "failed"));
        samples.Add(new MetricSample(Up, target.Revision, target.Replica, isUp ? 1 : 0));
        stream.Publish(new MetricBatch
        {
            Source = "scraper",
            Application = target.Application,
            At = time.GetUtcNow(),
            Interval = interval,
            Samples = samples,
        });

        // Said once when it begins, not every round.
        if (problem.Length == 0) _failing.TryRemove(target.Replica, out _);
        else if (_failing.TryAdd(target.Replica, 0)) LogProblem(log, target.Address, target.Replica, problem);
    }

    private async Task<string> FetchAsync(Uri address, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.Value.Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.ParseAdd("text/plain;version=0.0.4");
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token);
        if (!response.IsSuccessStatusCode) throw new HttpRequestException($"it answered {(int)response.StatusCode}");

        await using var body = await response.Content.ReadAsStreamAsync(both.Token);
        using var page = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await body.ReadAsync(buffer, both.Token)) > 0)
        {
            if (page.Length + read > options.Value.MaximumBytes) throw new HttpRequestException($"its page is larger than {options.Value.MaximumBytes} bytes");
            page.Write(buffer, 0, read);
        }

        return Encoding.UTF8.GetString(page.GetBuffer(), 0, (int)page.Length);
    }

    [LoggerMessage(2201, LogLevel.Warning, "Metrics of {Replica} at {Address}: {Problem}.")]
    private static partial void LogProblem(ILogger log, Uri address, string replica, string problem);

    [LoggerMessage(2202, LogLevel.Debug, "The scraper stopped.")]
    private static partial void LogStopped(ILogger log);
}
