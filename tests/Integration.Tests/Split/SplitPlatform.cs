using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Npgsql;
using Platform.Contracts.Http;
using Platform.Hosting.Json;
using Platform.Testing;
using Platform.Workloads.Runtimes.Processes;

namespace Platform.Integration.Tests.Split;

/// <summary>
/// The four services as processes of their own, on RabbitMQ, PostgreSQL and the Kafka protocol: one configuration file for all, a data
/// folder each, one shared key.
/// </summary>
public sealed class SplitPlatform(PostgresServer postgres, RabbitMqServer rabbit) : IAsyncLifetime
{
    private const int Brokers = 3;
    internal const string Second = "second-deployment";
    private const string Key = "split-tests-share-this-admin-key";
    private static readonly (string Module, string Project)[] Executables =
        [("gateway", "Gateway"), ("deployment", "Deployment"), ("autoscaler", "Autoscaler"), ("healthmonitor", "HealthMonitor")];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("platform-split-");
    private readonly FreePorts _ports = new();
    private readonly Dictionary<string, ServiceProcess> _services = new(StringComparer.Ordinal);
    private readonly LiveReplicas _replicas = new();
    private MockKafkaCluster? _kafka;
    private int _trafficPort;
    private string _database = "";

    internal PostgresServer Postgres => postgres;

    internal RabbitMqServer Rabbit => rabbit;

    internal LiveReplicas Replicas => _replicas;

    internal IReadOnlyCollection<ServiceProcess> Services => _services.Values;

    /// <summary>Whom to ask about deployments when two deployment services run: the one that acts.</summary>
    internal string Acting { get; set; } = "deployment";

    internal string ConfigurationFile => Path.Combine(_folder.FullName, "platform.json");

    internal Uri TrafficAddress => new($"http://127.0.0.1:{_trafficPort}/");

    private static string? Missing(PostgresServer postgres, RabbitMqServer rabbit) => postgres.Missing ?? rabbit.Missing ?? MockKafkaCluster.Unavailable;

    public async ValueTask InitializeAsync()
    {
        if (Missing(postgres, rabbit) is not null) return;
        _kafka = MockKafkaCluster.Start(Brokers);
        _kafka.CreateTopic("platform.metrics", 4);
        _trafficPort = _ports.Take();
        var ports = Executables.ToDictionary(e => e.Module, _ => _ports.Take());
        _database = await postgres.CreateDatabaseAsync();
        await WriteConfigurationAsync(ports);
        foreach (var (module, project) in Executables)
        {
            _services[module] = new ServiceProcess(
                module, Repository.Service(project), module == "gateway" ? [ports[module], _trafficPort] : [ports[module]], ["--config", ConfigurationFile, "--data", DataOf(module)], Path.Combine(_folder.FullName, module + ".log"));
        }

        await Task.WhenAll(_services.Values.Select(s => s.StartAsync()));
        await WaitUntilReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services.Values) await service.DisposeAsync();
        await _replicas.DisposeAsync();
        _kafka?.Dispose();
        if (Environment.GetEnvironmentVariable("SPLIT_KEEP") is null) _folder.Delete(recursive: true);
    }

    internal void SkipUnlessComplete() => Assert.SkipWhen(Missing(postgres, rabbit) is not null, Missing(postgres, rabbit) ?? "");

    /// <summary>A second deployment service on the same database, bus and machine.</summary>
    internal async Task<ServiceProcess> StartSecondDeploymentAsync()
    {
        var port = _ports.Take();
        var second = _services[Second] = new ServiceProcess(
            Second, Repository.Service("Deployment"), [port], ["--config", ConfigurationFile, "--data", DataOf(Second), $"--Ports:deployment={port}"], Path.Combine(_folder.FullName, Second + ".log"));
        await second.StartAsync();
        return second;
    }

    internal ServiceProcess Service(string module) => _services[module];

    internal string DataOf(string module) => Path.Combine(_folder.FullName, module);

    internal HttpClient Client(string module) => new() { BaseAddress = Service(module).Address, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", Key) } };

    internal SteadyTraffic Visit(double rate) => new(TrafficAddress, rate);

    internal void StopKafka()
    {
        for (var broker = 1; broker <= Brokers; broker++) _kafka!.Down(broker);
    }

    internal void StartKafka()
    {
        for (var broker = 1; broker <= Brokers; broker++) _kafka!.Up(broker);
    }

    internal Task WaitUntilReadyAsync(TimeSpan? deadline = null) =>
        Task.WhenAll(_services.Keys.Where(m => m == Acting || m is not ("deployment" or Second)).Select(m => WaitsForAsync(m, waiting => waiting is { Count: 0 }, "is ready", deadline ?? TimeSpan.FromSeconds(120))));

    /// <summary>Until a service's readiness says what is expected; null: it does not answer.</summary>
    internal async Task WaitsForAsync(string module, Func<IReadOnlyList<string>?, bool> expected, string what, TimeSpan? deadline = null)
    {
        IReadOnlyList<string>? last = null;
        await ExplainAsync(() => Eventually.HoldsAsync(async () => expected(last = await WaitingForAsync(module)), $"{module} {what}", deadline),
            () => $"It waits for: {(last is null ? "(no answer)" : string.Join("; ", last))}");
    }

    /// <summary>Asks an API until the answer is as wanted; an API whose store is away is asked again.</summary>
    internal async Task<T> UntilAsync<T>(string module, string path, Func<T, bool> wanted, string what, TimeSpan? deadline = null)
        where T : class
    {
        using var client = Client(module);
        T? last = null;
        await ExplainAsync(() => Eventually.HoldsAsync(async () => (last = await TryGetAsync<T>(client, path) ?? last) is not null && wanted(last), what, deadline ?? TimeSpan.FromSeconds(60)),
            () => $"The last answer: {JsonSerializer.Serialize(last, PlatformJson.Options)}");
        return last!;
    }

    internal async Task<Guid> DeployAsync(string manifest)
    {
        using var client = Client(Acting);
        using var body = new StringContent(manifest, Encoding.UTF8, "application/yaml");
        using var answer = await client.PostAsync("/api/deployment/deploy", body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<Accepted>(PlatformJson.Options))!.Id;
    }

    /// <summary>Makes sure that some revision serves.</summary>
    /// <returns>Its name.</returns>
    internal async Task<string> ServeSomethingAsync()
    {
        using var client = Client(Acting);
        var present = await TryGetAsync<ApplicationView>(client, $"/api/deployment/applications/{Revisions.Application}");
        if (present?.StableRevision is { } stable) return stable;
        var first = await RolloutAsync(await DeployAsync(Revisions.Steady(this, "first")), r => r.EndedAt is not null, "ends");
        Assert.True(first.State == "completed", first.Message);
        return first.Revision;
    }

    internal Task<RolloutView> RolloutAsync(Guid id, Func<RolloutView, bool> wanted, string what, TimeSpan? deadline = null) =>
        UntilAsync(Acting, $"/api/deployment/deployments/{id}", wanted, $"the rollout {what}", deadline ?? TimeSpan.FromSeconds(120));

    internal Task<ApplicationView> ApplicationAsync(Func<ApplicationView, bool> wanted, string what, TimeSpan? deadline = null) =>
        UntilAsync(Acting, $"/api/deployment/applications/{Revisions.Application}", wanted, $"the application {what}", deadline);

    /// <summary>A row count, asked of the database itself.</summary>
    internal async Task<long> CountAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<IReadOnlyList<string>?> WaitingForAsync(string module)
    {
        using var client = Client(module);
        try
        {
            using var answer = await client.GetAsync("/health/ready");
            var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
            return [.. body.GetProperty("waitingFor").EnumerateArray().Select(w => w.GetString()!)];
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static async Task<T?> TryGetAsync<T>(HttpClient client, string path)
        where T : class
    {
        try
        {
            using var answer = await client.GetAsync(path);
            return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<T>(PlatformJson.Options) : null;
        }
        catch (Exception away) when (away is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    private async Task ExplainAsync(Func<Task> work, Func<string> more)
    {
        try
        {
            await work();
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message}\n{more()}\n{string.Join("\n", _services.Values.Select(s => $"──── {s.Module} ────\n{s.LastWords}"))}", late);
        }
    }

    private async Task WriteConfigurationAsync(Dictionary<string, int> ports)
    {
        var key = Path.Combine(_folder.FullName, "shared.key");
        await File.WriteAllTextAsync(key, Key + "\n");
        var configuration = new Dictionary<string, object>
        {
            ["Storage"] = new { Kind = "postgresql", ConnectionString = _database },
            ["Bus"] = new { Transport = "rabbitMq", Uri = rabbit.TakeVirtualHost() },
            ["Stream"] = new { Kind = "kafka", _kafka!.BootstrapServers },
            ["Auth"] = new { Keys = new[] { new { Name = "tests", Role = "admin", File = key } } },
            ["Ports"] = new Dictionary<string, int>(ports) { ["traffic"] = _trafficPort },
            ["Heartbeat"] = new { Interval = "1s" },
            ["Deployment"] = new { OrphanScan = "2s", Lease = "5s" },
        };
        await File.WriteAllTextAsync(ConfigurationFile, JsonSerializer.Serialize(configuration));
    }
}
