using System.Collections.Concurrent;
using Platform.Reliability.Simulation;

namespace Platform.Reliability.Rollouts;

/// <summary>
/// The proof: whatever effect the deployment service is killed at, before or after, it ends what it began, and nothing is lost,
/// doubled or orphaned. <c>KILL_RUNS=all</c> leaves no point out and takes as long as that takes; <c>KILL_SEED</c> chooses what a
/// bounded run leaves out; <c>KILL_SECONDS</c> bounds it.
/// </summary>
public sealed class KilledAtAnyEffectTests(Origins origins) : IClassFixture<Origins>
{
    private const int Worlds = 6;
    private const double SinglesShare = 0.8;
    private static readonly bool All = Environment.GetEnvironmentVariable("KILL_RUNS") == "all";
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("KILL_SEED") ?? "1");
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable("KILL_SECONDS") ?? "120"));

    public static TheoryData<string> Scenarios => [.. Scenario.All.Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Killed_at_any_effect_it_completes_or_rolls_back(string name)
    {
        var scenario = Scenario.Named(name);
        var random = new Random(Seed);
        var points = origins.Points(scenario).ToArray();
        var budget = Budget * ((double)points.Length / origins.AllPoints);
        random.Shuffle(points);
        // First what can differ: inside a transaction it is all one to the database which statement was the last.
        var ordered = points.OrderBy(p => p is { Kind: Effects.EffectKind.DatabaseExecute, Side: Side.After } ? 1 : 0).ToList();

        var wrong = await RunAsync(ordered.Select(p => new Kill(scenario, p, 0, TimeSpan.FromSeconds(random.Next(0, 6)))), budget * SinglesShare);
        wrong.AddRange(await RunAsync(Doubles(scenario, points, random), budget * (1 - SinglesShare)));

        Figures.WriteKills(origins.AllPoints);
        Assert.True(wrong.Count == 0, $"{wrong.Count} of the runs went wrong:\n{string.Join("\n", wrong.Take(20).Select(o => o.Report))}");
    }

    [Fact]
    public async Task Repeated()
    {
        var text = Environment.GetEnvironmentVariable("KILL_AT");
        Assert.SkipWhen(text is null, "Repeats the run that KILL_AT names, twenty times.");
        var kill = Kill.Parse(text!);
        var wrong = await RunAsync(Enumerable.Repeat(kill, 20), TimeSpan.MaxValue);
        Assert.True(wrong.Count == 0, $"{wrong.Count} of 20 runs went wrong:\n{string.Join("\n", wrong.Select(o => o.Report))}");
    }

    private static IEnumerable<Kill> Doubles(Scenario scenario, KillPoint[] points, Random random)
    {
        for (var i = 0; !All || i < points.Length; i++)
            yield return new Kill(scenario, points[random.Next(points.Length)], random.Next(1, 120), TimeSpan.FromSeconds(random.Next(0, 6)));
    }

    private async Task<List<Outcome>> RunAsync(IEnumerable<Kill> kills, TimeSpan budget)
    {
        var began = TimeProvider.System.GetTimestamp();
        var wrong = new ConcurrentQueue<Outcome>();
        await Parallel.ForEachAsync(
            kills.TakeWhile(_ => wrong.Count < 50 && (All || TimeProvider.System.GetElapsedTime(began) < budget)),
            new ParallelOptions { MaxDegreeOfParallelism = Worlds, CancellationToken = TestContext.Current.CancellationToken },
            async (kill, _) =>
            {
                var outcome = await kill.RunAsync(origins.Of(kill.Scenario));
                Figures.Add(outcome);
                if (outcome.Wrong.Count > 0) wrong.Enqueue(outcome);
            });
        return [.. wrong];
    }
}
