using FsCheck;
using FsCheck.Fluent;
using Platform.Deployment.Pipeline;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Tests.Pipeline;

/// <summary>Manifest → jobs.</summary>
public sealed class PipelinePlanTests
{
    private static readonly Gen<PipelineSpec> Pipelines =
        from prepare in Gen.Elements(null, Command(false), Command(true))
        from tests in Gen.Elements(null, Command(false), Command(true))
        from checks in Gen.Choose(0, 3)
        from hooks in Gen.ListOf(from step in Gen.Elements<string>([.. PipelineSteps.All, PipelineSteps.RollBack]) from before in Gen.Elements(true, false) from undo in Gen.Elements(true, false) select Hook(step, before, undo))
        select new PipelineSpec { Prepare = prepare, Tests = tests, Checks = [.. Enumerable.Range(0, checks).Select(i => new CheckSpec { Name = $"c{i}", Tcp = "127.0.0.1:1" })], Hooks = [.. hooks] };

    [Fact]
    public void A_manifest_without_a_pipeline_has_no_jobs() => Assert.Empty(PipelinePlan.Of(Manifest(new PipelineSpec())));

    [Fact]
    public void Nothing_is_left_out_and_numbers_and_names_are_given_once() => Each((pipeline, jobs) =>
    {
        var expected = (pipeline.Prepare is null ? 0 : 1) + (pipeline.Tests is null ? 0 : 1) + pipeline.Checks.Count + pipeline.Hooks.Count;
        return jobs.Count(j => j.Undoes is null && j.Work is not CleanUpWork) == expected
            && jobs.Select(j => j.Number).SequenceEqual(Enumerable.Range(1, jobs.Count))
            && jobs.Select(j => j.Name).Distinct().Count() == jobs.Count
            && jobs.All(j => j.Work is not null && j.Limit > TimeSpan.Zero);
    });

    [Fact]
    public void Gates_follow_one_another() => Each((_, jobs) => jobs.Select(j => j.Gate).SequenceEqual(jobs.Select(j => j.Gate).Order()));

    [Fact]
    public void What_has_an_undo_is_undone_in_the_reverse_order() => Each((_, jobs) =>
    {
        var undoes = jobs.Where(j => j.Undoes is not null).Select(j => j.Undoes!.Value).ToList();
        var undoable = jobs.Where(j => j is { Undoes: null, Work: CommandWork { Command.Undo: not null } } && j.Name != "undo").Select(j => j.Number);
        return undoes.SequenceEqual(undoes.OrderDescending()) && undoes.Order().SequenceEqual(undoable.Where(n => jobs[n - 1].Gate != JobGate.Undo));
    });

    [Fact]
    public void Migrations_come_before_the_start_and_tests_before_the_traffic()
    {
        var jobs = PipelinePlan.Of(Manifest(new PipelineSpec
        {
            Prepare = Command(true),
            Tests = Command(false),
            Checks = [new CheckSpec { Name = "db", Tcp = "127.0.0.1:1" }],
            Hooks = [Hook(PipelineSteps.Test, before: true, undo: false), Hook(PipelineSteps.CleanUp, before: false, undo: false)],
        }));

        Assert.Equal(["prepare", "check db", "hook 1 before test", "tests", "clean up", "hook 2 after cleanUp", "undo prepare"], jobs.Select(j => j.Name));
        Assert.Equal([JobGate.Prepare, JobGate.Verify, JobGate.Verify, JobGate.Verify, JobGate.CleanUp, JobGate.CleanUp, JobGate.Undo], jobs.Select(j => j.Gate));
    }

    private static void Each(Func<PipelineSpec, IReadOnlyList<PlannedJob>, bool> holds) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Pipelines.ToArbitrary(), pipeline => holds(pipeline, PipelinePlan.Of(Manifest(pipeline)))));

    private static Manifest Manifest(PipelineSpec pipeline) => new() { Name = "shop", Revision = "v2", Pipeline = pipeline };

    private static JobCommandSpec Command(bool undo) => new() { Command = ["do"], Undo = undo ? new JobCommandSpec { Command = ["undo"] } : null };

    private static HookSpec Hook(string step, bool before, bool undo) => new() { Step = step, IsBefore = before && step != PipelineSteps.RollBack, Command = Command(undo) };
}
