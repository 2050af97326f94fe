using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts;
using Platform.Contracts.Deployments;
using Platform.Contracts.Health;
using Platform.Contracts.Metrics;
using Platform.Contracts.Replicas;
using Platform.Contracts.Scaling;
using Platform.Contracts.Traffic;
using Platform.HealthMonitor;
using Platform.HealthMonitor.Dashboard;
using Platform.Hosting.Security;
using Platform.Metrics;
using Platform.Metrics.Streaming;
using Platform.Testing;

namespace Platform.EndToEnd.Tests.Dashboard;

/// <summary>
/// A health monitor that has been told of a platform at work: four services, one waiting; two applications, one in the middle of
/// a canary rollout; five minutes of traffic with a wave in it and a few errors.
/// </summary>
internal sealed class Story : IAsyncDisposable
{
    public const string Shop = "storefront";
    private const string Monitor = HealthMonitorModule.Name;
    private const int PastSeconds = 300;
    private readonly ModuleHost _host;
    private readonly CancellationTokenSource _ending = new();
    private Task _traffic = Task.CompletedTask;

    private Story(ModuleHost host, CommandOwner owner) => (_host, Owner) = (host, owner);

    public CommandOwner Owner { get; }

    public Guid Rollout { get; } = Guid.NewGuid();

    public Uri Address => _host.Address(Monitor);

    /// <param name="whyNoCharts">Not null: as a machine without Node builds the page.</param>
    public static async Task<Story> StartAsync(string? whyNoCharts = null)
    {
        var owner = new CommandOwner();
        var module = whyNoCharts is null ? HealthMonitorModule.Module : HealthMonitorModule.Module with
        {
            Add = builder =>
            {
                builder.Services.AddSingleton(DashboardAssets.WithoutCharts(whyNoCharts));
                HealthMonitorModule.Module.Add(builder);
            },
        };
        var story = new Story(await ModuleHost.StartAsync([module, owner.Module]), owner);
        await story.TellAsync();
        return story;
    }

    /// <summary>A link that logs in once, as <c>./platform dashboard</c> prints it.</summary>
    public Uri LoginLink(string role)
    {
        var services = _host.App.Services;
        var key = services.GetRequiredService<KeyStore>().Create("ada", role, null);
        var (code, _) = services.GetRequiredService<SessionStore>().CreateCode("ada", role, key.Key.Id);
        return new Uri(Address, "/login?code=" + code);
    }

    public string NewKey(string role) => _host.App.Services.GetRequiredService<KeyStore>().Create("grace", role, null).Secret;

    public Task PublishAsync<T>(T happened) where T : class, IEvent => _host.PublishAsync(happened);

    public async Task ScaledAsync(int from, int to) => await PublishAsync(new ApplicationScaled
    {
        Application = Shop, At = DateTimeOffset.UtcNow, CorrelationId = Guid.NewGuid(), From = from, To = to, RequestedBy = "autoscaler",
        Reason = "requestsPerSecond is 61 of 50 wanted per replica.",
    });

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _traffic;
        await _host.DisposeAsync();
        _ending.Dispose();
    }

    private async Task TellAsync()
    {
        var start = DateTimeOffset.UtcNow.AddSeconds(-240);
        await DeployAsync(Shop, "v1", start, replicas: 4);
        await DeployAsync("images", "2024-11-02", start.AddSeconds(10), replicas: 2);
        await PublishAsync(new TrafficShifted { Application = Shop, At = start.AddSeconds(12), CorrelationId = Guid.NewGuid(), Generation = 1, Weights = new Dictionary<string, int> { ["v1"] = 100 } });
        await PublishAsync(new ApplicationScaled { Application = Shop, At = start.AddSeconds(60), CorrelationId = Guid.NewGuid(), From = 2, To = 4, RequestedBy = "autoscaler", Reason = "requestsPerSecond is 74 of 50 wanted per replica." });
        await RolloutAsync(start.AddSeconds(150));
        await PublishAsync(new ReplicaUnhealthy { Application = Shop, At = start.AddSeconds(200), CorrelationId = Guid.NewGuid(), Replica = "storefront-v1-4", Revision = "v1", Reason = "GET /health answered 503: 'warming up'." });
        await ReportAsync("gateway", 8010);
        await ReportAsync("autoscaler", 8011);
        await ReportAsync("optimizer", 8012, "RabbitMQ at 127.0.0.1:5672, unreachable for 12 s");
        using var client = _host.Admin(Monitor);
        var made = await client.PostAsJsonAsync("/rules", new { name = "slow-images", metric = "latency", aggregation = "p95", window = "10s", comparison = "above", threshold = 0.05, application = "images" });
        made.EnsureSuccessStatusCode();
        _traffic = TrafficAsync();
        await ModuleHost.UntilAsync(client, "/health/report", report =>
            report.GetProperty("applications").GetArrayLength() == 2
            && report.GetProperty("services").GetArrayLength() >= 4
            && report.GetProperty("activeAlerts").GetArrayLength() == 1
            && report.GetProperty("applications").EnumerateArray().First(a => a.GetProperty("name").GetString() == Shop) is var shop
            && shop.GetProperty("replicas").GetArrayLength() == 5
            && shop.GetProperty("revisions").GetArrayLength() == 2
            && shop.GetProperty("rollout").GetProperty("state").GetString() == "watching"
            && shop.GetProperty("rollout").GetProperty("course").GetProperty("step").GetInt32() == 2);
    }

    private async Task DeployAsync(string application, string revision, DateTimeOffset at, int replicas)
    {
        var id = Guid.NewGuid();
        await PublishAsync(new RolloutStarted { Application = application, At = at, CorrelationId = id, Revision = revision, Strategy = "rolling", RequestedBy = "ada", Scaling = new ScalingSettings { Min = replicas } });
        using var client = _host.Admin(Monitor);
        await ModuleHost.UntilAsync(client, $"/events?application={application}", page => page.GetProperty("items").GetArrayLength() >= 1);
        for (var i = 1; i <= replicas; i++) await ReplicaAsync(application, revision, i, at.AddSeconds(3 + i));
        await PublishAsync(new DeploymentCompleted { Application = application, At = at.AddSeconds(11), CorrelationId = id, Revision = revision, Duration = TimeSpan.FromSeconds(11) });
        await ModuleHost.UntilAsync(client, $"/events?application={application}", page => page.GetProperty("items").GetArrayLength() >= replicas + 2);
    }

    private Task ReplicaAsync(string application, string revision, int number, DateTimeOffset at) => PublishAsync(new ReplicaStarted
    {
        Application = application, At = at, CorrelationId = Guid.NewGuid(), Replica = $"{application}-{revision}-{number}", Revision = revision,
        Address = new Uri($"http://127.0.0.1:{40000 + (number * 17)}"), StartupDuration = TimeSpan.FromSeconds(1.4),
    });

    private async Task RolloutAsync(DateTimeOffset at)
    {
        await PublishAsync(new RolloutStarted { Application = Shop, At = at, CorrelationId = Rollout, Revision = "v2", StableRevision = "v1", Strategy = "canary", RequestedBy = "ada" });
        using var client = _host.Admin(Monitor);
        await ModuleHost.UntilAsync(client, $"/events?application={Shop}&type=RolloutStarted", page => page.GetProperty("items").GetArrayLength() >= 2);
        (string Step, string Message, double Seconds)[] steps =
        [
            ("plan", "1 replica of v2 beside 4 of v1.", 0.02), ("start", "1 replica of v2 is healthy.", 1.6), ("shift", "v2 gets 10 % of the requests; watched until its error rate is known.", 0.4),
        ];
        await ReplicaAsync(Shop, "v2", 5, at.AddSeconds(2));
        for (var i = 0; i < steps.Length; i++)
        {
            await PublishAsync(new RolloutStepCompleted { Application = Shop, At = at.AddSeconds(i + 1), CorrelationId = Rollout, Revision = "v2", Step = steps[i].Step, Message = steps[i].Message, Duration = TimeSpan.FromSeconds(steps[i].Seconds) });
            var expected = i + 1;
            await ModuleHost.UntilAsync(client, $"/events?application={Shop}&type=RolloutStepCompleted", page => page.GetProperty("items").GetArrayLength() >= expected);
        }

        await PublishAsync(new TrafficShifted { Application = Shop, At = at.AddSeconds(3), CorrelationId = Guid.NewGuid(), Generation = 2, Weights = new Dictionary<string, int> { ["v1"] = 99, ["v2"] = 1 } });
        await ModuleHost.UntilAsync(client, $"/events?application={Shop}&type=TrafficShifted", page => page.GetProperty("items").GetArrayLength() >= 2);
        await PublishAsync(new TrafficShifted { Application = Shop, At = at.AddSeconds(33), CorrelationId = Guid.NewGuid(), Generation = 3, Weights = new Dictionary<string, int> { ["v1"] = 90, ["v2"] = 10 } });
        foreach (var point in RolloutStory.Evidence(at.AddSeconds(5))) await ProgressAsync(RolloutStory.Course(point));
    }

    /// <summary>The deployment service tells where the rollout of <see cref="Shop"/> stands.</summary>
    public Task ProgressAsync(RolloutCourse course, string state = "watching", string message = "watching v2") => PublishAsync(new RolloutProgressed
    {
        Application = Shop, At = course.Evidence?.At ?? DateTimeOffset.UtcNow, CorrelationId = Rollout, Revision = "v2", State = state, Message = message, Course = course,
    });

    private Task ReportAsync(string service, int port, params string[] waitingFor) => PublishAsync(new ServiceReported
    {
        Application = "platform", At = DateTimeOffset.UtcNow, CorrelationId = Guid.NewGuid(), Service = service, Address = new Uri($"http://127.0.0.1:{port}"), Version = "0.1.0",
        Ready = waitingFor.Length == 0, WaitingFor = waitingFor, Interval = TimeSpan.FromMinutes(2),
    });

    /// <summary>Five minutes of traffic at once, then a second of it every second.</summary>
    private async Task TrafficAsync()
    {
        var random = new Random(1995);
        var start = DateTimeOffset.UtcNow;
        void Second(int second)
        {
            Put(Shop, start.AddSeconds(second), Math.Round(150 + (90 * Math.Sin(second / 38.0)) + (random.NextDouble() * 26)), random);
            Put("images", start.AddSeconds(second), 30, random);
        }

        for (var second = -PastSeconds; second <= 0; second++) Second(second);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            for (var second = 1; await timer.WaitForNextTickAsync(_ending.Token); second++) Second(second);
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The story is over.
        }
    }

    private void Put(string application, DateTimeOffset at, double requests, Random random)
    {
        MetricSample Sample(string name, string revision, double value, LatencyHistogram? histogram = null) => new(name, revision, $"{application}-{revision}-1", value, histogram);
        IEnumerable<MetricSample> Of(string revision, double count, double factor)
        {
            var latency = new LatencyHistogram();
            for (var i = 0; i < count; i++) latency.Record(factor * (0.014 - (0.009 * Math.Log(1 - random.NextDouble()))));
            yield return Sample(MetricNames.Requests, revision, count);
            yield return Sample(MetricNames.Errors, revision, random.NextDouble() > 0.93 ? random.Next(1, 4) : 0);
            yield return Sample(MetricNames.Latency, revision, latency.Count, latency);
            yield return Sample(MetricNames.Cpu, revision, 0.31 * factor);
            yield return Sample(MetricNames.Memory, revision, 88_000_000);
        }

        _host.App.Services.GetRequiredService<IMetricStream>().Publish(new MetricBatch
        {
            Source = "gateway",
            Application = application,
            At = at,
            Interval = TimeSpan.FromSeconds(1),
            Samples = application == Shop ? [.. Of("v1", Math.Round(requests * 0.9), 1), .. Of("v2", Math.Round(requests * 0.1), 1.15)] : [.. Of("2024-11-02", requests, 3)],
        });
    }
}
