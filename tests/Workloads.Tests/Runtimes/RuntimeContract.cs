using Platform.Effects;
using Platform.Testing;
using Platform.Workloads.Health;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes;
using Platform.Workloads.Runtimes.Processes;

namespace Workloads.Tests.Runtimes;

/// <summary>What every runtime must do. An implementation's tests inherit this and say how to make the runtime and a manifest for a mode of TestChild.</summary>
public abstract class RuntimeContract : IAsyncLifetime
{
    private readonly FreePorts _ports = new();
    private readonly HealthProbe _probe = new(TimeProvider.System);
    private readonly string _folder = Directory.CreateTempSubdirectory("runtime-").FullName;
    private readonly List<ReplicaHandle> _started = [];
    private readonly List<IReplicaRuntime> _runtimes = [];

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    protected string Owner { get; } = "o-" + Guid.NewGuid().ToString("N")[..12];

    protected string LogDirectory => Path.Combine(_folder, "logs");

    protected IReplicaRuntime Runtime { get; private set; } = null!;

    /// <summary>A runtime as a new run of the platform would make it.</summary>
    protected abstract IReplicaRuntime CreateRuntime(IEffects? effects = null);

    /// <summary>What the world holds of this owner's replicas, ended and half-made ones too, by other means than the runtime's where there are any.</summary>
    protected virtual async Task<int> LeftAsync() => (await Runtime.FindAsync(Owner, Cancelled)).Count;

    /// <summary>A later run, beside the first or after it.</summary>
    protected IReplicaRuntime NextRun()
    {
        var next = CreateRuntime();
        _runtimes.Add(next);
        return next;
    }

    protected abstract Manifest ManifestFor(IReadOnlyList<string> mode, ResourceSpec? resources = null, IReadOnlyDictionary<string, string>? env = null);

    /// <summary>An instance that has never been, as like the given one as can be.</summary>
    protected abstract string Another(string instance);

    /// <summary>Why limits cannot be tested here; null: they can.</summary>
    protected abstract string? WhyNoLimits { get; }

    public virtual ValueTask InitializeAsync()
    {
        Runtime = NextRun();
        return ValueTask.CompletedTask;
    }

    /// <summary>Ends what the implementation's tests have made for the runtime.</summary>
    protected virtual ValueTask EndWorldAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var handle in _started) await _runtimes[^1].StopAsync(handle, TimeSpan.Zero, CancellationToken.None);
        foreach (var runtime in _runtimes.OfType<IDisposable>()) runtime.Dispose();
        _probe.Dispose();
        await EndWorldAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task StartAsync_AServer_BecomesHealthyAtItsAddress()
    {
        var handle = await StartAsync(["serve"]);

        await UntilAsync(async () => (await HealthAsync(handle)).IsHealthy);
        Assert.True(await Runtime.IsAliveAsync(handle, Cancelled));
    }

    [Fact]
    public async Task StartAsync_AnyReplica_SeesItsMarkersItsEnvironmentAndNothingElse()
    {
        Environment.SetEnvironmentVariable("SOMETHING_OF_THE_PLATFORM", "hidden");
        var handle = await StartAsync(["print"], env: new Dictionary<string, string> { ["GREETING"] = "hello = world" });
        await Runtime.WaitForExitAsync(handle, Cancelled);

        var lines = await LinesAsync(handle.Id);
        Assert.Contains("GREETING=hello = world", lines);
        Assert.Contains($"PORT={handle.Address.Port}", lines);
        Assert.Contains($"PLATFORM_REPLICA={handle.Id}", lines);
        Assert.Contains($"PLATFORM_OWNER={Owner}", lines);
        Assert.Contains("PLATFORM_GENERATION=7", lines);
        Assert.Contains($"PLATFORM_RUNTIME={Runtime.Name}", lines);
        Assert.Contains("PLATFORM_APPLICATION=shop", lines);
        Assert.Contains("PLATFORM_REVISION=v1", lines);
        Assert.DoesNotContain(lines, line => line.StartsWith("SOMETHING_OF_THE_PLATFORM", StringComparison.Ordinal));
    }

    [Fact]
    public async Task StopAsync_AWillingReplica_EndsItGracefullyWithinTheGrace()
    {
        var handle = await ServingAsync(["serve"]);

        await Runtime.StopAsync(handle, TimeSpan.FromSeconds(30), Cancelled);

        Assert.False(await Runtime.IsAliveAsync(handle, Cancelled));
        Assert.Equal(new ExitStatus(0, null), await Runtime.WaitForExitAsync(handle, Cancelled));
        Assert.Contains("asked to end", await LinesAsync(handle.Id));
    }

    [Fact]
    public async Task StopAsync_AStubbornReplica_KillsItAfterTheGrace()
    {
        var handle = await ServingAsync(["stubborn"]);

        await Runtime.StopAsync(handle, TimeSpan.FromMilliseconds(500), Cancelled);

        Assert.False(await Runtime.IsAliveAsync(handle, Cancelled));
        Assert.Equal(9, (await Runtime.WaitForExitAsync(handle, Cancelled)).Signal);
        Assert.Contains("asked to end", await LinesAsync(handle.Id));
    }

    [Fact]
    public async Task StopAsync_TwiceAndAtTheSameTime_IsFine()
    {
        var handle = await ServingAsync(["serve"]);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Runtime.StopAsync(handle, TimeSpan.FromSeconds(10), Cancelled)));
        await Runtime.StopAsync(handle, TimeSpan.FromSeconds(10), Cancelled);

        Assert.False(await Runtime.IsAliveAsync(handle, Cancelled));
    }

    [Fact]
    public async Task WaitForExitAsync_ACrash_GivesTheExitCode()
    {
        var handle = await StartAsync(["crash", "42"]);

        Assert.Equal(42, (await Runtime.WaitForExitAsync(handle, Cancelled)).ExitCode);
        await UntilAsync(async () => !await Runtime.IsAliveAsync(handle, Cancelled));
        Assert.Null(await Runtime.UsageAsync(handle, Cancelled));
    }

    [Fact]
    public async Task FindAsync_ByAnotherRun_GivesEqualHandlesThatCanBeWaitedForAndStopped()
    {
        var handle = await ServingAsync(["serve"]);
        var next = NextRun();

        var found = Assert.Single(await next.FindAsync(Owner, Cancelled));
        Assert.Equal(handle, found);
        var exit = next.WaitForExitAsync(found, Cancelled);
        Assert.False(exit.IsCompleted);
        await next.StopAsync(found, TimeSpan.FromSeconds(10), Cancelled);

        await exit;
        Assert.False(await Runtime.IsAliveAsync(handle, Cancelled));
        Assert.Empty(await next.FindAsync(Owner, Cancelled));
    }

    [Fact]
    public async Task KilledAtAnyEffectOfAStartOrAStop_TheNextRunFindsWhatLivesAndClearsAwayTheRest()
    {
        var (killed, lived) = (0, 0);
        for (var effect = 1; ; effect++)
        {
            foreach (var after in new[] { false, true })
            {
                var effects = new KillingEffects(effect, after);
                var spec = Spec(ManifestFor(["stubborn"]));
                await DieAsync(CreateRuntime(effects), spec);
                if (!effects.Dead)
                {
                    // A start and a stop that kills are three effects at least, cut on either side.
                    Assert.True(killed >= 6, $"Only {killed} places to be killed at.");
                    Assert.True(lived > 0);
                    return;
                }

                killed++;
                var next = NextRun();
                foreach (var found in await next.FindAsync(Owner, Cancelled))
                {
                    lived++;
                    Assert.Equal((spec.Id, spec.Generation), (found.Id, found.Generation));
                    await next.StopAsync(found, TimeSpan.Zero, Cancelled);
                }

                await UntilAsync(async () => await LeftAsync() == 0);
            }
        }
    }

    [Fact]
    public async Task FindAsync_SomebodyElsesReplicas_AreNotGiven()
    {
        await ServingAsync(["serve"]);

        Assert.Empty(await Runtime.FindAsync(Owner + "x", Cancelled));
    }

    [Fact]
    public async Task IsAliveAsync_AnotherInstance_IsNotTheReplica()
    {
        var handle = await StartAsync(["serve"]);

        Assert.False(await Runtime.IsAliveAsync(handle with { Instance = Another(handle.Instance) }, Cancelled));
    }

    [Fact]
    public async Task StopAsync_AReplicaThatStartedOthers_LeavesNoOrphan()
    {
        var handle = await StartAsync(["leave-child", "3600000"]);
        await UntilAsync(async () => (await LinesAsync(handle.Id)).Count > 0);

        await Runtime.StopAsync(handle, TimeSpan.FromSeconds(5), Cancelled);

        Assert.Empty(await Runtime.FindAsync(Owner, Cancelled));
    }

    [Fact]
    public async Task AnyEnd_OfAReplicaThatStartedOthers_LeavesNoOrphan()
    {
        var handle = await StartAsync(["leave-child", "100"]);
        await Runtime.WaitForExitAsync(handle, Cancelled);

        await UntilAsync(async () => (await Runtime.FindAsync(Owner, Cancelled)).Count == 0);
        Assert.Contains(await LinesAsync(handle.Id), line => line.StartsWith("child ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnyEnd_OfOneAttemptAtAReplica_LeavesTheOthersAlone()
    {
        var spec = Spec(ManifestFor(["serve"]));
        var older = await Runtime.StartAsync(spec, Cancelled);
        _started.Add(older);
        var newer = await Runtime.StartAsync(spec with { Generation = spec.Generation + 1, Port = _ports.Take() }, Cancelled);
        _started.Add(newer);
        await UntilAsync(async () => (await HealthAsync(newer)).IsHealthy);
        Assert.Equal([older, newer], (await Runtime.FindAsync(Owner, Cancelled)).OrderBy(h => h.Generation));

        await Runtime.StopAsync(older, TimeSpan.FromSeconds(10), Cancelled);

        Assert.False(await Runtime.IsAliveAsync(older, Cancelled));
        Assert.True(await Runtime.IsAliveAsync(newer, Cancelled));
        Assert.Equal([newer], await Runtime.FindAsync(Owner, Cancelled));
    }

    [Fact]
    public async Task LogsAsync_Tail_GivesTheLastLinesOnly()
    {
        var handle = await StartAsync(["chat", "500"]);
        await UntilAsync(async () => (await LinesAsync(handle.Id, 1)).SequenceEqual(["line 499"]));

        Assert.Equal(["line 497", "line 498", "line 499"], await LinesAsync(handle.Id, 3));
        Assert.Equal(500, (await LinesAsync(handle.Id, 10_000)).Count);
    }

    [Fact]
    public async Task LogsAsync_Following_GivesEveryLineOnceAndInOrder()
    {
        var handle = await StartAsync(["chat", "2000"]);
        var lines = new List<string>();
        await foreach (var line in Runtime.LogsAsync(handle.Id, LogDirectory, 10_000, follow: true, Cancelled))
        {
            lines.Add(line);
            if (lines.Count == 2000) break;
        }

        Assert.Equal(Enumerable.Range(0, 2000).Select(i => $"line {i}"), lines);
    }

    [Fact]
    public async Task Limits_AMemoryHog_IsKilled()
    {
        Assert.SkipWhen(WhyNoLimits is not null, WhyNoLimits ?? "");
        var handle = await StartAsync(["hog", (512L << 20).ToString()], new ResourceSpec { MemoryBytes = 96L << 20 },
            new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = "0x80000000" });

        var status = await Runtime.WaitForExitAsync(handle, Cancelled);

        Assert.NotEqual(0, status.Code);
        Assert.DoesNotContain("took it all", await LinesAsync(handle.Id));
    }

    [Fact]
    public async Task Limits_ACpuBurner_GetsItsShareAndNoMore()
    {
        Assert.SkipWhen(WhyNoLimits is not null, WhyNoLimits ?? "");
        var handle = await StartAsync(["burn"], new ResourceSpec { Cpu = 0.2 });
        await UntilAsync(async () => await CpuAsync(handle) > 0.1);

        var (from, start) = (await CpuAsync(handle), TimeProvider.System.GetTimestamp());
        await UntilAsync(async () => await CpuAsync(handle) - from > 0.3);
        var share = (await CpuAsync(handle) - from) / TimeProvider.System.GetElapsedTime(start).TotalSeconds;

        Assert.InRange(share, 0.0, 0.3);
    }

    [Fact]
    public async Task UsageAsync_ABusyReplica_GrowsAndCountsMemory()
    {
        var handle = await StartAsync(["burn"]);
        await UntilAsync(async () => await CpuAsync(handle) > 0.1);
        var before = await CpuAsync(handle);

        await UntilAsync(async () => await CpuAsync(handle) > before + 0.2);
        Assert.InRange((await Runtime.UsageAsync(handle, Cancelled))!.MemoryBytes, 1 << 16, 1 << 30);
    }

    /// <summary>A run of the platform that starts a replica and stops it, and dies somewhere on the way.</summary>
    private async Task DieAsync(IReplicaRuntime dying, ReplicaSpec spec)
    {
        try
        {
            var handle = await dying.StartAsync(spec, Cancelled);
            await UntilAsync(async () => (await HealthAsync(handle)).IsHealthy);
            await dying.StopAsync(handle, TimeSpan.FromMilliseconds(50), Cancelled);
        }
        catch (KilledException)
        {
            // As it was meant to.
        }
        finally
        {
            (dying as IDisposable)?.Dispose();
        }
    }

    protected async Task<ReplicaHandle> ServingAsync(IReadOnlyList<string> mode)
    {
        var handle = await StartAsync(mode);
        await UntilAsync(async () => (await HealthAsync(handle)).IsHealthy);
        return handle;
    }

    protected async Task<ReplicaHandle> StartAsync(IReadOnlyList<string> mode, ResourceSpec? resources = null, IReadOnlyDictionary<string, string>? env = null)
    {
        var handle = await Runtime.StartAsync(Spec(ManifestFor(mode, resources, env)), Cancelled);
        _started.Add(handle);
        return handle;
    }

    protected ReplicaSpec Spec(Manifest manifest) => new()
    {
        Id = "shop-v1-" + Guid.NewGuid().ToString("N")[..8],
        Application = "shop",
        Revision = "v1",
        Generation = 7,
        Owner = Owner,
        Manifest = manifest,
        Port = _ports.Take(),
        LogDirectory = LogDirectory,
    };

    protected async Task<IReadOnlyList<string>> LinesAsync(string replica, int tail = 10_000)
    {
        var lines = new List<string>();
        await foreach (var line in Runtime.LogsAsync(replica, LogDirectory, tail, follow: false, Cancelled)) lines.Add(line);
        return lines;
    }

    protected static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(60), "It did not happen within 60 s.");
            await Task.Delay(20, Cancelled);
        }
    }

    protected Task<HealthResult> HealthAsync(ReplicaHandle handle) => _probe.CheckAsync(handle.Address, "/", TimeSpan.FromSeconds(2), Cancelled);

    private async Task<double> CpuAsync(ReplicaHandle handle) => (await Runtime.UsageAsync(handle, Cancelled))?.CpuSeconds ?? 0;
}
