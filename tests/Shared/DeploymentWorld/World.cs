using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Contracts;
using Platform.Contracts.Deployments;
using Platform.Contracts.Http;
using Platform.Contracts.Scaling;
using Platform.Deployment;
using Platform.Deployment.Analysis;
using Platform.Deployment.Replicas;
using Platform.Deployment.Rollouts;
using Platform.Effects;
using Platform.Messaging;
using Platform.Storage;
using Platform.Workloads.Runtimes;
using Platform.Workloads.Secrets;

namespace Platform.Testing.DeploymentWorld;

/// <summary>
/// A deployment service with everything around it, of which only the service can be killed:
/// <code>
/// survives:  FakeMachine (processes)   FakeGateway (its table)   the database file   Events (what anybody saw)
/// dies:      Life: host, bus, outbox delivery, saga, reconciler, watches; behind MortalEffects
/// </code>
/// </summary>
internal sealed class World : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    // In memory where that can be had: thousands of lives commit thousands of times.
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), "deployment-world-" + Guid.NewGuid().ToString("N"))).FullName;

    /// <summary>The clock of every life. Default: the machine's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public FakeMachine Machine { get; init; } = new();

    public FakeGateway Gateway { get; init; } = new();

    /// <summary>Where the service keeps its data.</summary>
    public string Folder => _folder;

    /// <summary>Changes the parts a life is made of.</summary>
    public Action<IServiceCollection> Rebuild { get; set; } = _ => { };

    /// <summary>Every event that anybody could have seen, by message id: the first sight of each.</summary>
    public ConcurrentDictionary<Guid, IEvent> Events { get; } = [];

    /// <summary>Settings beside the world's own.</summary>
    public Dictionary<string, string?> Settings { get; } = [];

    /// <summary>The life that goes on; null: the service is dead.</summary>
    public Life? Life { get; private set; }


    public IReadOnlyList<T> EventsOf<T>() where T : IEvent => [.. Events.Values.OfType<T>().OrderBy(e => e.At)];

    /// <summary>Starts the service (again).</summary>
    public async Task<Life> StartAsync(MortalEffects? effects = null)
    {
        Life = await BeginAsync(effects);
        return Life;
    }

    /// <summary>Starts a service beside the present one: a second instance on the same data.</summary>
    public async Task<Life> BeginAsync(MortalEffects? effects = null)
    {
        effects ??= new MortalEffects();
        Machine.IsRouted = Gateway.Routes;
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Data"] = _folder,
            ["Storage:Kind"] = "sqlite",
            ["Deployment:Resync"] = "00:00:00.2",
            ["Deployment:RolloutTick"] = "00:00:00.1",
            ["Deployment:RouteRetry"] = "00:00:00.3",
            ["Deployment:RouteRepeat"] = "00:00:01",
            ["Deployment:OrphanScan"] = "00:00:00.5",
            ["Deployment:Lease"] = "00:00:02",
            ["Deployment:DrainSlack"] = "00:00:01",
            ["Deployment:UsageInterval"] = "00:00:00.2",
        });
        builder.Configuration.AddInMemoryCollection(Settings);
        builder.Logging.AddFilter(level => level >= LogLevel.Warning);
        builder.Services.AddSingleton(Time);
        builder.Services.AddSingleton<IEffects>(effects);
        builder.Services.AddSingleton(Machine);
        builder.Services.AddSingleton(Gateway);
        builder.Services.AddSingleton(Events);
        builder.AddDeployment();
        builder.AddModuleMessaging("gateway", bus =>
        {
            bus.AddConsumer<FakeGatewayConsumer>(stateless: true);
            bus.HandlesCommand<Contracts.Traffic.ShiftTraffic>();
        });
        builder.AddModuleMessaging("witness", bus => bus.AddConsumer<Witness>(stateless: true));
        builder.AddPlatformBus();
        builder.Services.RemoveAll<IReplicaRuntime>();
        builder.Services.AddSingleton<IReplicaRuntime, FakeRuntime>();
        builder.Services.Replace(ServiceDescriptor.Singleton<ISecrets>(new FolderSecrets(Path.Combine(_folder, "secrets"))));
        builder.Services.Replace(ServiceDescriptor.Singleton<IHealthProbe, FakeProbe>());
        builder.Services.Replace(ServiceDescriptor.Singleton<IReplicaPorts, FakePorts>());
        Rebuild(builder.Services);
        var life = new Life(builder.Build(), effects);
        try
        {
            await life.Host.StartAsync();
        }
        catch (KilledException)
        {
            await life.KillAsync();
            throw;
        }

        return life;
    }

    /// <summary>Kills the service: nothing it still tries reaches the world.</summary>
    public async Task KillAsync()
    {
        if (Life is not { } life) return;
        Life = null;
        await life.KillAsync();
    }

    /// <summary>Stops the service as SIGTERM does.</summary>
    public async Task StopAsync()
    {
        if (Life is not { } life) return;
        Life = null;
        await life.StopAsync();
    }

    /// <summary>Sends a deployment over the bus, as the HTTP API does.</summary>
    public async Task<Guid> DeployAsync(string manifest, string application = "shop", string? revision = null)
    {
        var id = Guid.NewGuid();
        await SendAsync(new DeployApplication
        {
            Application = application,
            At = Time.GetUtcNow(),
            CorrelationId = id,
            RequestedBy = "test",
            Reason = "test",
            Manifest = manifest,
            Revision = revision ?? Manifests.RevisionOf(manifest),
        });
        return id;
    }

    /// <summary>Sends a command through the outbox: from here on it is accepted, whatever happens to the service.</summary>
    public Task SendAsync<T>(T command) where T : class, ICommand =>
        Life!.Database.TransactAsync(tx => tx.SendAsync(command), CancellationToken.None);

    public Task PromoteAsync(Guid rollout, string application = "shop") => SendAsync(new PromoteRollout
    {
        Application = application,
        At = Time.GetUtcNow(),
        CorrelationId = rollout,
        RequestedBy = "test",
        Reason = "go on",
    });

    public Task ApproveAsync(Guid rollout, string application = "shop") => SendAsync(new ApproveRollout
    {
        Application = application,
        At = Time.GetUtcNow(),
        CorrelationId = rollout,
        RequestedBy = "test",
        Reason = "looks good",
    });

    public Task AbortAsync(Guid rollout, string application = "shop") => SendAsync(new AbortRollout
    {
        Application = application,
        At = Time.GetUtcNow(),
        CorrelationId = rollout,
        RequestedBy = "test",
        Reason = "enough",
    });

    public Task ScaleAsync(int replicas, string application = "shop") => SendAsync(new ScaleApplication
    {
        Application = application,
        At = Time.GetUtcNow(),
        CorrelationId = Guid.NewGuid(),
        RequestedBy = "test",
        Reason = "load",
        Replicas = replicas,
    });

    /// <summary>A rollout, without its steps.</summary>
    public Task<RolloutView?> RolloutAsync(Guid id) => Life!.Database.ReadAsync(reader => reader.RolloutAsync(id));

    /// <summary>A rollout with its steps and its course, as the API shows it.</summary>
    public Task<RolloutView> WholeAsync(Guid id) => Life!.Database.ReadAsync(async reader => await reader.WholeAsync((await reader.RolloutAsync(id))!));

    /// <summary>A rollout's steps.</summary>
    public Task<IReadOnlyList<RolloutStepView>> StepsAsync(Guid id) => Life!.Database.ReadAsync(reader => reader.StepsAsync(id));

    /// <summary>Waits until a rollout is in a state.</summary>
    public async Task<RolloutView> UntilAsync(Guid rollout, string state)
    {
        RolloutView? row = null;
        await UntilAsync($"rollout is {state}", async () => (row = await RolloutAsync(rollout))?.State == state, () => $"it is {row?.State}: {row?.Message}");
        return row!;
    }

    /// <summary>Waits until a rollout has ended, however.</summary>
    public async Task<RolloutView> EndAsync(Guid rollout)
    {
        RolloutView? row = null;
        await UntilAsync("rollout has ended", async () => (row = await RolloutAsync(rollout))?.EndedAt is not null, () => $"it is {row?.State}: {row?.Message}");
        return row!;
    }

    /// <summary>Waits for what must come true.</summary>
    public Task UntilAsync(string what, Func<bool> holds) => UntilAsync(what, () => Task.FromResult(holds()), () => Describe());

    /// <inheritdoc cref="UntilAsync(string, Func{bool})"/>
    public static async Task UntilAsync(string what, Func<Task<bool>> holds, Func<string> found)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (!await holds())
        {
            if (deadline.IsCancellationRequested) throw new TimeoutException($"Waited {Patience.TotalSeconds} s in vain until {what}: {found()}.");
            await Task.Delay(10);
        }
    }

    /// <summary>The living processes and the table, for a failure's text.</summary>
    public string Describe(string application = "shop") =>
        $"alive: [{string.Join(", ", Machine.Alive.Select(p => p.Replica))}], weights: [{string.Join(", ", Gateway.Weights(application).Select(w => $"{w.Key}={w.Value}"))}]";

    /// <summary>Copies what the service keeps on disk, while it is dead, into another world's folder.</summary>
    public void CopyDataTo(World other)
    {
        foreach (var file in Directory.EnumerateFiles(_folder)) File.Copy(file, Path.Combine(other._folder, Path.GetFileName(file)));
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>One life of the service, from start to kill.</summary>
internal sealed class Life(IHost host, MortalEffects effects)
{
    public IHost Host => host;

    public MortalEffects Effects => effects;

    public Database Database => host.Services.GetRequiredKeyedService<Database>(DeploymentModule.Name);

    public RevisionMetrics Metrics => host.Services.GetRequiredService<RevisionMetrics>();

    public Leadership Leadership => host.Services.GetRequiredService<Leadership>();

    /// <summary>Dead at once; what is left of it in memory is cleared away, and reaches nothing.</summary>
    public async Task KillAsync()
    {
        effects.Kill();
        using var impatient = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await host.StopAsync(impatient.Token);
        }
        catch (Exception error) when (error is KilledException or OperationCanceledException or AggregateException)
        {
            // A dead service does not stop in order. That is the point.
            _ = error;
        }

        await ((IAsyncDisposable)host).DisposeAsync();
    }

    /// <summary>Stops as on SIGTERM.</summary>
    public async Task StopAsync()
    {
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
    }
}
