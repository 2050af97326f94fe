using Platform.CommandLine.Load;

namespace Platform.CommandLine.Demo;

/// <summary>Something the demonstration promises, and whether it happened.</summary>
/// <param name="Name">The promise.</param>
/// <param name="IsKept">Whether it was kept.</param>
/// <param name="Because">What was seen.</param>
internal sealed record Promise(string Name, bool IsKept, string Because);

/// <summary>Judges a run by what was seen from outside: the load's own counts, the replicas that served, the rollouts' ends.</summary>
internal static class Promises
{
    public static IReadOnlyList<Promise> Judge(DemoFacts facts) => [NoRequestFailedDuringTheSwitch(facts), TheBrokenRevisionWasTakenBack(facts), TheReplicasFollowedTheDemand(facts)];

    private static Promise NoRequestFailedDuringTheSwitch(DemoFacts facts)
    {
        const string name = "v2 took over under load without a failed request";
        var phase = Phase(facts, DemoPhases.Switch);
        if (facts.Second is not { } second || phase is null) return new Promise(name, false, "v2 was not shipped");
        if (second.Rollout.State != "completed") return new Promise(name, false, $"its rollout ended as '{second.Rollout.State}': {second.Rollout.Message}");
        if (phase.Requests == 0) return new Promise(name, false, "no request was sent during the switch");
        return phase.Failures == 0
            ? new Promise(name, true, $"{phase.Requests:N0} requests during the switch, none failed")
            : new Promise(name, false, $"{phase.Failures:N0} of {phase.Requests:N0} requests failed: {Reasons(phase)}");
    }

    private static Promise TheBrokenRevisionWasTakenBack(DemoFacts facts)
    {
        const string name = "v3's failures ended with an automatic rollback";
        var (during, after) = (Phase(facts, DemoPhases.Broken), Phase(facts, DemoPhases.After));
        if (facts.Third is not { } third || during is null) return new Promise(name, false, "v3 was not shipped");
        if (third.Rollout.State != "rolledBack") return new Promise(name, false, $"its rollout ended as '{third.Rollout.State}': {third.Rollout.Message}");
        if (during.Failures == 0) return new Promise(name, false, "it was rolled back, but no request had failed");
        if (after is null || after.Requests == 0) return new Promise(name, false, "no request was sent after the rollback, so nobody knows whether it helped");
        return after.Failures == 0
            ? new Promise(name, true, $"{during.Failures:N0} requests failed before it, none of {after.Requests:N0} after it. {third.Rollout.Message}")
            : new Promise(name, false, $"{after.Failures:N0} of {after.Requests:N0} requests still failed after the rollback: {Reasons(after)}");
    }

    private static Promise TheReplicasFollowedTheDemand(DemoFacts facts)
    {
        const string name = "the replicas went up and came down with the demand";
        var serving = facts.Replicas.Select(point => point.Serving).ToList();
        if (serving.Count == 0) return new Promise(name, false, "no replica was seen");
        var highest = serving.Max();
        var at = serving.IndexOf(highest);
        var before = serving.Take(at + 1).Min();
        var after = serving.Skip(serving.LastIndexOf(highest)).Min();
        var course = $"{before} → {highest} → {after}";
        return highest > before && after < highest
            ? new Promise(name, true, course)
            : new Promise(name, false, $"{course}: they {(highest > before ? "did not come down" : "did not go up")}");
    }

    private static PhaseFigures? Phase(DemoFacts facts, string name) => facts.Phases.FirstOrDefault(phase => phase.Name == name);

    private static string Reasons(PhaseFigures phase) => string.Join(", ", phase.Reasons.OrderByDescending(r => r.Value).Select(r => $"{r.Key} ×{r.Value}"));
}
