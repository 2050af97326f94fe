using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Platform.Contracts.Deployments;
using Platform.Contracts.Scaling;
using static Microsoft.Playwright.Assertions;

namespace Platform.EndToEnd.Tests.Dashboard;

/// <summary>What people do with the page: by mouse, by keyboard, with too small a role.</summary>
public sealed class OperatingTests(DashboardFixture fixture) : IClassFixture<DashboardFixture>
{
    [Fact]
    public async Task A_viewers_buttons_are_disabled_and_say_why()
    {
        await using var visit = await fixture.OpenAsync("viewer");
        var page = visit.Page;
        await Expect(page.Locator("#why-not")).ToContainTextAsync("role viewer");
        foreach (var action in (string[])["scale", "rollback"])
        {
            var button = page.Locator($"[data-action={action}]");
            await Expect(button).ToHaveAttributeAsync("aria-disabled", "true");
            await Expect(button).ToHaveAccessibleDescriptionAsync(new Regex("Needs the role operator"));
            await button.ClickAsync(new() { Force = true });
            await Expect(page.Locator("dialog[open]")).ToHaveCountAsync(0);
        }

        await Expect(page.Locator(".rollout .ladder")).ToBeVisibleAsync();
        await Expect(page.Locator(".rollout [data-action]")).ToHaveCountAsync(0);
        await visit.ScreenshotAsync("dashboard-viewer");
        var status = await page.EvaluateAsync<int>(
            """
            async rollout => {
              const { antiforgery } = await (await fetch('/session')).json();
              const answer = await fetch('/dashboard/actions/abort', { method: 'POST', headers: { 'content-type': 'application/json', 'x-platform-antiforgery': antiforgery }, body: JSON.stringify({ application: 'storefront', rollout }) });
              return answer.status;
            }
            """,
            fixture.Story.Rollout);
        Assert.Equal(403, status);
        Assert.DoesNotContain(fixture.Story.Owner.Commands, command => command is AbortRollout);
    }

    [Fact]
    public async Task An_operator_scales_after_reading_what_will_happen()
    {
        await using var visit = await fixture.OpenAsync();
        var page = visit.Page;
        await page.GetByRole(AriaRole.Link, new() { NameRegex = new Regex("images") }).ClickAsync();
        await page.Locator("[data-action=scale]").ClickAsync();
        await page.GetByLabel("Replicas (now 2)").FillAsync("5");
        await Expect(page.Locator("#confirm-consequence")).ToContainTextAsync("3 more replicas");
        await page.GetByLabel("Why (for the audit log)").FillAsync("launch at noon");
        await visit.ScreenshotAsync("dashboard-confirm");
        await page.Locator("#confirm-do").ClickAsync();
        await Expect(page.Locator("#notices")).ToContainTextAsync("images was asked to run 5 replicas.");
        await Testing.ModuleHost.UntilAsync(() => fixture.Story.Owner.Commands.OfType<ScaleApplication>().Any(), "the command arrives");
        var command = Assert.Single(fixture.Story.Owner.Commands.OfType<ScaleApplication>());
        Assert.Equal(("images", 5, "ada", "launch at noon"), (command.Application, command.Replicas, command.RequestedBy, command.Reason));
        Assert.Contains("launch at noon", await page.EvaluateAsync<string>("async () => (await fetch('/audit')).text()"), StringComparison.Ordinal);
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task A_rollout_is_promoted_from_the_page()
    {
        await using var visit = await fixture.OpenAsync();
        var page = visit.Page;
        await page.Locator("[data-action=promote]").ClickAsync();
        await Expect(page.Locator("#confirm-consequence")).ToContainTextAsync("v2 goes on to 50 % of the traffic");
        await page.Locator("#confirm-do").ClickAsync();
        await Testing.ModuleHost.UntilAsync(() => fixture.Story.Owner.Commands.OfType<PromoteRollout>().Any(), "the command arrives");
        Assert.Equal(fixture.Story.Rollout, Assert.Single(fixture.Story.Owner.Commands.OfType<PromoteRollout>()).CorrelationId);
    }

    [Fact]
    public async Task An_action_without_the_sessions_antiforgery_token_is_refused()
    {
        await using var visit = await fixture.OpenAsync();
        var status = await visit.Page.EvaluateAsync<int>(
            "async () => (await fetch('/dashboard/actions/scale', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ application: 'images', replicas: 9 }) })).status");
        Assert.Equal(403, status);
        Assert.DoesNotContain(fixture.Story.Owner.Commands, command => command is ScaleApplication { Replicas: 9 });
    }

    [Fact]
    public async Task By_keyboard_alone_everything_is_reached_seen_and_operated()
    {
        await using var visit = await fixture.OpenAsync();
        var page = visit.Page;
        await Expect(page.Locator("#connection")).ToContainTextAsync("Live");
        List<string> reached = [];
        for (var i = 0; i < 60; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            var (name, outline) = await FocusAsync(page);
            if (name.Length == 0) break;
            Assert.True(outline > 0, $"The focus on '{name}' cannot be seen.");
            reached.Add(name);
        }

        Assert.StartsWith("Skip to the applications", reached[0], StringComparison.Ordinal);
        foreach (var wanted in (string[])["Pause", "Log out", "Promote…", "Abort…", "15 min", "Table of Latency", "event-severity"])
            Assert.True(reached.Exists(name => name.Contains(wanted, StringComparison.Ordinal)), $"'{wanted}' is not reached: {string.Join(" | ", reached)}");

        var abort = page.Locator("[data-action=abort]");
        await abort.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("dialog[open] #confirm-reason")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("dialog[open]")).ToHaveCountAsync(0);
        await Expect(abort).ToBeFocusedAsync();

        // The page is drawn again every second; the focus stays where it was put.
        await page.WaitForTimeoutAsync(2500);
        await Expect(abort).ToBeFocusedAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Table of Latency" }).FocusAsync();
        await page.Keyboard.PressAsync("Space");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Latency, table" })).ToBeVisibleAsync();
    }

    private static async Task<(string Name, double Outline)> FocusAsync(IPage page)
    {
        var focus = await page.EvaluateAsync<string[]>(
            """
            () => {
              const element = document.activeElement;
              if (!element || element === document.body) return ['', '0'];
              const style = getComputedStyle(element);
              const name = element.id || element.getAttribute('aria-label') || element.textContent.trim();
              return [name, style.outlineStyle === 'none' ? '0' : String(parseFloat(style.outlineWidth))];
            }
            """);
        return (focus[0], double.Parse(focus[1]));
    }
}
