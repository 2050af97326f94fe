using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Platform.Contracts.Anomalies;
using Platform.Contracts.Scaling;
using static Microsoft.Playwright.Assertions;

namespace Platform.EndToEnd.Tests.Dashboard;

/// <summary>Scaling on the page: the forecast's fan, replicas against need, decisions and why, cost and what was saved.</summary>
public sealed class ScalingPanelTests(DashboardFixture fixture) : IClassFixture<DashboardFixture>
{
    [Theory]
    [InlineData("light", 1360, false)]
    [InlineData("dark", 1360, true)]
    [InlineData("phone", 360, false)]
    public async Task The_forecast_the_need_the_decisions_and_the_cost_are_drawn_and_told(string name, int width, bool dark)
    {
        await fixture.Story.PublishAsync(Picture(DateTimeOffset.UtcNow));
        await using var visit = await fixture.OpenAsync(width: width, height: 900, dark: dark);
        var page = visit.Page;
        var card = page.Locator("#scaling");
        await Expect(card.Locator("#decision")).ToContainTextAsync("6 replicas instead of 4: in 2 min the demand should be 240");
        await Expect(card.GetByRole(AriaRole.Img, new() { NameRegex = new Regex("^Demand and its forecast.*Measured [0-9].*Forecast [0-9]") })).ToBeVisibleAsync();
        await Expect(card.GetByRole(AriaRole.Img, new() { NameRegex = new Regex("^Replicas against need: Needed 5.*HPA would have 7") })).ToBeVisibleAsync();
        await Expect(card.GetByRole(AriaRole.Region, new() { Name = "Decisions" })).ToContainTextAsync("2 → 4");
        await Expect(card.Locator("#cost")).ToContainTextAsync("Saved against an HPA");
        await Expect(card.GetByRole(AriaRole.Region, new() { Name = "Beside a HorizontalPodAutoscaler" })).ToContainTextAsync(new Regex("This application.*5\\.2.*120"));
        await Expect(card.Locator(".savings")).ToContainTextAsync("Keep at least 1 instead of 2");
        await card.GetByRole(AriaRole.Button, new() { Name = "Table of Demand and its forecast, requests per second" }).ClickAsync();
        await Expect(card.GetByRole(AriaRole.Region, new() { Name = "Demand and its forecast, requests per second, table" }).Locator("tbody tr").Nth(9)).ToBeAttachedAsync();
        await card.GetByRole(AriaRole.Button, new() { Name = "Table of Demand and its forecast, requests per second" }).ClickAsync();
        await Expect(card.Locator(".plot canvas")).ToHaveCountAsync(2);
        await card.ScreenshotAsync(new() { Path = visit.PathOf($"scaling-{name}") });
        Assert.Equal(width, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task What_is_told_anew_is_drawn_without_loading_again()
    {
        await using var story = await Story.StartAsync();
        await using var visit = await fixture.OpenAsync(story: story);
        await Expect(visit.Page.Locator("#scaling .card")).ToHaveCountAsync(0);
        var now = DateTimeOffset.UtcNow;
        await story.PublishAsync(Picture(now) with { Forecast = [], NoForecast = "The forecast is still learning." });
        await Expect(visit.Page.Locator("#no-forecast")).ToHaveTextAsync("The forecast is still learning.");
        await story.PublishAsync(Picture(now.AddSeconds(1)) with { Decision = "8 replicas now." });
        await Expect(visit.Page.Locator("#decision")).ToContainTextAsync("8 replicas now.");
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task What_is_unusual_is_told_with_its_causes_and_stays_first_until_it_is_over()
    {
        await using var story = await Story.StartAsync();
        await story.PublishAsync(Picture(DateTimeOffset.UtcNow));
        await using var visit = await fixture.OpenAsync(story: story);
        var found = visit.Page.Locator("#anomalies li.anomaly");
        var lasting = Anomaly(DateTimeOffset.UtcNow.AddMinutes(-9)) with
        {
            Causes =
            [
                new AnomalyCause { Kind = "rollout", CorrelationId = Guid.NewGuid(), At = DateTimeOffset.UtcNow.AddMinutes(-10), Weight = 0.71, Description = "v2 took the traffic." },
                new AnomalyCause { Kind = "scaling", CorrelationId = Guid.NewGuid(), At = DateTimeOffset.UtcNow.AddMinutes(-12), Weight = 0.12, Description = "2 replicas became 4." },
            ],
        };
        await story.PublishAsync(lasting);
        await Expect(found).ToHaveCountAsync(1);
        await Expect(found).ToContainTextAsync("Usual is 40 to 60.");
        await Expect(found.GetByRole(AriaRole.List, new() { Name = "Likely causes" }).GetByRole(AriaRole.Listitem)).ToHaveTextAsync(["71 % rollout: v2 took the traffic.", "12 % scaling: 2 replicas became 4."]);

        for (var minute = -5; minute < 0; minute++)
        {
            var brief = Anomaly(DateTimeOffset.UtcNow.AddMinutes(minute));
            await story.PublishAsync(brief);
            await story.PublishAsync(Ended(brief));
        }

        await Expect(found).ToHaveCountAsync(4);
        await Expect(found.First).ToContainTextAsync("warning");
        await Expect(found.Nth(1)).ToContainTextAsync("over: returned");
        await Expect(found.Nth(1)).ToContainTextAsync("Nothing is known that preceded it.");
        await story.PublishAsync(Ended(lasting));
        await Expect(found.Filter(new() { HasText = "over: returned" })).ToHaveCountAsync(4);
        Assert.Empty(visit.Complaints);
    }

    private static AnomalyDetected Anomaly(DateTimeOffset at) => new()
    {
        Application = Story.Shop, At = at, CorrelationId = Guid.NewGuid(), Metric = "requestsPerSecond", Kind = "level", Severity = "warning", Score = 0.9999, Value = 140,
        ExpectedLow = 40, ExpectedHigh = 60, Message = "140 requests per second are more than ever before.",
    };

    private static AnomalyEnded Ended(AnomalyDetected anomaly) => new()
    {
        Application = anomaly.Application, At = anomaly.At.AddSeconds(40), CorrelationId = anomaly.CorrelationId, Metric = anomaly.Metric, Outcome = "returned", Duration = TimeSpan.FromSeconds(40),
    };

    private static ScalingProgressed Picture(DateTimeOffset at) => new()
    {
        Application = Story.Shop,
        At = at,
        CorrelationId = Guid.NewGuid(),
        Mode = ScalingMode.Hybrid,
        Decision = "6 replicas instead of 4: in 2 min the demand should be 240 and with 99 % certainty at most 290, a replica serves 50 and takes 14 s to start.",
        DecidedAt = at.AddSeconds(-1),
        Desired = 6,
        Capacity = 50,
        Needed = 5,
        Shadow = 7,
        Forecast = [.. Enumerable.Range(-4, 12).Select(minute =>
        {
            var median = 165 + (80 * Math.Sin(minute * 60 / 38.0));
            var width = 12 + (6 * Math.Max(minute, 0));
            return new ForecastPoint(at.AddMinutes(minute), median - width, median, median + width);
        })],
        Cost = new CostPicture
        {
            Currency = "units",
            PerHour = 0.18,
            Month = 129.6,
            Idle = 0.112,
            ReplicaHours = 5.21,
            OverCapacity = 120,
            HpaReplicaHours = 5.9,
            HpaOverCapacity = 480,
            Saved = 0.31,
            Comparison = "5.21 replica-hours with 120 requests over capacity, the HPA's shadow 5.9 with 480; at our level an HPA takes 6.4.",
            Savings = [new SavingPicture("schedule", 14.2, "Keep at least 1 instead of 2 from 22:00 to 06:00 UTC."), new SavingPicture("commitment", 9.7, "Commit to 2 replica(s).")],
        },
    };
}
