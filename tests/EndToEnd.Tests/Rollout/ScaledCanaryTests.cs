using System.Text.Json;

namespace Platform.EndToEnd.Tests.Rollout;

/// <summary>A canary that takes its time does not freeze the capacity.</summary>
[Collection("whole machine")]
public sealed class ScaledCanaryTests
{
    [Fact]
    public async Task ScaledInMidCanary_BothRevisionsGrow_NoRequestFails_AndTheRolloutSaysSo()
    {
        using var playground = new Playground();
        string[] data = ["--data", playground.Data];
        var samples = Path.Combine(PlatformProcess.Root, "samples");
        var manifest = await File.ReadAllTextAsync(Path.Combine(samples, "storefront-v2.yaml"));
        var canary = Path.Combine(playground.Data, "canary.yaml");
        await File.WriteAllTextAsync(canary, Canary(manifest, samples));
        try
        {
            var up = JsonDocument.Parse(await PlatformProcess.RunAsync(0, ["up", "--detach", "--json", "--ports-from", "0", .. data])).RootElement;
            await PlatformProcess.RunAsync(0, ["deploy", Path.Combine(samples, "storefront-v1.yaml"), .. data]);
            await PlatformProcess.RunAsync(0, ["scale", "storefront", "2", .. data]);
            await Eventually.TrueAsync(() => playground.Replicas().Count == 2, TimeSpan.FromSeconds(20), () => "two replicas were never there");
            using var http = new HttpClient { BaseAddress = new Uri(up.GetProperty("addresses").GetProperty("traffic").GetString()!) };

            await PlatformProcess.RunAsync(0, ["deploy", canary, "--detach", .. data]);
            await Eventually.TrueAsync(() => playground.Replicas().Count == 3, TimeSpan.FromSeconds(30), () => "the canary's replica was never there");
            var asked = 0;
            var failed = 0;
            using var over = new CancellationTokenSource();
            var load = Task.Run(
                async () =>
                {
                    for (; !over.IsCancellationRequested; asked++)
                    {
                        using var answer = await http.GetAsync("/", CancellationToken.None);
                        if (!answer.IsSuccessStatusCode) failed++;
                    }
                },
                TestContext.Current.CancellationToken);
            await PlatformProcess.RunAsync(0, ["scale", "storefront", "4", "--reason", "sale", .. data]);
            await Eventually.TrueAsync(() => playground.Replicas().Count == 6, TimeSpan.FromSeconds(30), () => $"4 of v1 and 2 of v2 were never there, but {playground.Replicas().Count}");
            Assert.Contains("4 instead of 2 of v1, 2 instead of 1 of v2", await PlatformProcess.RunAsync(0, ["status", "storefront", "--json", .. data]));

            await PlatformProcess.RunAsync(0, ["promote", "storefront", "--full", .. data]);
            await Eventually.TrueAsync(() => playground.Replicas().Count == 4, TimeSpan.FromSeconds(60), () => $"four of v2 alone were never there, but {playground.Replicas().Count}");
            await over.CancelAsync();
            await load;

            Assert.Equal(0, failed);
            Assert.InRange(asked, 10, int.MaxValue);
            Assert.Contains("\"version\":\"v2\"", await http.GetStringAsync("/", TestContext.Current.CancellationToken));
        }
        finally
        {
            await PlatformProcess.RunAsync(0, ["down", .. data]);
        }

        Assert.Empty(playground.Replicas());
    }

    /// <summary>The sample, as a canary that waits at half of the traffic.</summary>
    private static string Canary(string manifest, string samples) =>
        manifest[..manifest.IndexOf("rollout:", StringComparison.Ordinal)]
            .Replace("  workingDirectory: Storefront/bin/Release/net10.0\n", "", StringComparison.Ordinal)
            .Replace("\"Storefront.dll\"", $"{samples}/Storefront/bin/Release/net10.0/Storefront.dll", StringComparison.Ordinal)
        + """
        rollout:
          strategy: canary
          steps: [ { weight: 50, pause: untilPromoted }, 100 ]
          watch: 1s
          analysis: { judge: none }
        environment: production
        """;
}
