using System.Globalization;
using Platform.Testing.DeploymentWorld;

namespace Platform.Integration.Tests.Prometheus;

/// <summary>Rollouts on a fake machine, judged by what a real Prometheus says of the application.</summary>
public sealed class PrometheusAnalysisTests(PrometheusServer prometheus) : IClassFixture<PrometheusServer>
{
    [Fact]
    public async Task A_canary_whose_queue_is_beyond_the_limit_is_rolled_back_and_the_evidence_names_the_query()
    {
        Assert.SkipWhen(prometheus.Missing is not null, prometheus.Missing ?? "");
        await using var world = await WithV1Async();
        Expose(("v1", 3), ("v2", 60));

        var id = await world.DeployAsync(Canary("v2", "max: 50, failureLimit: 1", "sum(queue_depth{revision='{{revision}}'})", prometheus.Address, pause: "1m"));
        var row = await world.EndAsync(id);

        Assert.Equal("rolledBack", row.State);
        Assert.Contains("queue 60 is above the limit of 50, as 2 readings were; 1 is forgiven", row.Message);
        var metric = (await world.WholeAsync(id)).Course!.Evidence!.Metrics.Single(m => m.Metric == "queue");
        Assert.Equal($"prometheus {prometheus.Address}: sum(queue_depth{{revision='{{{{revision}}}}'}})", metric.Source);
        Assert.Equal((60.0, 50.0), (metric.Canary, metric.Baseline));
    }

    [Fact]
    public async Task A_canary_within_the_limit_passes()
    {
        Assert.SkipWhen(prometheus.Missing is not null, prometheus.Missing ?? "");
        await using var world = await WithV1Async();
        Expose(("v1", 3), ("v2", 4));

        var id = await world.DeployAsync(Canary("v2", "max: 50", "sum(queue_depth{revision='{{revision}}'})"));

        Assert.Equal("completed", (await world.EndAsync(id)).State);
    }

    [Theory]
    [InlineData("queue_depth{revision='nobody'}", "the query returned nothing")]
    [InlineData("queue_depth", "the query returned 2 series where one number is needed")]
    [InlineData("queue_depth{revision='{{revision}}'}[1m]", "the query returns a matrix where one number is needed")]
    [InlineData("vector(0) / 0", "it answered NaN")]
    [InlineData("sum(", "it answered 400: {\"status\":\"error\",\"errorType\":\"bad_data\"")]
    public async Task A_query_that_gives_no_number_is_never_a_pass(string query, string message)
    {
        Assert.SkipWhen(prometheus.Missing is not null, prometheus.Missing ?? "");
        await using var world = await WithV1Async();
        Expose(("v1", 3), ("v2", 4));

        var id = await world.DeployAsync(Canary("v2", "max: 50", query));

        await World.UntilAsync("it says why it waits", async () => (await world.RolloutAsync(id))?.Message.Contains(message, StringComparison.Ordinal) == true, () => "not yet");
        await World.UntilAsync("it waits for evidence", async () => (await world.WholeAsync(id)).Course?.Awaits == "evidence", () => "not yet");
    }

    [Fact]
    public async Task A_prometheus_that_cannot_be_reached_is_never_a_pass()
    {
        await using var world = await WithV1Async();

        var id = await world.DeployAsync(Canary("v2", "max: 50", "up", $"http://127.0.0.1:{Testing.ServerProcess.FreePort()}"));

        await World.UntilAsync("it says why it waits", async () => (await world.RolloutAsync(id))?.Message.Contains("it cannot be reached: Connection refused", StringComparison.Ordinal) == true, () => "not yet");
    }

    private static string Canary(string revision, string judged, string query, string address, string pause = "1s") => Manifests.Of(
        revision,
        $"strategy: canary, steps: [{{ weight: 50, pause: {pause} }}, 100], watch: 1s, analysis: {{ judge: threshold, minRequests: 0, metrics: [ {{ name: queue, prometheus: {{ address: \"{address}\", query: \"{query}\" }}, interval: 1s, timeout: 1s, {judged} }} ] }}");

    private string Canary(string revision, string judged, string query) => Canary(revision, judged, query, prometheus.Address);

    private void Expose(params (string Revision, double Depth)[] queues) => prometheus.Exposed = () =>
        string.Concat(queues.Select(q => $"queue_depth{{revision=\"{q.Revision}\"}} {q.Depth.ToString(CultureInfo.InvariantCulture)}\n"));

    private static async Task<World> WithV1Async()
    {
        var world = new World();
        world.Settings["Analysis:Allow:0"] = "127.0.0.0/8";
        await world.StartAsync();
        await world.EndAsync(await world.DeployAsync(Manifests.BlueGreen("v1")));
        return world;
    }
}
