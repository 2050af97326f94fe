using Platform.Workloads.Manifests;

namespace Platform.Deployment.Pipeline;

/// <summary>Manifest → the jobs of its pipeline, in their order. Pure.</summary>
internal static class PipelinePlan
{
    private static readonly TimeSpan CleanUpLimit = TimeSpan.FromMinutes(5), RemoveLimit = TimeSpan.FromMinutes(1);

    /// <summary>Time between two tries of a check.</summary>
    public static TimeSpan CheckPause { get; } = TimeSpan.FromSeconds(1);

    /// <summary>The jobs; none where the manifest has no pipeline.</summary>
    public static IReadOnlyList<PlannedJob> Of(Manifest manifest)
    {
        var pipeline = manifest.Pipeline;
        var jobs = new List<PlannedJob>();
        foreach (var step in PipelineSteps.All)
        {
            Hooks(step, isBefore: true);
            foreach (var (name, work, limit) in WorkOf(pipeline, step)) Add(name, work, limit, GateOf(step, isBefore: true), isOptional: false);
            Hooks(step, isBefore: false);
        }

        if (jobs.Count == 0 && pipeline.Hooks.Count == 0) return [];
        Add("clean up", new CleanUpWork(), CleanUpLimit, JobGate.CleanUp, isOptional: true);
        // Hooks after the cleaning come after it, whatever the list said so far.
        jobs = [.. jobs.OrderBy(j => j.Gate).ThenBy(j => j.Work is CleanUpWork ? 1 : IsAfterCleanUp(j) ? 2 : 0).Select((j, i) => j with { Number = i + 1 })];
        foreach (var job in jobs.AsEnumerable().Reverse().ToList())
        {
            if (UndoOf(job) is var (work, limit)) jobs.Add(new PlannedJob { Number = jobs.Count + 1, Name = $"undo {job.Name}", Gate = JobGate.Undo, Limit = limit, Undoes = job.Number, Work = work });
        }

        Hooks(PipelineSteps.RollBack, isBefore: false);
        return jobs;

        void Add(string name, JobWork work, TimeSpan limit, JobGate gate, bool isOptional) =>
            jobs.Add(new PlannedJob { Number = jobs.Count + 1, Name = name, Gate = gate, Limit = limit, Work = work, IsOptional = isOptional });

        void Hooks(string step, bool isBefore)
        {
            foreach (var (hook, index) in pipeline.Hooks.Select((h, i) => (h, i)).Where(h => h.h.Step == step && h.h.IsBefore == isBefore))
            {
                Add(
                    $"hook {index + 1} {(isBefore ? "before" : "after")} {step}",
                    hook.Command is { } command ? new CommandWork(command) : new RequestWork(hook),
                    hook.TimeLimit,
                    GateOf(step, isBefore),
                    hook.IsOptional);
            }
        }
    }

    /// <summary>Which gate a place before or after a step belongs to.</summary>
    public static JobGate GateOf(string step, bool isBefore) => (step, isBefore) switch
    {
        (PipelineSteps.Validate or PipelineSteps.Build or PipelineSteps.Push or PipelineSteps.Prepare, _) or (PipelineSteps.Start, true) => JobGate.Prepare,
        (PipelineSteps.Start or PipelineSteps.Verify or PipelineSteps.Test, _) => JobGate.Verify,
        (PipelineSteps.Shift, true) => JobGate.Shift,
        (PipelineSteps.Shift, false) or (PipelineSteps.Watch, true) => JobGate.Watch,
        (PipelineSteps.Watch, false) or (PipelineSteps.Retire, true) => JobGate.Promote,
        (PipelineSteps.RollBack, _) => JobGate.Undo,
        _ => JobGate.CleanUp,
    };

    private static IEnumerable<(string Name, JobWork Work, TimeSpan Limit)> WorkOf(PipelineSpec pipeline, string step)
    {
        switch (step)
        {
            case PipelineSteps.Build when pipeline.Build is { } build:
                yield return (PipelineSteps.Build, new BuildWork(build), build.TimeLimit);
                break;
            case PipelineSteps.Push when pipeline.Push is { } push:
                yield return (PipelineSteps.Push, new PushWork(), push.TimeLimit);
                break;
            case PipelineSteps.Prepare when pipeline.Prepare is { } prepare:
                yield return (PipelineSteps.Prepare, new CommandWork(prepare), prepare.TimeLimit);
                break;
            case PipelineSteps.Verify:
                foreach (var check in pipeline.Checks)
                    yield return ($"check {check.Name}", new CheckWork(check), (check.Timeout + CheckPause) * (check.Retries + 1) + check.Timeout);
                break;
            case PipelineSteps.Test when pipeline.Tests is { } tests:
                yield return ("tests", new CommandWork(tests), tests.TimeLimit);
                break;
        }
    }

    private static (JobWork Work, TimeSpan Limit)? UndoOf(PlannedJob job) => job.Work switch
    {
        CommandWork { Command.Undo: { } undo } => (new CommandWork(undo), undo.TimeLimit),
        BuildWork => (new RemoveImageWork(), RemoveLimit),
        _ => null,
    };

    private static bool IsAfterCleanUp(PlannedJob job) => job.Name.EndsWith($"after {PipelineSteps.CleanUp}", StringComparison.Ordinal);
}
