using System.Collections.Concurrent;
using Platform.Reliability.Mutants;

namespace Platform.Reliability.Simulation;

/// <summary>What was run and what was reached, for the reader of <c>./test</c>.</summary>
internal static class Figures
{
    private static readonly ConcurrentQueue<Outcome> Outcomes = [];
    private static readonly ConcurrentDictionary<string, string> Found = new(StringComparer.Ordinal);
    private static readonly Lock Gate = new();

    public static void Add(Outcome outcome) => Outcomes.Enqueue(outcome);

    public static void WriteKills(int known)
    {
        var all = Outcomes.ToList();
        var single = all.Where(o => o.Kill.Again == 0 && o.Reached).ToList();
        var killed = all.SelectMany(o => o.KilledWhile).GroupBy(s => s).OrderBy(g => g.Key);
        var ends = all.SelectMany(o => o.Ends).GroupBy(s => s).OrderBy(g => g.Key);
        Write("kill-points", $"""
            kill points: {all.Count(o => o.Reached)} run of {known} known (before {single.Count(o => o.Kill.Point!.Side == Side.Before)}, after {single.Count(o => o.Kill.Point!.Side == Side.After)}, double {all.Count(o => o.ReachedAgain)}; {all.Count(o => !o.Reached)} not reached)
            states reached: {string.Join(", ", killed.Select(g => $"{g.Key} {g.Count()}"))}
            ends: {string.Join(", ", ends.Select(g => $"{g.Key} {g.Count()}"))}; wrong: {all.Count(o => o.Wrong.Count > 0)}

            """);
    }

    public static void Caught(string mutant, string by)
    {
        Found[mutant] = by;
        Write("mutants", $"mutants: {Found.Count} of {Catalogue.All.Count + Catalogue.OnTheirOwn} caught: {string.Join(", ", Found.Keys.Order(StringComparer.Ordinal))}\n");
    }

    public static void Write(string name, string text)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Platform.sln"))) folder = folder.Parent;
        if (folder is null) return;
        lock (Gate)
        {
            Directory.CreateDirectory(Path.Combine(folder.FullName, "TestResults"));
            File.WriteAllText(Path.Combine(folder.FullName, "TestResults", $"{name}.figures.txt"), text);
        }
    }
}
