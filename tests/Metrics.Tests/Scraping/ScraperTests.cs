using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.Metrics.Exposition;
using Platform.Metrics.Scraping;
using Platform.Metrics.Streaming;
using Platform.Testing;

namespace Platform.Metrics.Tests.Scraping;

public sealed class ScraperTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly ManualTimeProvider _time = new();
    private readonly Targets _targets = new();
    private readonly Recorder _stream = new();
    private readonly Pages _pages = new();
    private readonly Scraper _scraper;

    public ScraperTests() => _scraper = Scraping(new HttpClient(_pages));

    public void Dispose() => _scraper.Dispose();

    [Fact]
    public async Task Round_GaugesAndCounters_BecomeValuesAndRatesPerReplica()
    {
        _pages.Body = "# TYPE jobs counter\njobs_total{q=\"a\"} 100\njobs_total{q=\"b\"} 10\ndepth{q=\"a\"} 3\ndepth{q=\"b\"} 4\n";
        await _scraper.RoundAsync(None);
        Assert.Equal([("depth", 7.0), ("up", 1.0)], Values(_stream.Last));

        _time.Advance(TimeSpan.FromSeconds(5));
        _pages.Body = "# TYPE jobs counter\njobs_total{q=\"a\"} 150\njobs_total{q=\"b\"} 20\ndepth{q=\"a\"} 1\n";
        await _scraper.RoundAsync(None);
        Assert.Equal([("jobs_total", 12.0), ("depth", 1.0), ("up", 1.0)], Values(_stream.Last));
        Assert.Equal(("shop", "scraper", TimeSpan.FromSeconds(5)), (_stream.Last.Application, _stream.Last.Source, _stream.Last.Interval));
        Assert.All(_stream.Last.Samples, sample => Assert.Equal(("v1", "r1"), (sample.Revision, sample.Replica)));
    }

    [Fact]
    public async Task Round_ACounterThatStartedAgain_CountsFromZero()
    {
        _pages.Body = "# TYPE jobs_total counter\njobs_total 1000\n";
        await _scraper.RoundAsync(None);
        _time.Advance(TimeSpan.FromSeconds(10));
        _pages.Body = "# TYPE jobs_total counter\njobs_total 30\n";
        await _scraper.RoundAsync(None);
        Assert.Contains(("jobs_total", 3.0), Values(_stream.Last));
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError, "depth 1\n")]
    [InlineData(HttpStatusCode.Redirect, "")]
    public async Task Round_AnErrorOrARedirect_IsDownAndNothingElse(HttpStatusCode status, string body)
    {
        (_pages.Status, _pages.Body) = (status, body);
        await _scraper.RoundAsync(None);
        Assert.Equal([("up", 0.0)], Values(_stream.Last));
    }

    [Fact]
    public async Task Round_APageTooLarge_IsDownAndNothingElse()
    {
        _pages.Body = new string('#', 3 * 1024 * 1024);
        await _scraper.RoundAsync(None);
        Assert.Equal([("up", 0.0)], Values(_stream.Last));
    }

    [Fact]
    public async Task Round_AReplicaThatDoesNotAnswer_IsGivenUpAfterTheTimeout()
    {
        _pages.Hangs = true;
        var round = _scraper.RoundAsync(None);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (_time.NextDue is null) await Task.Delay(5, deadline.Token);
        _time.Advance(TimeSpan.FromSeconds(3));
        await round.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal([("up", 0.0)], Values(_stream.Last));
    }

    [Fact]
    public async Task Round_MoreMetricsThanAllowed_TakesTheFirst()
    {
        _pages.Body = string.Concat(Enumerable.Range(0, 1000).Select(i => $"m{i} 1\n"));
        await _scraper.RoundAsync(None);
        Assert.Equal(201, _stream.Last.Samples.Count);
    }

    [Fact]
    public async Task Round_OurOwnExposition_IsReadOverHttp()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        builder.AddPrometheus();
        await using var app = builder.Build();
        app.MapPrometheus();
        await app.StartAsync();
        _targets.Current = [new ScrapeTarget("shop", "v1", "r1", new Uri($"{app.Urls.Single()}/metrics"))];
        using var scraper = Scraping(new HttpClient());
        await scraper.RoundAsync(None);
        Assert.Contains(_stream.Last.Samples, sample => sample is { Name: "up", Value: 1 });
        Assert.Contains(_stream.Last.Samples, sample => sample is { Name: "dotnet_process_memory_working_set_bytes", Value: > 1e6 });

        using var client = new HttpClient();
        using var response = await client.GetAsync(new Uri($"{app.Urls.Single()}/metrics"));
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task AddScraper_InAHost_ScrapesInRounds()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.AddScraper<Targets>();
        using var host = builder.Build();
        var stream = (IMetricStream)host.Services.GetService(typeof(IMetricStream))!;
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var batches = stream.SubscribeAsync("test", stop.Token);
        await host.StartAsync();
        await foreach (var batch in batches)
        {
            Assert.Equal([("up", 0.0)], Values(batch)); // nobody listens at the target
            break;
        }

        Assert.False(stop.IsCancellationRequested);
        await host.StopAsync();
    }

    private static IEnumerable<(string, double)> Values(MetricBatch batch) => batch.Samples.Select(s => (s.Name, s.Value));

    private Scraper Scraping(HttpClient http) =>
        new(_targets, _stream, http, Options.Create(new ScraperOptions()), _time, NullLogger<Scraper>.Instance);

    private sealed class Targets : IScrapeTargets
    {
        public IReadOnlyList<ScrapeTarget> Current { get; set; } = [new("shop", "v1", "r1", new Uri("http://127.0.0.1:1/metrics"))];
    }

    private sealed class Recorder : IMetricStream
    {
        private readonly ConcurrentQueue<MetricBatch> _batches = new();

        public MetricBatch Last => _batches.Last();

        public void Publish(MetricBatch batch) => _batches.Enqueue(batch);

        public IAsyncEnumerable<MetricBatch> SubscribeAsync(string subscriber, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    private sealed class Pages : HttpMessageHandler
    {
        public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

        public string Body { get; set; } = "";

        public bool Hangs { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (Hangs) await Task.Delay(Timeout.Infinite, cancellationToken);
            return new HttpResponseMessage(Status) { Content = new StringContent(Body) };
        }
    }
}
