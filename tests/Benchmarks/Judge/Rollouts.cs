using Platform.Deployment.Analysis;

namespace Platform.Benchmarks.Judge;

/// <summary>A judge in the bench.</summary>
/// <param name="MustPass">It aborts at the end what does not pass then.</param>
internal sealed record Contender(ICanaryJudge Judge, bool MustPass = false);

/// <summary>When each rollout was aborted, in seconds since the canary's first request; NaN: never.</summary>
internal sealed record Aborts(string Subject, double[] Seconds, long[] CanaryRequests);

/// <summary>One line of the bench: the same seeded rollouts before every judge.</summary>
internal sealed record Series(Scenario Scenario, LatencyModel Baseline, LatencyModel Canary, double Weight, double Rate, AnalysisLimits Limits, ulong Seed)
{
    private const int History = 120; // seconds that the baseline has served before
    private const int Replicas = 20;
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public IReadOnlyList<Aborts> Run(IReadOnlyList<Contender> contenders, int rollouts, CancellationToken cancellationToken)
    {
        var aborts = contenders.Select(c => new Aborts(c.Judge.Name, new double[rollouts], new long[rollouts])).ToList();
        var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, rollouts, options, () => (new Traffic(Baseline), new Traffic(Canary)), (i, _, traffic) =>
        {
            Play(contenders, aborts, i, traffic.Item1, traffic.Item2);
            return traffic;
        }, _ => { });
        return aborts;
    }

    private void Play(IReadOnlyList<Contender> contenders, List<Aborts> aborts, int rollout, Traffic baseline, Traffic canary)
    {
        var random = new Randomness(Seed * 1_000_003 + (ulong)rollout);
        var trials = contenders.Select(c => c.Judge.Begin(Limits)).ToArray();
        var running = trials.Length;
        var ended = new bool[trials.Length];
        long seen = 0;
        canary.StretchTail(Scenario.TailSlowdown);
        var canaryReplicas = Math.Max(1, (int)Math.Round(Replicas * Weight));
        for (var second = -History; second < Scenario.Seconds && running > 0; second++)
        {
            var weight = second < 0 ? 0 : Weight;
            var rate = Rate * Scenario.Traffic(second);
            var burst = Scenario.CommonBursts > 0 && random.Uniform() < Scenario.CommonBursts ? 0.1 : 0;
            var interval = new AnalysisInterval
            {
                At = Start.AddSeconds(second + 1),
                Length = TimeSpan.FromSeconds(1),
                Baseline = baseline.Second(
                    random, random.Poisson(rate * (1 - weight)), Scenario.BaselineErrors(second) + burst, Scenario.BaselineSlowdown(second), Paused(random, Replicas - canaryReplicas)),
                Canary = second < 0 ? RevisionCounts.None : canary.Second(
                    random, random.Poisson(rate * weight), Scenario.CanaryErrors(second) + burst, Scenario.CanarySlowdown(second), Paused(random, canaryReplicas)),
            };
            seen += interval.Canary.Requests;
            for (var i = 0; i < trials.Length; i++)
            {
                if (ended[i] || trials[i].Add(interval) != VerdictOutcome.Fail) continue;
                End(i, second + 1);
            }
        }

        for (var i = 0; i < trials.Length; i++)
        {
            if (!ended[i]) End(i, contenders[i].MustPass && trials[i].Verdict.Outcome != VerdictOutcome.Pass ? Scenario.Seconds : double.NaN);
        }

        void End(int i, double at)
        {
            (aborts[i].Seconds[rollout], aborts[i].CanaryRequests[rollout]) = (at, seen);
            ended[i] = true;
            running--;
        }
    }

    /// <summary>The share of the requests that wait because their replica stands still for half of this second.</summary>
    private double Paused(Randomness random, int replicas) =>
        Scenario.Pauses > 0 ? 0.5 * random.Binomial(replicas, Scenario.Pauses) / replicas : 0;
}
