using System.Text.Json;

namespace Platform.EndToEnd.Tests;

/// <summary>Jobs of a rollout as real processes.</summary>
[Collection("whole machine")]
public sealed class PipelineTests
{
    private static readonly string Storefront = Path.Combine(PlatformProcess.Root, "samples/Storefront/bin/Release/net10.0/Storefront.dll");

    [Fact]
    public async Task Jobs_ThatFailHangOrAreKilled_LeaveTheOldRevisionUntouchedAndNothingBehind()
    {
        using var playground = new Playground();
        string[] data = ["--data", playground.Data];
        var migrated = Path.Combine(playground.Data, "migrated");
        var killed = PlatformProcess.Start(["up", "--ports-from", "0", .. data]);
        await using (killed)
        {
            await killed.WaitForAsync("dashboard", TimeSpan.FromSeconds(60));
            await DeployAsync(0, "v1", "");
            var before = playground.Replicas();

            // Migrated, started, tested in vain: taken back, and nobody noticed.
            var failed = await DeployAsync(1, "v2", $$"""
                  prepare: { command: [/bin/mkdir, -v, "{{migrated}}"], undo: { command: [/bin/rmdir, "{{migrated}}"] } }
                  checks: [ { name: front, http: / } ]
                  tests: { command: [/bin/ls, /no/such/folder] }
                """);
            Assert.Contains("tests failed: exited with code 2", failed);
            Assert.Contains("No such file or directory", failed);
            Assert.False(Directory.Exists(migrated));
            Assert.Equal(before, playground.Replicas());
            var jobs = await PlatformProcess.RunAsync(0, ["pipeline", "storefront", .. data]);
            Assert.Contains("✓ succeeded", jobs);
            Assert.Contains("undo prepare", jobs);
            Assert.Contains("created directory", await PlatformProcess.RunAsync(0, ["pipeline", "storefront", "--log", "prepare", .. data]));

            Assert.Contains("front failed: GET /no/such/path of", await DeployAsync(1, "v3", """
                  checks: [ { name: front, http: /no/such/path, retries: 1 } ]
                """));

            Assert.Contains("did not end within 2s and was stopped", await DeployAsync(1, "v4", """
                  hooks: [ { before: shift, command: [/bin/sleep, "300"], timeLimit: 2s } ]
                """));
            Assert.Contains("cannot be started", await DeployAsync(1, "v5", """
                  prepare: { command: [./no-such-program] }
                """));
            Assert.Equal(before, playground.Replicas());

            await PlatformProcess.RunAsync(0, ["deploy", Manifest("v6", """
                  prepare: { command: [/bin/sleep, "4"] }
                """), "--detach", .. data]);
            await Eventually.TrueAsync(() => playground.Replicas().Count == before.Count + 1, TimeSpan.FromSeconds(30), () => "the job never ran");
            killed.Signal(9);
            await killed.ExitAsync(TimeSpan.FromSeconds(10));
        }

        await using var second = PlatformProcess.Start(["up", "--ports-from", "0", .. data]);
        await second.WaitForAsync("dashboard", TimeSpan.FromSeconds(60));
        var rollout = JsonDocument.Parse("{}").RootElement;
        for (var since = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(60); await Task.Delay(500))
        {
            rollout = JsonDocument.Parse(await PlatformProcess.RunAsync(0, ["pipeline", "storefront", "--json", .. data])).RootElement;
            if (rollout[0].GetProperty("state").GetString() == "succeeded") break;
        }

        Assert.Equal("succeeded", rollout[0].GetProperty("state").GetString());
        Assert.Equal(2, rollout[0].GetProperty("attempt").GetInt32());
        await Eventually.TrueAsync(() => playground.Replicas().Count == 1, TimeSpan.FromSeconds(60), () => "more than the one replica lives");
        second.Signal(15);
        Assert.Equal(0, await second.ExitAsync(TimeSpan.FromSeconds(40)));
        Assert.Empty(playground.Replicas());

        Task<string> DeployAsync(int expected, string revision, string pipeline) => PlatformProcess.RunAsync(expected, ["deploy", Manifest(revision, pipeline), .. data]);

        string Manifest(string revision, string pipeline)
        {
            var file = Path.Combine(playground.Data, $"{revision}.yaml");
            File.WriteAllText(file, $$"""
                name: storefront
                revision: {{revision}}
                process: { command: [dotnet, "{{Storefront}}"], env: { STOREFRONT_VERSION: {{revision}} } }
                scaling: { min: 1, max: 1 }
                rollout: { strategy: blueGreen, watch: 1s, analysis: { judge: none } }
                {{(pipeline.Length == 0 ? "" : "pipeline:\n" + pipeline)}}
                """);
            return file;
        }
    }
}
