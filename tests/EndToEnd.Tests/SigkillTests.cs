using System.Text.Json;
using Platform.Effects;

namespace Platform.EndToEnd.Tests;

/// <summary>
/// Real processes, a real SIGKILL: the platform kills itself at the n-th effect of its run, in the middle of a rollout, wherever that
/// happens to be; the next start takes up what is left. Which effects is chosen by a seed.
/// </summary>
[Collection("whole machine")]
public sealed class SigkillTests
{
    private static readonly string Samples = Path.Combine(PlatformProcess.Root, "samples");
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("KILL_SEED") ?? "1");
    private static readonly int Runs = int.Parse(Environment.GetEnvironmentVariable("KILL_REAL_RUNS") ?? "3");

    [Fact]
    public async Task Killed_by_itself_in_a_rollout_it_ends_the_rollout_at_the_next_start_and_leaves_no_orphan()
    {
        using var playground = new Playground();
        string[] data = ["--data", playground.Data];
        var random = new Random(Seed);
        var deaths = 0;
        await using (var first = await UpAsync(data, ""))
        {
            await PlatformProcess.RunAsync(0, ["deploy", Path.Combine(Samples, "storefront-v1.yaml"), .. data]);
            first.Signal(9);
            await first.ExitAsync(TimeSpan.FromSeconds(10));
        }

        for (var run = 0; run < Runs; run++)
        {
            var at = $"{random.Next(30, 400)}{(random.Next(2) == 0 ? ":after" : "")}";
            await using (var doomed = PlatformProcess.StartWith(KillSwitch.Variable, at, ["up", "--ports-from", "0", .. data]))
            {
                // Told to ship the other revision, over and over, until it dies of it.
                while (!doomed.HasExited)
                {
                    await using var deploy = PlatformProcess.Start(["deploy", Path.Combine(Samples, run % 2 == 0 ? "storefront-v2.yaml" : "storefront-v1.yaml"), .. data]);
                    await deploy.ExitAsync(TimeSpan.FromMinutes(2));
                }

                deaths++;
            }

            await using var heir = await UpAsync(data, "");
            await RestAsync(playground, data, $"KILL_SEED={Seed}, run {run}, at effect {at}");
            heir.Signal(9);
            await heir.ExitAsync(TimeSpan.FromSeconds(10));
        }

        await PlatformProcess.RunAsync(0, ["down", .. data]);
        Assert.Empty(playground.Replicas());
        Directory.CreateDirectory(Path.Combine(PlatformProcess.Root, "TestResults"));
        await File.WriteAllTextAsync(
            Path.Combine(PlatformProcess.Root, "TestResults", "sigkill.figures.txt"), $"real SIGKILLs in a rollout: {deaths} survived (seed {Seed})\n", TestContext.Current.CancellationToken);
    }

    private static async Task<PlatformProcess> UpAsync(string[] data, string killAt)
    {
        var up = PlatformProcess.StartWith(KillSwitch.Variable, killAt, ["up", "--ports-from", "0", .. data]);
        await up.WaitForAsync("dashboard", TimeSpan.FromSeconds(90));
        return up;
    }

    /// <summary>All replicas are of the revision that serves, ready, and exactly the processes that live; and it stays so.</summary>
    private static async Task RestAsync(Playground playground, string[] data, string repeat)
    {
        var (calm, found) = (0, "");
        var since = TimeProvider.System.GetTimestamp();
        while (calm < 3)
        {
            if (TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromMinutes(3)) throw new TimeoutException($"It never came to rest ({repeat}): {found}");
            await Task.Delay(500);
            found = await PlatformProcess.RunAsync(0, ["status", "--json", .. data]);
            var application = JsonDocument.Parse(found).RootElement.GetProperty("applications")[0];
            var replicas = application.GetProperty("replicas").EnumerateArray().ToList();
            var processes = replicas.Select(r => r.GetProperty("processId")).Where(p => p.ValueKind == JsonValueKind.Number).Select(p => p.GetInt32()).Order();
            var settled = replicas.Count > 0
                && (!application.TryGetProperty("rollout", out var rollout) || rollout.ValueKind == JsonValueKind.Null)
                && replicas.All(r => r.GetProperty("state").GetString() == "ready" && r.GetProperty("revision").GetString() == application.GetProperty("stableRevision").GetString())
                && processes.SequenceEqual(playground.Replicas().Order());
            calm = settled ? calm + 1 : 0;
        }
    }
}
