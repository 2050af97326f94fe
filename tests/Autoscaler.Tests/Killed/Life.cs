using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Platform.Autoscaler.Anomalies.Watching;
using Platform.Autoscaler.Api;
using Platform.Autoscaler.Applications;
using Platform.Autoscaler.Cost;
using Platform.Autoscaler.Decisions;
using Platform.Autoscaler.History;
using Platform.Autoscaler.Policies;
using Platform.Contracts.Metrics;
using Platform.Effects;
using Platform.Hosting;
using Platform.Messaging;
using Platform.Metrics.Streaming;
using Platform.Storage;
using Platform.Testing;

namespace Platform.Autoscaler.Tests.Killed;

/// <summary>
/// The autoscaler from a start to its end, however it comes, with its parts called by hand and no bus: what it would send stands in its outbox, of
/// which Messaging.Tests prove that it arrives once.
/// </summary>
internal sealed class Life : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly ManualTimeProvider _time;
    private readonly Queue<ClosedMinute> _closed = [];

    public Life(string data, ManualTimeProvider time, IEffects effects, IEnumerable<KeyValuePair<string, string?>>? settings = null)
    {
        _time = time;
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["Data"] = data;
        foreach (var (key, value) in settings ?? []) builder.Configuration[key] = value;
        builder.Services.AddSingleton<TimeProvider>(time).AddSingleton(effects);
        builder.AddAutoscaler();
        builder.AddAudit(AutoscalerModule.Name);
        builder.AddPlatformBus();
        _host = builder.Build();
        Service<HistoryKeeper>().MinuteClosed += _closed.Enqueue;
    }

    public Database Database => _host.Services.GetRequiredKeyedService<Database>(AutoscalerModule.Name);

    /// <summary>An application that serves and scales by its requests.</summary>
    public Task DeployAsync() => Database.TransactAsync(async transaction =>
    {
        var (rollout, settings) = (Guid.NewGuid(), """{"metrics":[{"name":"requestsPerSecond","target":50}],"behavior":{"syncPeriod":"1s"}}""");
        await ApplicationStore.RolloutStartedAsync(transaction, "shop", rollout, "v1", settings, 1, _time.GetUtcNow());
        await ApplicationStore.RolloutEndedAsync(transaction, "shop", rollout, "v1", well: true);
        await ApplicationStore.ReplicaAsync(transaction, "shop", "r1", "v1", ready: true, stopped: false, _time.GetUtcNow() - TimeSpan.FromHours(1), _time.GetUtcNow());
        await ApplicationStore.TouchAsync(transaction, "shop");
    });

    /// <summary>A few seconds of load, and what is decided of it.</summary>
    public async Task DecideAsync(double requests = 200)
    {
        for (var second = 0; second < 5; second++) Measure(new MetricSample(MetricNames.Requests, "v1", "r1", requests));
        await Service<DecisionLoop>().DecideDueAsync(CancellationToken.None);
    }

    /// <summary>A minute and what it shows.</summary>
    public async Task MinuteAsync(double errors)
    {
        Measure(new MetricSample(MetricNames.Errors, "v1", "r1", errors));
        _time.Advance(TimeSpan.FromSeconds(59));
        await Service<HistoryKeeper>().RunOnceAsync(CancellationToken.None);
        while (_closed.TryPeek(out var minute))
        {
            await Service<AnomalyWatch>().TakeAsync(minute, CancellationToken.None);
            _closed.Dequeue();
        }
    }

    /// <summary>A second of what it costs.</summary>
    public async Task CostSecondAsync()
    {
        Measure(
            new MetricSample(MetricNames.Requests, "v1", "r1", 20), new MetricSample(MetricNames.Cpu, "v1", "r1", 0.2), new MetricSample(MetricNames.Memory, "v1", "r1", 1e8),
            new MetricSample(MetricNames.ReadyReplicas, "", "", 1), new MetricSample(MetricNames.WantedReplicas, "", "", 1));
        await Service<CostLoop>().RunOnceAsync(CancellationToken.None);
    }

    /// <summary>What a client does that wants the policy made, changed and deleted, and looks how far it is.</summary>
    public async Task PoliciesAsync()
    {
        var audit = _host.Services.GetRequiredKeyedService<IAuditLog>(AutoscalerModule.Name);
        while (await Database.ReadAsync(reader => PolicyStore.FindAsync(reader, "busy")) is var present && present?.Version is not 3)
        {
            var version = present?.Version ?? 0;
            var request = new PolicyRequest { Policy = new ScalingPolicySpec { Application = "shop", Max = 5 + (int)version }, Reason = "campaign", IfVersion = version };
            var result = version == 2
                ? await PolicyEndpoints.DeleteAsync("busy", "over", new DefaultHttpContext(), Database, audit, _time)
                : await PolicyEndpoints.SetAsync("busy", request, new DefaultHttpContext(), Database, audit, _time);
            Assert.True(result is Ok<ScalingPolicyView> or NoContent, $"{result}");
        }
    }

    public double SecondsSince(DateTimeOffset start) => (_time.GetUtcNow() - start).TotalSeconds;

    public int MinutesSince(DateTimeOffset start) => (int)((_time.GetUtcNow() - start) / TimeSpan.FromMinutes(1));

    public Task<T> ValueAsync<T>(string sql) => Database.ReadAsync(async reader => (await reader.FirstOrDefaultAsync<T>(sql))!);

    public Task<IReadOnlyList<T>> AllAsync<T>(string sql) => Database.ReadAsync(reader => reader.QueryAsync<T>(sql));

    /// <summary>How many messages of a kind are, or were, on their way.</summary>
    public Task<long> SentAsync<T>() => ValueAsync<long>($"SELECT COUNT(*) FROM outbox_message WHERE type LIKE '%{typeof(T).Name}%'");

    public T Service<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        // Nothing of it was started, and what is killed does not say good-bye.
        if (_host is IAsyncDisposable host) await host.DisposeAsync();
    }

    private void Measure(params MetricSample[] samples)
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        Service<MetricIntake>().Add(new MetricBatch { Source = "test", Application = "shop", At = _time.GetUtcNow(), Interval = TimeSpan.FromSeconds(1), Samples = samples });
    }
}
