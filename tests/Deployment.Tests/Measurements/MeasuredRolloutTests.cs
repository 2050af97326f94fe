using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Metrics;
using Platform.Deployment.Measurements;
using Platform.Hosting.Measurements;
using Platform.Effects;
using Platform.Metrics;
using Platform.Metrics.Streaming;
using Platform.Testing.DeploymentWorld;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Tests.Measurements;

/// <summary>Rollouts that are judged by metrics, and what is left of their trials when the service is killed.</summary>
public sealed class MeasuredRolloutTests
{
    private const string Metric = "name: queue, command: [count, '{{revision}}'], interval: 1s, timeout: 1s";

    [Fact]
    public async Task A_step_that_names_a_metric_waits_for_its_readings_and_nobody_else_reads_it()
    {
        var source = new ScriptedSource();
        await using var world = await WithV1Async(source);
        source.Answer = _ => Reading.None("not yet");

        var id = await world.DeployAsync(Canary("{ weight: 20, pause: 1s }, { weight: 50, pause: 1s, analysis: [queue] }, 100", "max: 5, count: 2"));
        await World.UntilAsync("the step waits", async () => (await world.RolloutAsync(id))?.Message.Contains("waiting for queue (0 of 2 readings) (step 2 of 3)") == true, () => "not yet");
        source.Answer = _ => Reading.Of(1);

        Assert.Equal("completed", (await world.EndAsync(id)).State);
        var steps = await world.Life!.Database.ReadAsync(reader => reader.QueryAsync<int>("SELECT step FROM analysis_readings WHERE problem IS NULL"));
        Assert.Equal([2, 2], steps);
        Assert.All(source.Asked, q => Assert.Equal(("v2", "v1"), (q.Revision, q.Baseline)));
    }

    [Fact]
    public async Task A_compared_metric_is_asked_for_both_revisions_and_rolls_back_a_worse_one()
    {
        var source = new ScriptedSource { Answer = revision => Reading.Of(revision == "v2" ? 12 : 10) };
        await using var world = await WithV1Async(source);

        var id = await world.DeployAsync(Canary("{ weight: 50, pause: 1m }, 100", "compare: { tolerance: 10% }"));
        var row = await world.EndAsync(id);

        Assert.Equal("rolledBack", row.State);
        Assert.Contains("queue 12 is more than 10 % above the old revision's 10", row.Message);
    }

    [Fact]
    public async Task Readings_go_on_after_a_kill_and_the_ones_from_before_count()
    {
        var source = new ScriptedSource { Answer = _ => Reading.Of(9) };
        await using var world = await WithV1Async(source);

        var id = await world.DeployAsync(Canary("{ weight: 50, pause: 1m }, 100", "max: 5, failureLimit: 2"));
        await World.UntilAsync("two readings are taken", async () => await ReadingsAsync(world) == 2, () => "not yet");
        await world.KillAsync();
        await world.StartAsync();
        var row = await world.EndAsync(id);

        Assert.Equal("rolledBack", row.State);
        Assert.Contains("as 3 readings were", row.Message);
        Assert.Equal(3, await ReadingsAsync(world));
    }

    [Theory]
    [InlineData("statistical")]
    [InlineData("threshold")]
    [InlineData("kayenta")]
    public async Task A_trial_goes_on_after_a_kill_with_what_it_knew(string judge)
    {
        await using var world = await WithV1Async(new ScriptedSource());
        var id = await world.DeployAsync(Manifests.Of("v2", $"strategy: canary, steps: [{{ weight: 50, pause: 1m }}, 100], analysis: {{ judge: {judge}, minRequests: 100000 }}"));
        await world.UntilAsync(id, "watching");
        world.Life!.Metrics.Add(Measured(world, 400));
        await World.UntilAsync("they are judged", async () => (await world.WholeAsync(id)).Course?.Evidence?.Requests == 400, () => "not yet");

        await world.KillAsync();
        await world.StartAsync();
        world.Life!.Metrics.Add(Measured(world, 30));

        await World.UntilAsync("both count", async () => (await world.WholeAsync(id)).Course?.Evidence?.Requests == 430, () => "not yet");
        await world.AbortAsync(id);
        await world.EndAsync(id);
        Assert.Equal(0, await world.Life!.Database.ReadAsync(reader => reader.FirstOrDefaultAsync<long>("SELECT COUNT(*) FROM rollout_trials")));
    }

    /// <summary>Around each effect of a reading: asked but not written down, written down but not yet known to be, and the trial's own notes.</summary>
    [Theory]
    [InlineData("analysis_readings", 1, false)]
    [InlineData("analysis_readings", 1, true)]
    [InlineData("analysis_readings", 3, false)]
    [InlineData("analysis_readings", 3, true)]
    [InlineData("rollout_trials", 1, false)]
    [InlineData("rollout_trials", 1, true)]
    [InlineData("rollout_trials", 2, true)]
    public async Task Killed_around_a_reading_the_rollout_goes_on_and_no_reading_counts_twice(string table, int occurrence, bool after)
    {
        var source = new ScriptedSource { Answer = _ => Reading.Of(9) };
        await using var world = await WithV1Async(source);
        await world.StopAsync();
        var life = await world.StartAsync(new MortalEffects(new KillAt(table, occurrence, after)));

        var id = await world.DeployAsync(Canary("{ weight: 50, pause: 1m }, 100", "max: 5, failureLimit: 2"));
        await world.UntilAsync("killed", () => life.Effects.IsDead);
        await world.KillAsync();
        await world.StartAsync();
        var row = await world.EndAsync(id);

        Assert.Equal("rolledBack", row.State);
        Assert.Contains("as 3 readings were", row.Message);
        Assert.Equal(3, await ReadingsAsync(world));
    }

    private static Task<long> ReadingsAsync(World world) => world.Life!.Database.ReadAsync(reader => reader.FirstOrDefaultAsync<long>("SELECT COUNT(*) FROM analysis_readings"));

    private static string Canary(string steps, string judged) =>
        Manifests.Of("v2", $"strategy: canary, steps: [{steps}], watch: 1s, analysis: {{ judge: threshold, minRequests: 0, metrics: [ {{ {Metric}, {judged} }} ] }}");

    private static MetricBatch Measured(World world, int requests)
    {
        var latencies = new LatencyHistogram();
        latencies.Record(0.05, requests);
        return new MetricBatch
        {
            Source = "gateway",
            Application = "shop",
            At = world.Time.GetUtcNow(),
            Interval = TimeSpan.FromSeconds(1),
            Samples = [.. new[] { "v1", "v2" }.SelectMany(revision => new[]
            {
                new MetricSample(MetricNames.Requests, revision, "", requests),
                new MetricSample(MetricNames.Errors, revision, "", 0),
                new MetricSample(MetricNames.Latency, revision, "", requests, latencies),
            })],
        };
    }

    private static async Task<World> WithV1Async(ScriptedSource source)
    {
        var world = new World { Rebuild = services => services.AddSingleton<IEnumerable<IMetricSource>>([source]) };
        await world.StartAsync();
        await world.EndAsync(await world.DeployAsync(Manifests.BlueGreen("v1")));
        return world;
    }

    private sealed class ScriptedSource : IMetricSource
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<MetricQuestion> _asked = [];

        public Func<string, Reading> Answer { get; set; } = _ => Reading.Of(0);

        public IReadOnlyCollection<MetricQuestion> Asked => _asked;

        public bool Reads(MetricSourceSpec spec) => true;

        public Task<Reading> ReadAsync(MetricSourceSpec spec, MetricQuestion question, CancellationToken ct)
        {
            _asked.Enqueue(question);
            return Task.FromResult(Answer(question.Revision));
        }
    }

    private sealed class KillAt(string table, int occurrence, bool after) : IEffects
    {
        private int _count;

        public void Before(EffectKind kind, string what)
        {
            if (what.Contains(table) && Interlocked.Increment(ref _count) == occurrence && !after) throw new KilledException($"{kind} {what}");
        }

        public void After(EffectKind kind, string what)
        {
            if (what.Contains(table) && _count == occurrence && after) throw new KilledException($"after {kind} {what}");
        }

        public int Torn(string what, int length) => length;
    }
}
