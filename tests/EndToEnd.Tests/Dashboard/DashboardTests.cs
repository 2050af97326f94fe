using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Platform.Contracts.Health;
using static Microsoft.Playwright.Assertions;

namespace Platform.EndToEnd.Tests.Dashboard;

/// <summary>The page in a real Chromium, against a health monitor that hears events and metrics as it does in production.</summary>
public sealed class DashboardTests(DashboardFixture fixture) : IClassFixture<DashboardFixture>
{
    [Fact]
    public async Task The_page_shows_the_platform_without_a_complaint_of_the_browser()
    {
        await using var visit = await fixture.OpenAsync(height: 1000);
        var page = visit.Page;
        await Expect(page.Locator("#connection")).ToContainTextAsync("Live");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = Story.Shop, Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Img, new() { NameRegex = new Regex("v1: 90 %, v2: 10 %") })).ToBeVisibleAsync();
        await Expect(page.GetByText("Rollout under way")).ToBeVisibleAsync();
        await Expect(page.Locator(".step")).ToHaveTextAsync([new Regex("plan"), new Regex("start"), new Regex("shift"), new Regex("next step")]);
        await Expect(page.Locator("table.stack tbody tr")).ToHaveCountAsync(5);
        await Expect(page.Locator(".waiting-for")).ToContainTextAsync("RabbitMQ at 127.0.0.1:5672, unreachable for 12 s");
        await Expect(page.Locator(".alert")).ToContainTextAsync("slow-images");
        await Expect(page.Locator(".plot canvas")).ToHaveCountAsync(6);
        await visit.ScreenshotAsync("dashboard-light");
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task In_the_dark_the_page_is_dark_and_keeps_its_contrast()
    {
        await using var visit = await fixture.OpenAsync(height: 1000, dark: true);
        await Expect(visit.Page.Locator(".plot canvas")).ToHaveCountAsync(6);
        await Expect(visit.Page.Locator("#connection")).ToContainTextAsync("Live");
        await visit.ScreenshotAsync("dashboard-dark");
        var faint = await FaintTextAsync(visit.Page);
        Assert.True(faint.Length == 0, $"Below 4.5:1 in the dark: {string.Join("; ", faint)}");
    }

    [Fact]
    public async Task By_day_every_text_keeps_its_contrast()
    {
        await using var visit = await fixture.OpenAsync();
        await Expect(visit.Page.Locator("#connection")).ToContainTextAsync("Live");
        var faint = await FaintTextAsync(visit.Page);
        Assert.True(faint.Length == 0, $"Below 4.5:1: {string.Join("; ", faint)}");
    }

    [Fact]
    public async Task On_a_phone_nothing_is_wider_than_the_screen()
    {
        await using var visit = await fixture.OpenAsync(width: 360, height: 740);
        await Expect(visit.Page.Locator(".plot canvas")).ToHaveCountAsync(6);
        await Expect(visit.Page.Locator("#connection")).ToContainTextAsync("Live");
        await visit.ScreenshotAsync("dashboard-phone");
        Assert.Equal(360, await visit.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task Who_is_not_known_reads_how_to_get_in_and_gets_in_with_a_key()
    {
        await using var visit = await fixture.OpenUnknownAsync();
        var page = visit.Page;
        await Expect(page.GetByText("./platform dashboard")).ToBeVisibleAsync();
        await visit.ScreenshotAsync("dashboard-login");
        await page.GetByLabel("Key", new() { Exact = true }).FillAsync(fixture.Story.NewKey("viewer"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = Story.Shop, Exact = true })).ToBeVisibleAsync();
        await Expect(page.Locator(".who")).ToContainTextAsync("grace");
        Assert.Empty(visit.Complaints);

        await page.GetByRole(AriaRole.Button, new() { Name = "Log out" }).ClickAsync();
        await Expect(page.GetByText("You are not logged in.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task What_happens_is_on_the_page_within_two_seconds()
    {
        await using var visit = await fixture.OpenAsync();
        var page = visit.Page;
        await Expect(page.Locator("#connection")).ToContainTextAsync("Live");
        var reason = $"measured-{Guid.NewGuid():N}";
        var watch = Stopwatch.StartNew();
        await fixture.Story.PublishAsync(new AlertRaised { Application = "images", At = DateTimeOffset.UtcNow, CorrelationId = Guid.NewGuid(), Rule = "test", Severity = "warning", Message = reason, Value = 1, Threshold = 1 });
        await Expect(page.Locator(".event").First).ToContainTextAsync(reason, new() { Timeout = 10_000 });
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), $"It took {watch.Elapsed.TotalSeconds:0.00} s.");
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task Without_a_stream_the_page_says_so_polls_one_at_a_time_and_comes_back()
    {
        var (underWay, most) = (0, 0);
        await using var visit = await fixture.OpenAsync(before: async visit =>
        {
            await visit.Page.RouteAsync("**/dashboard/stream*", route => route.AbortAsync());
            visit.Page.Request += (_, request) => { if (request.Url.Contains("/dashboard/state", StringComparison.Ordinal)) most = Math.Max(most, Interlocked.Increment(ref underWay)); };
            visit.Page.RequestFinished += (_, request) => { if (request.Url.Contains("/dashboard/state", StringComparison.Ordinal)) Interlocked.Decrement(ref underWay); };
        });
        var page = visit.Page;
        await Expect(page.Locator("#connection")).ToContainTextAsync("Connection lost, retrying");
        var reason = $"polled-{Guid.NewGuid():N}";
        await fixture.Story.PublishAsync(new AlertRaised { Application = "images", At = DateTimeOffset.UtcNow, CorrelationId = Guid.NewGuid(), Rule = "test", Severity = "warning", Message = reason, Value = 1, Threshold = 1 });
        await Expect(page.Locator(".events")).ToContainTextAsync(reason);
        Assert.Equal(1, most);
        await page.UnrouteAllAsync();
        await Expect(page.Locator("#connection")).ToContainTextAsync("Live");
    }

    [Fact]
    public async Task While_nobody_looks_the_page_asks_for_nothing()
    {
        await using var visit = await fixture.OpenAsync();
        var page = visit.Page;
        await Expect(page.Locator("#connection")).ToContainTextAsync("Live");
        await page.EvaluateAsync("Object.defineProperty(document, 'hidden', { value: true, configurable: true }); document.dispatchEvent(new Event('visibilitychange'))");
        await Expect(page.Locator("#connection")).ToContainTextAsync("Paused");
        var asked = 0;
        page.Request += (_, _) => asked++;
        var reason = $"missed-{Guid.NewGuid():N}";
        await fixture.Story.PublishAsync(new AlertRaised { Application = "images", At = DateTimeOffset.UtcNow, CorrelationId = Guid.NewGuid(), Rule = "test", Severity = "warning", Message = reason, Value = 1, Threshold = 1 });
        await page.WaitForTimeoutAsync(3000); // a poll or a stream's second attempt would have come by now
        Assert.Equal(0, asked);
        await page.EvaluateAsync("Object.defineProperty(document, 'hidden', { value: false, configurable: true }); document.dispatchEvent(new Event('visibilitychange'))");
        await Expect(page.Locator(".events")).ToContainTextAsync(reason);
    }

    [Fact]
    public async Task Events_are_filtered_by_severity_and_text()
    {
        await using var visit = await fixture.OpenAsync();
        var page = visit.Page;
        await Expect(page.Locator(".event").First).ToBeVisibleAsync();
        await page.GetByLabel("Severity").SelectOptionAsync("warning");
        await Expect(page.Locator(".event.tone-info")).ToHaveCountAsync(0);
        await page.GetByLabel("Text").FillAsync("warming up");
        await Expect(page.Locator(".event")).ToHaveCountAsync(1);
        await page.GetByLabel("Text").FillAsync("no such thing");
        await Expect(page.GetByText("No event matches the filter.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Without_the_charting_library_tables_stand_in_its_place_and_the_page_says_why()
    {
        if (Browser.Missing is { } missing) Assert.Skip(missing);
        const string Why = "This copy was built on a machine without Node.js and npm.";
        await using var story = await Story.StartAsync(Why);
        await using var visit = await fixture.OpenAsync(story: story);
        var page = visit.Page;
        await Expect(page.Locator("#charts-missing")).ToContainTextAsync(Why);
        await Expect(page.Locator(".plot-table")).ToHaveCountAsync(6);
        await Expect(page.Locator("#figures .plot-table").First.Locator("tbody tr").Nth(10)).ToBeVisibleAsync();
        await Expect(page.Locator(".plot canvas")).ToHaveCountAsync(0);
        await Expect(page.Locator("#connection")).ToContainTextAsync("Live");
        await visit.ScreenshotAsync("dashboard-without-charts");
        Assert.Empty(visit.Complaints);
    }

    /// <summary>Texts whose contrast against their background is below WCAG's 4.5:1 (3:1 for large ones).</summary>
    private static Task<string[]> FaintTextAsync(IPage page) => page.EvaluateAsync<string[]>(
        """
        () => {
          const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
          const rgba = text => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
          const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
          const ground = element => { for (let e = element; e; e = e.parentElement) { const c = rgba(getComputedStyle(e).backgroundColor); if (c[3] === 255) return c; } return [255, 255, 255]; };
          const found = new Set();
          for (const element of document.querySelectorAll('body *')) {
            if (![...element.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || !element.checkVisibility() || element.closest('.visually-hidden, canvas, .u-legend')) continue;
            const style = getComputedStyle(element);
            const [a, b] = [light(rgba(style.color)), light(ground(element))];
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            const large = parseFloat(style.fontSize) >= 24;
            if (ratio < (large ? 3 : 4.5)) found.add(`${element.textContent.trim().slice(0, 30)} (${element.className || element.tagName}: ${ratio.toFixed(2)})`);
          }
          return [...found];
        }
        """);
}
