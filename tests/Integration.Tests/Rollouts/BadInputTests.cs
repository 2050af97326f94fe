using System.Net;
using System.Net.Sockets;
using Platform.Integration.Tests.Split;
using Platform.Testing;

namespace Platform.Integration.Tests.Rollouts;

/// <summary>
/// Everything that people get wrong, as real processes meet it. Whatever it is: the deployment fails with a sentence that says what was seen and where, and
/// the revision that served goes on with the very same processes and without one failed request; nothing of the attempt is left.
/// </summary>
public sealed class BadInputTests(BadInputTests.Shop shop) : IClassFixture<BadInputTests.Shop>
{
    private static readonly string Child = Path.Combine(Repository.Root, "tests/TestChild/bin/Release/net10.0/TestChild.dll");

    /// <summary>What is wrong; the lines of the manifest that differ; what the failure must say.</summary>
    public static TheoryData<string, string, string[]> Cases => new()
    {
        { "unknown program", "process: { command: [no-such-program] }", ["no-such-program", "cannot be started"] },
        { "no executable file", $"process: {{ command: [\"{Path.Combine(Repository.Root, "README.md")}\"] }}", ["README.md", "cannot be started"] },
        { "ends at once", Runs("crash", "3"), ["exited with code 3"] },
        { "port in use", Runs("bind", "$HELD"), ["its process ended", "Address already in use"] },
        { "port of its own", Runs("serve") + "\nport: 8080", ["\"path\":\"port\"", "8080", "PORT"] },
        { "no health path", Runs("status", "404") + "\nhealth: { path: /nowhere, startupTimeout: 2s }", ["GET /nowhere", "404"] },
        { "sick from the start", Runs("status", "503"), ["503"] },
        { "health that flaps", Runs("flap"), ["flaps", "503"] },
        { "never listens", Runs("chat", "3"), ["not healthy within 2s", "nothing listens on", "line 2"] },
        { "no working directory", Runs("serve").Replace("process: {", "process: { workingDirectory: /no/such/folder,", StringComparison.Ordinal), ["/no/such/folder"] },
        { "another runtime", "runtime: docker\ndocker: { image: \"shop:v1\" }", ["no-engine.sock"] },
        { "a runtime that is none", "runtime: mainframe\n" + Runs("serve"), ["runtime", "mainframe", "process"] },
        { "not YAML", "process: [", ["line"] },
        { "everything at once", "process: { command: [] }\nhealth: { interval: never }\nscaling: { min: 9, max: 2 }", ["process.command", "health.interval", "scaling"] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Fails_and_says_why_and_the_old_revision_is_untouched(string what, string lines, string[] says)
    {
        var revision = "bad-" + what.Replace(' ', '-');
        await using var traffic = new SteadyTraffic(shop.Platform.Traffic, rate: 40);

        var said = await shop.FailsAsync(Manifest(revision, lines.Replace("$HELD", shop.HeldPort.ToString(), StringComparison.Ordinal)));

        foreach (var part in says) Assert.Contains(part, said, StringComparison.Ordinal);
        await traffic.EndAsync();
        Assert.Empty(traffic.Failures);
        await shop.IsUntouchedAsync(revision);
    }

    /// <summary>The disk is full when a revision is sent, and later is not.</summary>
    [Fact]
    public async Task Without_disk_it_says_so_and_goes_on_when_there_is_some_again()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "A small disk needs a mount, which needs root.");
        await using var platform = new RunningPlatform(engine: null, "process");
        Directory.CreateDirectory(platform.Data);
        await Command.RunAsync("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", platform.Data);
        try
        {
            await platform.Process.StartAsync();
            await platform.EndsAsync((await platform.DeployAsync(Manifest("v1", Runs("serve")))).Rollout!.Value, "completed");
            var served = await platform.ReadyAsync(2);
            await using var traffic = new SteadyTraffic(platform.Traffic, rate: 40);
            await platform.HoldsAsync(() => Task.FromResult(traffic.Answered > 0), "it serves", TimeSpan.FromSeconds(20));
            var full = Path.Combine(platform.Data, "full");
            await Command.TryAsync("dd", ["if=/dev/zero", $"of={full}", "bs=4096"]);

            var (rollout, answer) = await platform.DeployAsync(Manifest("v2", Runs("serve")));

            if (rollout is null) Assert.Contains("disk", answer, StringComparison.OrdinalIgnoreCase);
            Assert.True(traffic.Answered > 0);
            File.Delete(full);
            await platform.HoldsAsync(
                async () => (rollout ??= (await platform.DeployAsync(Manifest("v2", Runs("serve")))).Rollout) is not null, "it is let in when there is disk again", TimeSpan.FromSeconds(60));
            var end = await platform.EndsAsync(rollout!.Value, null);
            var now = await platform.ReadyAsync(2);
            await traffic.EndAsync();
            Assert.Empty(traffic.Failures);
            Assert.True(end.State == "completed" ? !now.Overlaps(served) : now.SetEquals(served), $"{end.State}: {end.Message}");
            Assert.Equal(0, await platform.Process.StopAsync());
        }
        finally
        {
            await platform.Process.KillAsync();
            await Command.RunAsync("umount", "--lazy", platform.Data);
        }
    }

    private static string Runs(params string[] mode) => $"process: {{ command: [dotnet, \"{Child}\", {string.Join(", ", mode.Select(m => $"\"{m}\""))}] }}";

    /// <summary>A manifest; what the lines say replaces what is said otherwise.</summary>
    private static string Manifest(string revision, string lines)
    {
        string[] usual =
        [
            "runtime: process", "health: { path: /, startupTimeout: 2s }", "scaling: { min: 2, max: 2 }", "rollout: { strategy: blueGreen, watch: 1s, analysis: { judge: none } }",
        ];
        var given = lines.Split('\n').Select(line => line.Split(':')[0]).ToHashSet(StringComparer.Ordinal);
        return $"name: shop\nrevision: {revision}\n{string.Join('\n', usual.Where(line => !given.Contains(line.Split(':')[0])))}\n{lines}\n";
    }

    /// <summary>A platform whose first revision serves, and a port that somebody else has.</summary>
    public sealed class Shop : IAsyncLifetime
    {
        private readonly TcpListener _holder = new(IPAddress.Loopback, 0);
        private HashSet<string> _served = [];

        internal RunningPlatform Platform { get; } = new(engine: null, "process");

        internal int HeldPort => ((IPEndPoint)_holder.LocalEndpoint).Port;

        public async ValueTask InitializeAsync()
        {
            _holder.Start();
            await Platform.Process.StartAsync();
            await Platform.EndsAsync((await Platform.DeployAsync(Manifest("v1", Runs("serve")))).Rollout!.Value, "completed");
            _served = await Platform.ReadyAsync(2);
        }

        /// <summary>Sends it; it must not become a revision that serves.</summary>
        /// <returns>What was said of it, at the door or in the rollout.</returns>
        internal async Task<string> FailsAsync(string manifest)
        {
            var (rollout, answer) = await Platform.DeployAsync(manifest);
            if (rollout is null) return answer;
            var end = await Platform.EndsAsync(rollout.Value, "failed");
            Assert.Contains(end.Steps, s => s.Failed || s.Step == "discard");
            return end.Message;
        }

        internal async Task IsUntouchedAsync(string revision)
        {
            var now = await Platform.SettledAsync(2);
            Assert.Equal("v1", now.StableRevision);
            Assert.Equal(_served.Order(), now.Replicas.Select(r => r.Instance!).Order());
            await Platform.HoldsAsync(() => Task.FromResult(!Lives(revision)), $"no process of {revision} is left", TimeSpan.FromSeconds(20));
        }

        public async ValueTask DisposeAsync()
        {
            await Platform.Process.StopAsync();
            await Platform.DisposeAsync();
            _holder.Dispose();
        }

        private static bool Lives(string revision) => Directory.EnumerateDirectories("/proc").Any(folder =>
        {
            try
            {
                return char.IsAsciiDigit(Path.GetFileName(folder)[0]) && File.ReadAllText(Path.Combine(folder, "environ")).Contains($"PLATFORM_REPLICA=shop-{revision}-", StringComparison.Ordinal);
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        });
    }
}
