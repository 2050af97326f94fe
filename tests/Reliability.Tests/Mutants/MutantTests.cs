using System.Collections.Concurrent;
using Platform.Reliability.Simulation;

namespace Platform.Reliability.Mutants;

/// <summary>Negative controls: the oracles must find something wrong with every mutant.</summary>
public sealed class MutantTests(Origins origins) : IClassFixture<Origins>
{
    private const int MostRuns = 60;

    public static TheoryData<string> Names => [.. Catalogue.All.Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Caught(string name)
    {
        var mutant = Catalogue.All.First(m => m.Name == name);
        var random = new Random(1);
        var points = mutant.Kills is { } kills ? origins.Points(mutant.Scenario).Where(kills).ToArray() : [];
        random.Shuffle(points);
        var runs = mutant.Kills is null
            ? [new Kill(mutant.Scenario, null, 0, TimeSpan.Zero)]
            : points.Take(MostRuns).Select(p => new Kill(mutant.Scenario, p, 0, TimeSpan.FromSeconds(1))).ToList();
        var caught = new ConcurrentQueue<Outcome>();

        await Parallel.ForEachAsync(
            runs.TakeWhile(_ => caught.IsEmpty),
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken },
            async (kill, _) =>
            {
                var outcome = await kill.RunAsync(origins.Of(mutant.Scenario), mutant);
                var wrong = outcome.Wrong.Where(w => !w.Contains(mutant.Untellable, StringComparison.Ordinal)).ToList();
                if (wrong.Count > 0) caught.Enqueue(outcome with { Wrong = wrong });
            });

        Assert.True(!caught.IsEmpty, $"{name} went through {runs.Count} runs unnoticed.");
        Figures.Caught(name, caught.First().Wrong[0]);
    }

    /// <summary>The ways in which the mutants above are built in change nothing by themselves.</summary>
    [Fact]
    public async Task Tampering_with_nothing_is_not_caught()
    {
        var nothing = new Mutant("nothing", Scenario.BlueGreen) { Statements = _ => new Tampering(), Runtime = (_, runtime) => new TamperedRuntime(runtime) };

        var outcome = await new Kill(nothing.Scenario, null, 0, TimeSpan.Zero).RunAsync(origins.Of(nothing.Scenario), nothing);

        Assert.Empty(outcome.Wrong);
    }
}
