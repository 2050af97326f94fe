using FsCheck;
using FsCheck.Fluent;
using Platform.Deployment.Pipeline;
using Platform.Deployment.Rollouts;
using Platform.Deployment.Rollouts.Strategies;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Tests.Pipeline;

/// <summary>The rules of gates, over random histories: jobs end well, fail, are slow; people give up at any moment.</summary>
public sealed class GatesTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void No_history_shifts_before_its_jobs_are_done_or_ends_with_something_not_undone()
    {
        var histories =
            from strategy in Gen.Elements(RolloutStrategies.BlueGreen, RolloutStrategies.Rolling, RolloutStrategies.Canary, RolloutStrategies.Experiment)
            from old in Gen.Choose(0, 3)
            from seed in Gen.Choose(0, int.MaxValue - 1)
            from trouble in Gen.Choose(0, 2)
            select (strategy, old, seed, trouble);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(histories.ToArbitrary(), h => new History(h.strategy, h.old, new Random(h.seed), h.trouble).Run()));
    }

    private sealed class History
    {
        private readonly Random _random;
        private readonly int _trouble;
        private readonly string? _stable;
        private readonly RolloutPlan _plan;
        private readonly Dictionary<int, JobState> _states;
        private readonly List<int> _begun = [];
        private DateTimeOffset _now = Start;

        public History(string strategy, int old, Random random, int trouble)
        {
            (_random, _trouble, _stable) = (random, trouble, old > 0 ? "v1" : null);
            var command = new JobCommandSpec { Command = ["do"], Undo = new JobCommandSpec { Command = ["undo"] } };
            var jobs = PipelinePlan.Of(new Manifest
            {
                Name = "shop",
                Revision = "v2",
                Pipeline = new PipelineSpec
                {
                    Prepare = command,
                    Tests = random.Next(2) == 0 ? command : null,
                    Hooks =
                    [
                        .. Enumerable.Range(0, random.Next(4)).Select(_ => new HookSpec
                        {
                            Step = PipelineSteps.All[random.Next(PipelineSteps.All.Count)],
                            IsBefore = random.Next(2) == 0,
                            Command = command,
                            IsOptional = random.Next(3) == 0,
                        }),
                    ],
                },
            });
            var rollout = new RolloutSpec { Strategy = strategy, Watch = TimeSpan.FromSeconds(1), StepDuration = TimeSpan.FromSeconds(1), Experiment = new ExperimentSpec { Duration = TimeSpan.FromSeconds(1) } };
            _plan = (_stable is null ? RolloutStrategyList.First("v2", 2) : RolloutStrategyList.Find(strategy)!.Plan(rollout, new ReplicaSets("v2", 2, "v1", old))) with { Pipeline = jobs, Analysed = false };
            _states = jobs.ToDictionary(j => j.Number, _ => JobState.Planned);
        }

        public bool Run()
        {
            var fresh = new RolloutProgress { Revision = "v2", Stable = _stable, Stage = RolloutStage.Planning, CreatedAt = Start, BeganAt = Start, StageSince = Start };
            var p = RolloutLogic.Begin(fresh, _plan, Start).Next;
            for (var look = 0; look < 3_000; look++)
            {
                _now += TimeSpan.FromMilliseconds(_random.Next(50, 400));
                Work();
                if (_trouble == 1 && _random.Next(40) == 0 && !p.Stage.IsEnd() && p.Stage != RolloutStage.RollingBack) p = p with { Abort = "aborted" };
                var next = RolloutLogic.Advance(p, new RolloutFacts
                {
                    Now = _now,
                    New = new RevisionFacts(p.NewWanted, p.NewWanted),
                    Old = new RevisionFacts(p.OldWanted, p.OldWanted),
                    Baseline = new RevisionFacts(p.BaselineWanted, p.BaselineWanted),
                    TrafficAcknowledged = true,
                    Jobs = [.. _states.Select(s => new JobFacts(s.Key, s.Value, s.Value == JobState.Failed ? "it broke" : null))],
                }).Next;
                Follow(p, next);
                if (p.NewWeight == 0 && next.NewWeight > 0) Require(Done(JobGate.Prepare) && Done(JobGate.Verify) && Done(JobGate.Shift), "traffic before its jobs were done", next);
                if (!p.Decided && next.Decided) Require(Done(JobGate.Watch) && Done(JobGate.Promote), "decided before its jobs were done", next);
                Require(next.Stage != RolloutStage.Preparing || (next.NewWanted == 0 && next.OldWanted == _plan.OldReplicas), "something was touched while preparing", next);
                p = next;
                if (p.Stage.IsEnd()) return Ended(p);
            }

            throw new InvalidOperationException($"It has not ended: {p}");
        }

        /// <summary>One job at a time, the first that is due.</summary>
        private void Work()
        {
            if (_states.FirstOrDefault(s => s.Value == JobState.Running) is { Value: JobState.Running } running)
            {
                if (_random.Next(3) > 0) _states[running.Key] = _trouble == 2 && _random.Next(6) == 0 && Job(running.Key).Gate != JobGate.Undo ? JobState.Failed : JobState.Succeeded;
            }
            else if (_states.OrderBy(s => s.Key).FirstOrDefault(s => s.Value == JobState.Due) is { Value: JobState.Due } due)
            {
                _states[due.Key] = JobState.Running;
                _begun.Add(due.Key);
            }
        }

        /// <summary>What <see cref="JobBook"/> does with rows.</summary>
        private void Follow(RolloutProgress before, RolloutProgress next)
        {
            Require(next.Gate >= before.Gate, "a gate was closed again", next);
            if (next.Stage == RolloutStage.RollingBack && before.Stage != RolloutStage.RollingBack)
            {
                foreach (var job in _plan.Pipeline.Where(j => j.Gate != JobGate.Undo))
                    if (_states[job.Number] is JobState.Planned or JobState.Due) _states[job.Number] = JobState.Skipped;
                    else if (_states[job.Number] == JobState.Running) _states[job.Number] = _random.Next(2) == 0 ? JobState.Stopped : JobState.Running;
            }

            if (next.Gate != before.Gate)
            {
                foreach (var job in _plan.Pipeline.Where(j => j.Gate == next.Gate && _states[j.Number] == JobState.Planned))
                    _states[job.Number] = job.Undoes is { } undone && !_begun.Contains(undone) ? JobState.Skipped : JobState.Due;
            }
        }

        private bool Ended(RolloutProgress p)
        {
            if (p.Stage == RolloutStage.Completed)
            {
                Require(Enum.GetValues<JobGate>().Where(g => g is not JobGate.Undo).All(Done), "completed with something not done", p);
                Require(!_begun.Any(n => Job(n).Gate == JobGate.Undo), "completed, and undone", p);
                return true;
            }

            Require(!_states.ContainsValue(JobState.Running) && !_states.ContainsValue(JobState.Due), "given up with a job under way", p);
            var undone = _begun.Where(n => Job(n).Undoes is not null).Select(n => Job(n).Undoes!.Value).ToList();
            var undoable = _begun.Where(n => _plan.Pipeline.Any(j => j.Undoes == n)).ToList();
            Require(undone.SequenceEqual(undoable.OrderDescending()), $"begun [{string.Join(", ", undoable)}], undone [{string.Join(", ", undone)}]", p);
            return true;
        }

        private bool Done(JobGate gate) =>
            _plan.Pipeline.Where(j => j.Gate == gate).All(j => _states[j.Number] == JobState.Succeeded || (_states[j.Number] == JobState.Failed && (j.IsOptional || j.Gate == JobGate.CleanUp)));

        private PlannedJob Job(int number) => _plan.Pipeline[number - 1];

        private static void Require(bool holds, string what, RolloutProgress p)
        {
            if (!holds) throw new InvalidOperationException($"{what}: {p}");
        }
    }
}
