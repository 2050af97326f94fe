using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Platform.EndToEnd.Tests.Scaling;

/// <summary>
/// An application that nobody asks costs nothing and is there all the same: the real platform, real replicas, from the last request to none and back.
/// In a collection of its own, beside the others: most of it is waiting.
/// </summary>
public sealed partial class ScaleToZeroTests
{
    private const int Places = 24;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string Storefront = Path.Combine(PlatformProcess.Root, "samples/Storefront/bin/Release/net10.0/Storefront.dll");

    [Fact]
    public async Task Nobody_asks_it_goes_to_zero_is_shipped_at_rest_survives_a_kill_and_every_held_request_is_answered()
    {
        using var playground = new Playground();
        string[] data = ["--data", playground.Data];
        string[] up = ["up", "--ports-from", "0", "--set", $"Gateway:HoldLimit={Places}", .. data];
        var journal = Path.Combine(playground.Data, "orders.journal");
        await using (var first = PlatformProcess.Start(up))
        {
            await first.WaitForAsync("dashboard", Patience);
            await DeployAsync(playground, "v1", journal);
            Assert.Single(playground.Replicas());
            await RestsAsync(playground, data);

            // Shipped while it rests: a replica of it takes over at once, and the platform asks it what nobody else does.
            Assert.Contains("storefront v2 serves", await DeployAsync(playground, "v2", journal));
            await RestsAsync(playground, data);
            first.Signal(9);
            await first.ExitAsync(TimeSpan.FromSeconds(20));
        }

        await using var next = PlatformProcess.Start(up);
        await next.WaitForAsync("dashboard", Patience);
        Assert.Empty(playground.Replicas());
        using var http = new HttpClient { BaseAddress = Traffic(next), Timeout = Patience };

        // More than there is room for, all at once, a third of them orders with a body.
        var answers = await Task.WhenAll(Enumerable.Range(0, Places + 6).Select(number => AskAsync(http, number)));
        Assert.Equal(Places, answers.Count(a => a is { Status: HttpStatusCode.OK, Version: "v2" }));
        Assert.Equal(6, answers.Count(a => a is { Status: HttpStatusCode.ServiceUnavailable, RetryAfter: > 0 }));
        Assert.Equal(answers.Where(a => a is { Order: not null, Status: HttpStatusCode.OK }).Select(a => a.Order).Order(), (await File.ReadAllLinesAsync(journal)).Order());
        Assert.Single(playground.Replicas());
        var decisions = await PlatformProcess.RunAsync(0, ["autoscaler", "decisions", "storefront", "--json", .. data]);
        Assert.Contains("requests wait at the gateway, and it has no replica", decisions);
        next.Signal(15);
        Assert.Equal(0, await next.ExitAsync(Patience));
        Assert.Empty(playground.Replicas());
    }

    private static async Task<Answer> AskAsync(HttpClient http, int number)
    {
        var order = number % 3 == 0 ? $"order{number}" : null;
        using var request = new HttpRequestMessage(order is null ? HttpMethod.Get : HttpMethod.Post, order is null ? "/" : "/checkout");
        if (order is not null)
        {
            request.Headers.Add("X-Order", order);
            request.Content = new ByteArrayContent(new byte[300_000]);
        }

        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        var version = answer.IsSuccessStatusCode ? JsonDocument.Parse(text).RootElement.GetProperty("version").GetString() : null;
        return new Answer(answer.StatusCode, version, answer.Headers.RetryAfter?.Delta?.TotalSeconds ?? 0, order);
    }

    private static Task RestsAsync(Playground playground, string[] data) =>
        Eventually.TrueAsync(() => playground.Replicas().Count == 0, Patience, () => $"it never went to zero: {PlatformProcess.RunAsync(0, ["autoscaler", "decisions", "storefront", .. data]).Result}");

    private static Uri Traffic(PlatformProcess platform) => new(Applications().Match(platform.Output).Groups[1].Value);

    [GeneratedRegex(@"^applications\s+(\S+)", RegexOptions.Multiline)]
    private static partial Regex Applications();

    private static async Task<string> DeployAsync(Playground playground, string revision, string journal)
    {
        var file = Path.Combine(playground.Data, $"{revision}.yaml");
        await File.WriteAllTextAsync(file, $$"""
            name: storefront
            revision: {{revision}}
            runtime: process
            process:
              command: [dotnet, "{{Storefront}}"]
              env: { STOREFRONT_VERSION: {{revision}}, STOREFRONT_JOURNAL: "{{journal}}" }
            health: { path: /health, interval: 500ms }
            scaling:
              min: 0
              max: 3
              zeroAfter: 1s
              metrics: [ { name: requestsPerSecond, target: 50 } ]
              behavior: { syncPeriod: 2s }
            rollout: { strategy: canary, steps: [20, 100], stepDuration: 1s, watch: 1s, analysis: { minRequests: 20, synthetic: { path: /, rate: 20 } } }
            traffic: { drainTimeout: 5s }
            environment: production
            """);
        return await PlatformProcess.RunAsync(0, ["deploy", file, "--data", playground.Data]);
    }

    private sealed record Answer(HttpStatusCode Status, string? Version, double RetryAfter, string? Order);
}
