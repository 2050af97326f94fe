using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Platform.Autoscaler;
using Platform.Autoscaler.Decisions;
using Platform.Autoscaler.History;
using Platform.Contracts.Metrics;
using Platform.Contracts.Scaling;
using Platform.Hosting;
using Platform.Hosting.Json;
using Platform.Metrics;
using Platform.Metrics.Streaming;
using Platform.Storage;

namespace Platform.Benchmarks.AutoscaleFleet;

/// <summary>The autoscaler's module over a fleet that is imagined: its rows, its measurements, and an owner of replicas who does at once what is asked.</summary>
internal sealed class FleetUnderTest : IAsyncDisposable
{
    private const double Target = 50;
    private const int Slices = 10;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly WebApplication _app;
    private readonly string _data;
    private readonly Imagined[] _applications;
    private readonly double _changing;
    private readonly long _memoryBefore;
    private readonly LatencyHistogram _latencies = new();
    private readonly MeterListener _listener = new();
    private readonly Random _random = new(1);
    private bool _measures;
    private long _samples;
    private long _commandsBefore;
    private long _droppedBefore;

    private FleetUnderTest(WebApplication app, string data, int applications, int replicas, double changing, long memoryBefore)
    {
        (_app, _data, _changing, _memoryBefore) = (app, data, changing, memoryBefore);
        _applications = [.. Enumerable.Range(0, applications).Select(i => new Imagined($"app-{i}", replicas))];
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "platform.autoscaler.decision.latency") listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((_, value, _, _) =>
        {
            if (_measures) _latencies.Record(value);
        });
        _listener.Start();
    }

    public static async Task<FleetUnderTest> StartAsync(int applications, int replicas, double changing, bool all, BenchContext context)
    {
        var data = Directory.CreateTempSubdirectory("platform-fleet-").FullName;
        var module = new ServiceModule(AutoscalerModule.Name, 0, builder =>
        {
            builder.AddAutoscaler();
            if (all) return;
            foreach (var part in builder.Services.Where(service => service.ServiceType == typeof(IHostedService) && IsBeside(service)).ToList()) builder.Services.Remove(part);
        }, endpoints => endpoints.MapAutoscaler());
        var before = Memory();
        var app = ServiceHost.Build(["--data", data, "--Log:Level=error", "--Ports:autoscaler=0", "--Stream:SubscriberCapacity=200000"], [module]);
        var fleet = new FleetUnderTest(app, data, applications, replicas, changing, before);
        context.Say($"{applications} applications into {data} …");
        await fleet.FillAsync(context.CancellationToken);
        await app.StartAsync(context.CancellationToken);
        return fleet;
    }

    /// <summary>Measures every application once a second, a tenth of them every tenth of a second.</summary>
    public async Task RunAsync(int seconds, CancellationToken cancellationToken)
    {
        var stream = _app.Services.GetRequiredService<IMetricStream>();
        var fleet = _app.Services.GetRequiredService<Fleet>();
        using var timer = new PeriodicTimer(Second / Slices);
        for (var slice = 0; slice < seconds * Slices; slice++)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
            var (now, began) = (TimeProvider.System.GetUtcNow(), ThreadClock.Now);
            for (var i = slice % Slices; i < _applications.Length; i += Slices)
            {
                var application = _applications[i];
                if (_random.NextDouble() < _changing) application.Demand = Target * application.Replicas * (0.4 + (1.6 * _random.NextDouble()));

                // The owner of replicas does what is asked, and its gauge says so.
                if (fleet.Find(application.Name)?.Row is { PendingTo: { } wanted }) application.Wanted = wanted;
                foreach (var batch in application.Measure(now)) Publish(stream, batch);
            }

            if (_measures) CpuOfMeasuring += ThreadClock.Now - began;
        }
    }

    /// <summary>Seconds of processor time that the side that measures took while it was watched.</summary>
    public double CpuOfMeasuring { get; private set; }

    public void BeginMeasuring()
    {
        (_commandsBefore, _droppedBefore, _samples) = (Commands(), Dropped(), 0);
        _measures = true;
    }

    public FleetFigures Figures()
    {
        _measures = false;
        return new FleetFigures(_samples, _latencies.Count, Commands() - _commandsBefore, Dropped() - _droppedBefore, _latencies.Quantile(0.5), _latencies.Quantile(0.99), _latencies.Maximum);
    }

    public double MemoryPerApplication() => (Memory() - _memoryBefore) / (double)_applications.Length;

    /// <summary>What the history takes when each series is a year old.</summary>
    public double FullHistoryPerApplication()
    {
        var history = _app.Services.GetRequiredService<FleetHistory>();
        var series = history.Applications.First().Metrics.Count;
        var full = new SeriesHistory("requests");
        for (var minute = 0; minute < SeriesHistory.MinutesPerDay * SeriesHistory.Days; minute++) full.Minutes.Set(minute, ValueCode.Zero);
        for (var hour = 0; hour < SeriesHistory.Hours; hour++) full.HourlyMeans.Set(hour, ValueCode.Zero);
        return (double)series * full.Bytes;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    private static bool IsBeside(ServiceDescriptor service) =>
        (service.ImplementationType ?? service.ImplementationInstance?.GetType() ?? service.ImplementationFactory?.Method.ReturnType ?? service.ImplementationFactory?.GetType().GenericTypeArguments[^1])
            ?.FullName is { } name && (name.Contains("Cost", StringComparison.Ordinal) || name.Contains("Anomal", StringComparison.Ordinal) || name.Contains("LiveLoad", StringComparison.Ordinal));

    private static long Memory() => GC.GetTotalMemory(forceFullCollection: true);

    private void Publish(IMetricStream stream, MetricBatch batch)
    {
        _samples += batch.Samples.Count;
        stream.Publish(batch);
    }

    private long Commands() => _app.Services.GetRequiredService<Fleet>().Applications.Sum(application => (long)application.Changes.Count);

    private long Dropped() => _app.Services.GetRequiredService<IMetricStreamStatus>().Figures.Dropped.Values.Sum();

    private Task FillAsync(CancellationToken cancellationToken)
    {
        var settings = JsonSerializer.Serialize(new ScalingSettings
        {
            Min = 1,
            Max = 100,
            Metrics = [new MetricTarget { Name = MetricNames.RequestsPerSecond, Target = Target }, new MetricTarget { Name = MetricNames.Cpu, Target = 0.7 }],
            Behavior = new ScalingBehavior { SyncPeriod = Second },
        }, PlatformJson.Options);
        var now = TimeProvider.System.GetUtcNow();
        return _app.Services.GetRequiredKeyedService<Database>(AutoscalerModule.Name).TransactAsync(async transaction =>
        {
            await transaction.ExecuteAsync(
                "INSERT INTO applications (name, settings, wanted, revision, next_decision, scaled_at, removed, touched) VALUES (@Name, @settings, @Replicas, 'v1', @now, @now, 0, 1)",
                _applications.Select(application => new { application.Name, settings, application.Replicas, now = now.AddMinutes(-10) }).ToList());
            await transaction.ExecuteAsync(
                "INSERT INTO replicas (id, application, revision, started_at, ready, changed_at, stopped) VALUES (@Id, @Application, 'v1', @at, 1, @at, 0)",
                _applications.SelectMany(application => application.Ids.Select(id => new { Id = id, Application = application.Name, at = now.AddHours(-1) })).ToList());
        }, cancellationToken);
    }
}

/// <summary>What was counted.</summary>
internal sealed record FleetFigures(long Samples, long Decisions, long Commands, long Dropped, double P50, double P99, double Maximum);
