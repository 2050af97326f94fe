using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Effects;
using Platform.Workloads.Health;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes;
using Platform.Workloads.Runtimes.Processes;
using Platform.Workloads.Runtimes.Processes.Limits;
using Platform.Workloads.Secrets;

namespace Workloads.Tests.Runtimes.Processes;

public sealed class ProcessRuntimeTests : RuntimeContract
{
    private static readonly string Child = Path.Combine(AppContext.BaseDirectory, "TestChild");
    private readonly RecordedEffects _effects = new();

    protected override string? WhyNoLimits
    {
        get
        {
            var controllers = ControlGroups.Detect().Controllers;
            return controllers.Contains("cpu") && controllers.Contains("memory") ? null : "No writable cgroup with cpu and memory on this machine.";
        }
    }

    protected override string Another(string instance) => (ProcessInstance.Parse(instance)!.Value with { StartTime = ProcessInstance.Parse(instance)!.Value.StartTime + 1 }).ToString();

    protected override IReplicaRuntime CreateRuntime(IEffects? effects = null) => Create(new ProcessRuntimeOptions(), effects);

    protected override Manifest ManifestFor(IReadOnlyList<string> mode, ResourceSpec? resources = null, IReadOnlyDictionary<string, string>? env = null) =>
        Manifest([Child, .. mode], resources, env);

    [Theory]
    [InlineData("no-such-program", "is in none of the folders of PATH")]
    [InlineData("/no/such/program", "does not exist")]
    [InlineData("/etc/passwd", "is not executable")]
    [InlineData("/etc", "is a folder")]
    public async Task StartAsync_AProgramThatCannotRun_SaysWhy(string program, string expected)
    {
        var error = await Assert.ThrowsAsync<ReplicaStartException>(() => Runtime.StartAsync(Spec(Manifest([program])), Cancelled));

        Assert.Contains(expected, error.Message);
        Assert.False(error.IsTransient);
    }

    [Fact]
    public async Task StartAsync_AMissingWorkingDirectory_SaysWhich()
    {
        var manifest = Manifest(["sleep", "1"]);
        manifest = manifest with { Process = manifest.Process! with { WorkingDirectory = "/no/such/folder" } };

        var error = await Assert.ThrowsAsync<ReplicaStartException>(() => Runtime.StartAsync(Spec(manifest), Cancelled));

        Assert.Contains("'/no/such/folder' does not exist", error.Message);
    }

    [Fact]
    public async Task StartAsync_AnUnknownSecret_SaysHowToAddItAndStartsNothing()
    {
        var manifest = ManifestFor(["serve"], env: new Dictionary<string, string> { ["DATABASE_PASSWORD"] = "secret://database" });

        var error = await Assert.ThrowsAsync<ReplicaStartException>(() => Runtime.StartAsync(Spec(manifest), Cancelled));

        Assert.Contains("mode 600", error.Message);
        Assert.Empty(_effects.Seen);
    }

    [Fact]
    public async Task StartAsync_AnyReplica_HasNoDescriptorOfThePlatform()
    {
        // As a descriptor the platform itself inherited from a careless parent: it does not close on exec.
        var careless = Native.eventfd(0, 0);
        var handle = await Runtime.StartAsync(Spec(Manifest(["ls", "-l", "/proc/self/fd"])), Cancelled);
        await Runtime.WaitForExitAsync(handle, Cancelled);
        _ = Native.close(careless);

        var log = Path.Combine(LogDirectory, handle.Id + ".log");
        var targets = (await LinesAsync(handle.Id)).Where(line => line.Contains(" -> ")).Select(line => line.Split(" -> ")[1]).ToList();
        Assert.Equal(["/dev/null", log, log], targets[..3]);
        Assert.StartsWith("/proc/", Assert.Single(targets[3..]));
    }

    [Fact]
    public async Task StartAsync_AnyReplica_WritesBothStreamsToItsLog()
    {
        var handle = await StartAsync(["print"]);
        await Runtime.WaitForExitAsync(handle, Cancelled);

        Assert.Contains("to the error stream", await LinesAsync(handle.Id));
    }

    [Fact]
    public async Task StartAndStop_PassTheEffectsGate()
    {
        var handle = await ServingAsync(["stubborn"]);
        await Runtime.StopAsync(handle, TimeSpan.FromMilliseconds(100), Cancelled);

        Assert.Equal(
            [$"ProcessStart {handle.Id}", $"ProcessSignal {handle.Id} SIGTERM", $"ProcessSignal {handle.Id} SIGKILL"],
            _effects.Seen.Take(3));
    }

    [Fact]
    public async Task StartAsync_TheSameAttemptAtOnceAfterItsEnd_KeepsItsLimits()
    {
        Assert.SkipWhen(WhyNoLimits is not null, WhyNoLimits ?? "");
        var resources = new ResourceSpec { MemoryBytes = 256L << 20 };
        var spec = Spec(Manifest(["true"], resources));
        for (var restart = 0; restart < 20; restart++)
        {
            await Runtime.WaitForExitAsync(await Runtime.StartAsync(spec, Cancelled), Cancelled);
        }

        var last = await Runtime.StartAsync(spec with { Manifest = spec.Manifest with { Process = new ProcessSpec { Command = ["sleep", "60"] } } }, Cancelled);

        Assert.Contains($"/{Owner}/", await File.ReadAllTextAsync($"/proc/{ProcessInstance.Of(last).ProcessId}/cgroup", Cancelled));
        Assert.True(await Runtime.IsAliveAsync(last, Cancelled));
    }

    [Fact]
    public async Task AnyEnd_LeavesNoZombieAndNoGroup()
    {
        var handle = await StartAsync(["crash", "1"], new ResourceSpec { Cpu = 0.5, MemoryBytes = 256L << 20 });
        await Runtime.WaitForExitAsync(handle, Cancelled);

        Assert.False(Directory.Exists($"/proc/{ProcessInstance.Of(handle).ProcessId}"));
        await UntilAsync(() => Task.FromResult(!Groups().Any()));
    }

    [Fact]
    public async Task AnEndBeforeTheStartIsOver_LeavesNoGroup()
    {
        if (WhyNoLimits is { } why) Assert.Skip(why);
        // The kernel of version 1 takes what has ended out of its group, so the group cannot be found by the process any more.
        var hasEnded = false;
        var runtime = Create(new ProcessRuntimeOptions(), new AfterStart(() =>
            hasEnded = SpinWait.SpinUntil(() => Groups().All(group => File.ReadAllText(Path.Combine(group, "cgroup.procs")).Length == 0), TimeSpan.FromSeconds(20))));

        await runtime.StartAsync(Spec(ManifestFor(["crash", "1"], new ResourceSpec { Cpu = 0.5, MemoryBytes = 256L << 20 })), Cancelled);

        Assert.True(hasEnded);
        await UntilAsync(() => Task.FromResult(!Groups().Any()));
    }

    [Fact]
    public async Task Logs_LargerThanAllowed_AreRotatedAndKeptInBounds()
    {
        var runtime = Create(new ProcessRuntimeOptions { LargestLog = 4096, KeptLogs = 2, LogCheckInterval = TimeSpan.FromMilliseconds(100) });
        var handle = await runtime.StartAsync(Spec(ManifestFor(["chat", "100000"])), Cancelled);
        var log = Path.Combine(LogDirectory, handle.Id + ".log");

        await UntilAsync(() => Task.FromResult(File.Exists(log + ".2")));
        await UntilAsync(async () => (await LinesAsync(handle.Id, 1)).SequenceEqual(["line 99999"]));
        await UntilAsync(() => Task.FromResult(new FileInfo(log).Length <= 4096));

        Assert.False(File.Exists(log + ".3"));
        await runtime.StopAsync(handle, TimeSpan.Zero, Cancelled);
    }

    [Fact]
    public async Task AReplica_WhosePlatformIsKilled_GoesOnServingAndWritingAndIsAdopted()
    {
        var spec = Spec(ManifestFor(["serve"]));
        using var platform = Process.Start(new ProcessStartInfo(Child, ["platform", LogDirectory, Owner, spec.Id, spec.Port.ToString(), "stubborn"]) { RedirectStandardOutput = true })!;
        var instance = await platform.StandardOutput.ReadLineAsync(Cancelled);
        platform.Kill();
        await platform.WaitForExitAsync(Cancelled);

        var handle = Assert.Single(await Runtime.FindAsync(Owner, Cancelled));
        Assert.Equal((spec.Id, instance, 7L, spec.Port), (handle.Id, handle.Instance, handle.Generation, handle.Address.Port));
        using var probe = new HealthProbe(TimeProvider.System);
        await UntilAsync(async () => (await probe.CheckAsync(handle.Address, "/", TimeSpan.FromSeconds(2), Cancelled)).IsHealthy);
        var exit = Runtime.WaitForExitAsync(handle, Cancelled);
        await Runtime.StopAsync(handle, TimeSpan.FromSeconds(1), Cancelled);

        Assert.Contains("asked to end", await LinesAsync(handle.Id));
        Assert.Equal(ExitStatus.Unknown, await exit);
        Assert.False(await Runtime.IsAliveAsync(handle, Cancelled));
    }

    [Fact]
    public async Task WaitForExitAsync_BesideDotNetsOwnChildren_StillKnowsTheExitCode()
    {
        // .NET reaps the children of its Process class on SIGCHLD; ours must not be taken with them.
        for (var i = 0; i < 10; i++)
        {
            var handle = await Runtime.StartAsync(Spec(Manifest(["false"])), Cancelled);
            using var other = Process.Start("true");
            await other.WaitForExitAsync(Cancelled);

            Assert.Equal(1, (await Runtime.WaitForExitAsync(handle, Cancelled)).ExitCode);
        }
    }

    [Fact]
    public async Task UsageAsync_WithoutControlGroups_ComesFromProc()
    {
        var runtime = Create(new ProcessRuntimeOptions { UseControlGroups = false });
        var handle = await runtime.StartAsync(Spec(ManifestFor(["burn"])), Cancelled);
        await UntilAsync(async () => (await runtime.UsageAsync(handle, Cancelled))!.CpuSeconds > 0.1);

        Assert.True((await runtime.UsageAsync(handle, Cancelled))!.MemoryBytes > 1 << 20);
        await runtime.StopAsync(handle, TimeSpan.Zero, Cancelled);
    }

    private IEnumerable<string> Groups() =>
        Directory.GetDirectories("/sys/fs/cgroup", Owner, new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }).SelectMany(Directory.GetDirectories);

    private sealed class AfterStart(Action then) : IEffects
    {
        public void Before(EffectKind kind, string what)
        {
        }

        public void After(EffectKind kind, string what)
        {
            if (kind == EffectKind.ProcessStart) then();
        }

        public int Torn(string what, int length) => length;
    }

    private ProcessRuntime Create(ProcessRuntimeOptions options, IEffects? effects = null) =>
        new(effects ?? _effects, new FolderSecrets("/no/such/folder"), TimeProvider.System, options, NullLogger<ProcessRuntime>.Instance);

    private static Manifest Manifest(IReadOnlyList<string> command, ResourceSpec? resources = null, IReadOnlyDictionary<string, string>? env = null) => new()
    {
        Name = "shop",
        Revision = "v1",
        Process = new ProcessSpec { Command = command, Env = env ?? new Dictionary<string, string>() },
        Resources = resources ?? new ResourceSpec(),
    };
}
