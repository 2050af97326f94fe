namespace Platform.Benchmarks.Autoscale;

/// <summary>All runs at one start-up time, compared at the violations of the HPA with a target of 0.7.</summary>
internal sealed class JudgedRuns(int startup, IReadOnlyList<(Run Run, ScalingScore Score)> judged)
{
    private const string Reference = "0.7";
    private static readonly string[] Clairvoyants = ["static-peak", "hindsight"];

    private ScalingScore Hpa => judged.First(line => line.Run is { Policy: "hpa", Parameter: Reference }).Score;

    private double Hindsight => judged.First(line => line.Run is { Policy: "hindsight", Parameter: "5" }).Score.Cost;

    private double OurCost => Of("ours").CostAt(Hpa.Violations);

    public IEnumerable<IReadOnlyDictionary<string, object?>> Rows()
    {
        foreach (var (run, score) in judged) yield return Row(run.Policy, run.Parameter, score);
        foreach (var policy in Policies())
        {
            var cost = Of(policy).CostAt(Hpa.Violations);
            yield return new Dictionary<string, object?>
            {
                ["subject"] = policy,
                ["parameter"] = $"as hpa-{Reference}",
                ["startupMinutes"] = startup,
                ["cost"] = double.IsNaN(cost) ? null : cost,
                ["violationsPercent"] = Hpa.Violations,
                ["gapClosed"] = double.IsNaN(cost) ? null : (Hpa.Cost - cost) / (Hpa.Cost - Hindsight),
            };
        }
    }

    public IEnumerable<BenchPromise> Promises()
    {
        var closed = (Hpa.Cost - OurCost) / (Hpa.Cost - Hindsight);
        yield return new BenchPromise(
            $"L = {startup}: at HPA-0.7's violations ({Hpa.Violations:0.###} %) ours costs no more than HPA-0.7 ({OurCost:0.###} against {Hpa.Cost:0.###}; hindsight {Hindsight:0.###}; gap closed {closed:0.##})",
            OurCost <= Hpa.Cost);
        var above = judged
            .Where(line => line.Run.Policy != "ours" && !Clairvoyants.Contains(line.Run.Policy))
            .Where(line => Of("ours").CostAt(line.Score.Violations) is var cost && !double.IsNaN(cost) && cost > line.Score.Cost)
            .Select(line => $"{line.Run.Policy}-{line.Run.Parameter}")
            .ToArray();
        yield return new BenchPromise($"L = {startup}: ours costs no more than a peer at the peer's violations, at every point{(above.Length == 0 ? "" : $"; not at {string.Join(", ", above)}")}", above.Length == 0);
    }

    private IEnumerable<string> Policies() => judged.Select(line => line.Run.Policy).Distinct().Except(Clairvoyants);

    private Frontier Of(string policy) => new(judged.Where(line => line.Run.Policy == policy).Select(line => line.Score));

    private Dictionary<string, object?> Row(string policy, string parameter, ScalingScore score) => new()
    {
        ["subject"] = policy,
        ["parameter"] = parameter,
        ["startupMinutes"] = startup,
        ["cost"] = score.Cost,
        ["violationsPercent"] = score.Violations,
        ["gapClosed"] = null,
        ["underAccuracyPercent"] = score.UnderAccuracy,
        ["overAccuracyPercent"] = score.OverAccuracy,
        ["underTimePercent"] = score.UnderTime,
        ["overTimePercent"] = score.OverTime,
        ["instabilityPercent"] = score.Instability,
        ["decisions"] = score.Decisions,
    };
}
