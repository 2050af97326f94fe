using System.Text.RegularExpressions;
using Platform.Integration.Tests.Split;

namespace Platform.Integration.Tests.Traffic;

/// <summary>Rollouts under requests, by the router that clients come through.</summary>
[Collection(Servers.Name)]
public sealed partial class RouterRolloutTests
{
    private const string BlueGreen = "{ strategy: blueGreen, watch: 1s, analysis: { judge: none } }";
    private const int Rate = 100;

    [Fact]
    public async Task Through_nginx_revisions_are_switched_shared_and_chosen_without_an_error()
    {
        await using var platform = await RoutedPlatform.StartAsync(nginx: true);
        await platform.EndsAsync(await platform.DeployAsync("v1", BlueGreen), "completed");
        await using var traffic = new SteadyTraffic(platform.Traffic, Rate);

        await platform.EndsAsync(await platform.DeployAsync("v2", BlueGreen), "completed");

        var canary = await platform.DeployAsync("v4", "{ strategy: canary, steps: [ { weight: 50, pause: untilPromoted }, 100 ], match: { headers: { X-Group: beta } }, analysis: { judge: none } }");
        await platform.UntilAsync(canary, r => r.Message.StartsWith("waiting to be promoted", StringComparison.Ordinal), "it waits at half");
        using var client = new HttpClient();
        var met = new List<string>();
        for (var i = 0; i < 200; i++) met.Add(await platform.VersionAsync(client));
        Assert.InRange(met.Count(v => v == "v4"), 60, 140);
        Assert.Equal(200, met.Count(v => v is "v2" or "v4"));
        for (var i = 0; i < 20; i++) Assert.Equal("v4", await platform.VersionAsync(client, ("X-Group", "beta")));
        await platform.PostAsync($"/api/deployment/deployments/{canary}/promote", """{"reason":"good"}""");
        await platform.EndsAsync(canary, "completed");
        Assert.Equal("v4", await platform.VersionAsync(client));

        await traffic.EndAsync();
        NothingFailed(traffic, nginx: true);
        Assert.True(traffic.Answered > 300, $"{traffic.Answered} requests were answered");
    }

    [Fact]
    public async Task Through_nginx_a_broken_canary_is_judged_by_its_log_and_taken_back()
    {
        await using var platform = await RoutedPlatform.StartAsync(nginx: true);
        await platform.EndsAsync(await platform.DeployAsync("v1", BlueGreen), "completed");
        await using var traffic = new SteadyTraffic(platform.Traffic, Rate);

        var rollout = await platform.EndsAsync(await platform.DeployAsync("v3", "{ strategy: canary, steps: [ { weight: 20, pause: 60s }, 100 ], analysis: { errorRate: 5%, p95: 5s } }"), "rolledBack");

        Assert.Contains("error", rollout.Message, StringComparison.OrdinalIgnoreCase);
        await traffic.EndAsync();
        using var client = new HttpClient();
        for (var i = 0; i < 20; i++) Assert.Equal("v1", await platform.VersionAsync(client));
        // Half of a fifth, for the seconds that the verdict took; nothing else failed but what a reload's closing connections met.
        var bad = traffic.Failures.Count(f => f.What.StartsWith("500 The price list", StringComparison.Ordinal));
        Assert.InRange(bad, 1, traffic.Answered / 4);
        Assert.All(traffic.Failures, f => Assert.Matches("^500 The price list|sending the request", f.What));
        Assert.InRange(traffic.Failures.Count - bad, 0, 3);
    }

    [Fact]
    public async Task A_configuration_that_nginx_refuses_holds_the_rollout_with_its_words_until_it_is_mended()
    {
        await using var platform = await RoutedPlatform.StartAsync(nginx: true);
        await platform.EndsAsync(await platform.DeployAsync("v1", BlueGreen), "completed");
        await platform.Nginx!.BreakAsync("no_such_directive on;");

        var rollout = await platform.DeployAsync("v2", BlueGreen);
        await platform.UntilAsync(rollout, r => r.Message.Contains("unknown directive \"no_such_directive\"", StringComparison.Ordinal), "nginx is quoted");
        using var client = new HttpClient();
        Assert.Equal("v1", await platform.VersionAsync(client));

        await platform.Nginx.MendAsync();
        await platform.EndsAsync(rollout, "completed");
        Assert.Equal("v2", await platform.VersionAsync(client));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_revision_is_tried_on_copies_then_on_a_fifth_then_serves(bool nginx)
    {
        await using var platform = await RoutedPlatform.StartAsync(nginx);
        await platform.EndsAsync(await platform.DeployAsync("v1", BlueGreen), "completed");
        await using var traffic = new SteadyTraffic(platform.Traffic, Rate);

        var rollout = await platform.DeployAsync("v2", "{ strategy: canary, steps: [ { weight: 0, mirror: 50, pause: untilPromoted }, { weight: 20, pause: untilPromoted }, 100 ], analysis: { judge: threshold, errorRate: 5%, p95: 5s, minRequests: 20 } }");
        await platform.UntilAsync(rollout, r => r.Message.Contains("waiting to be promoted (step 1 of 3)", StringComparison.Ordinal), "it gets copies");
        using var client = new HttpClient();
        for (var i = 0; i < 40; i++) Assert.Equal("v1", await platform.VersionAsync(client));
        // The judge has seen requests of the new revision, though no client has met it.
        await platform.UntilAsync(rollout, r => CountedPattern().IsMatch(r.Message), "its copies are counted");
        await platform.PostAsync($"/api/deployment/deployments/{rollout}/promote", """{"reason":"copies are answered"}""");
        await platform.UntilAsync(rollout, r => r.Message.Contains("waiting to be promoted (step 2 of 3)", StringComparison.Ordinal), "it gets a fifth");
        var met = new List<string>();
        for (var i = 0; i < 200; i++) met.Add(await platform.VersionAsync(client));
        Assert.InRange(met.Count(v => v == "v2"), 15, 75);
        await platform.PostAsync($"/api/deployment/deployments/{rollout}/promote", """{"reason":"good"}""");
        await platform.EndsAsync(rollout, "completed");

        Assert.Equal("v2", await platform.VersionAsync(client));
        await traffic.EndAsync();
        NothingFailed(traffic, nginx);
    }

    /// <summary>
    /// No answer but pages. A reload of nginx's, unlike a shift of the platform's own gateway, may also close a connection under a request that has
    /// just been sent on it (docs/benchmarks/rollout.md): that is nginx's, and rare.
    /// </summary>
    private static void NothingFailed(SteadyTraffic traffic, bool nginx)
    {
        if (!nginx) Assert.Empty(traffic.Failures);
        Assert.All(traffic.Failures, f => Assert.Contains("sending the request", f.What, StringComparison.Ordinal));
        Assert.InRange(traffic.Failures.Count, 0, 3);
    }

    [GeneratedRegex(": [1-9][0-9]* requests, 0.00 % failed")]
    private static partial Regex CountedPattern();
}
