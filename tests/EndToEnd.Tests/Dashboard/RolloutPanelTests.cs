using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Platform.Contracts;
using Platform.Contracts.Deployments;
using Platform.Contracts.Traffic;
using static Microsoft.Playwright.Assertions;

namespace Platform.EndToEnd.Tests.Dashboard;

/// <summary>A rollout on the page: its ladder, the judge's evidence as a picture, and what one says to it.</summary>
public sealed class RolloutPanelTests(DashboardFixture fixture) : IClassFixture<DashboardFixture>
{
    [Theory]
    [InlineData("light", 1360, false)]
    [InlineData("dark", 1360, true)]
    [InlineData("phone", 360, false)]
    public async Task A_canary_is_drawn_with_its_steps_its_shares_and_the_evidence(string name, int width, bool dark)
    {
        await using var visit = await fixture.OpenAsync(width: width, height: 900, dark: dark);
        var page = visit.Page;
        await Expect(page.Locator(".rung")).ToHaveTextAsync([new Regex("1 %, done"), new Regex("10 %, under way.*left"), new Regex("50 %, to come5 min"), new Regex("100 %, to come1 min")]);
        await Expect(page.Locator("#verdict")).ToContainTextAsync("Too early to tell.");
        await Expect(page.Locator("#verdict")).ToContainTextAsync(new Regex("Needs about 1,400 requests more to be sure: expected"));
        await Expect(page.GetByRole(AriaRole.Img, new() { NameRegex = new Regex("^Traffic by revision: v2 10 %.*v1 90 %") })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Img, new() { NameRegex = new Regex("^Evidence against v2: Errors 0\\.[0-9]+") })).ToBeVisibleAsync();
        await Expect(page.Locator(".interval")).ToHaveCountAsync(4);
        await page.GetByRole(AriaRole.Button, new() { Name = "Table of Evidence against v2" }).ClickAsync();
        var table = page.GetByRole(AriaRole.Region, new() { Name = "Evidence against v2, table" });
        await Expect(table.Locator("tbody tr").Nth(9)).ToBeAttachedAsync();
        Assert.InRange(await table.Locator("tbody tr").CountAsync(), 10, 30);
        await Expect(table).ToContainTextAsync("10 % of the traffic");
        await page.GetByRole(AriaRole.Button, new() { Name = "Table of Evidence against v2" }).ClickAsync();
        await Expect(page.Locator(".plot canvas")).ToHaveCountAsync(6);
        await visit.ScreenshotAsync($"rollout-{name}");
        await page.Locator(".rollout").ScreenshotAsync(new() { Path = visit.PathOf($"rollout-panel-{name}") });
        Assert.Equal(width, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task Every_word_reaches_the_rollout_and_what_it_waits_for_is_said()
    {
        await using var story = await Story.StartAsync();
        await using var visit = await fixture.OpenAsync(story: story);
        var page = visit.Page;
        await Expect(page.Locator(".rung")).ToHaveCountAsync(4);
        await Expect(page.Locator("[data-action=approve]")).ToHaveCountAsync(0);
        await SayAsync<PromoteRollout>("promoteFully", "v2 keeps all traffic and v1 is retired", word => word.Fully);
        await SayAsync<PauseRollout>("pause", "until somebody resumes");

        var course = RolloutStory.Course(RolloutStory.Evidence(DateTimeOffset.UtcNow.AddSeconds(-84)).Last());
        await story.ProgressAsync(course with { Until = null, Awaits = "resume", Paused = new RolloutNote("ada", "ask the team", DateTimeOffset.UtcNow) });
        await Expect(page.Locator("#held")).ToContainTextAsync("Paused by ada since");
        await visit.ScreenshotAsync("rollout-paused");
        await SayAsync<ResumeRollout>("resume", "does not count as watched");

        await story.ProgressAsync(course with { Until = null, Awaits = "approval", Evidence = course.Evidence! with { At = DateTimeOffset.UtcNow } }, "starting");
        await Expect(page.Locator("#held")).ToContainTextAsync("waits for an approval");
        await SayAsync<ApproveRollout>("approve", "may have traffic");
        await SayAsync<AbortRollout>("abort", "All traffic returns to v1");
        Assert.Empty(visit.Complaints);

        async Task SayAsync<T>(string action, string consequence, Func<T, bool>? check = null) where T : class, ICommand
        {
            await page.Locator($"[data-action={action}]").ClickAsync();
            await Expect(page.Locator("#confirm-consequence")).ToContainTextAsync(consequence);
            await page.Locator("#confirm-do").ClickAsync();
            await Testing.ModuleHost.UntilAsync(() => story.Owner.Commands.OfType<T>().Any(), "the command arrives");
            var word = Assert.Single(story.Owner.Commands.OfType<T>());
            Assert.Equal((Story.Shop, story.Rollout, "ada"), (word.Application, word.CorrelationId, word.RequestedBy));
            Assert.True(check?.Invoke(word) ?? true);
            await Expect(page.Locator("dialog[open]")).ToHaveCountAsync(0);
        }
    }

    [Fact]
    public async Task A_rollout_that_was_taken_back_keeps_its_picture_and_shows_where_it_ended()
    {
        await using var story = await Story.StartAsync();
        await using var visit = await fixture.OpenAsync(story: story);
        var page = visit.Page;
        var now = DateTimeOffset.UtcNow;
        var broken = RolloutStory.Course(RolloutStory.Broken(now)) with { Until = null };
        await story.ProgressAsync(broken, "rollingBack", "returning traffic to v1: error rate 8.3 %");
        await Expect(page.Locator(".rung-failed")).ToContainTextAsync("given up here");
        await Expect(page.Locator(".rollout [data-action]")).ToHaveCountAsync(0);
        await story.PublishAsync(new TrafficShifted { Application = Story.Shop, At = now, CorrelationId = Guid.NewGuid(), Generation = 9, Weights = new Dictionary<string, int> { ["v1"] = 100 } });
        await story.PublishAsync(new DeploymentRolledBack { Application = Story.Shop, At = now.AddSeconds(1), CorrelationId = story.Rollout, Revision = "v2", StableRevision = "v1", Reason = "error rate 8.3 % of 1212 requests, the old revision's 0.4 %", RollbackDuration = TimeSpan.FromSeconds(0.4) });
        await Expect(page.GetByText("Last rollout")).ToBeVisibleAsync();
        await Expect(page.Locator("#verdict")).ToContainTextAsync("Fails. Error rate 8.3 %");
        await Expect(page.Locator(".interval-bad")).ToContainTextAsync("beyond the line");
        await Expect(page.Locator(".plot canvas")).ToHaveCountAsync(6);
        await page.Locator(".rollout").ScreenshotAsync(new() { Path = visit.PathOf("rollout-panel-rolled-back") });
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task The_jobs_of_a_pipeline_are_shown_with_how_each_ended()
    {
        await using var story = await Story.StartAsync();
        await using var visit = await fixture.OpenAsync(story: story);
        var page = visit.Page;
        var course = RolloutStory.Course(RolloutStory.Evidence(DateTimeOffset.UtcNow.AddSeconds(-84)).Last()) with
        {
            Jobs =
            [
                Job(1, "build", "prepare", "succeeded", 41.2, "built shop:v2"), Job(2, "prepare", "prepare", "succeeded", 3.04, "exited with code 0"),
                Job(3, "check orders", "verify", "succeeded", 0.02, "answered SELECT 1"),
                Job(4, "tests", "verify", "failed", 12.5, "exited with code 2; its last lines: 41 passed | 1 failed: checkout"),
                Job(5, "clean up", "cleanUp", "skipped", null, null), Job(6, "undo prepare", "undo", "running", null, null), Job(7, "undo build", "undo", "planned", null, null),
            ],
        };
        await story.ProgressAsync(course, "rollingBack", "discarding v2: tests failed");

        await Expect(page.Locator(".job")).ToHaveTextAsync(
        [
            new Regex("^buildsucceeded, 41 s"), new Regex("^preparesucceeded, 3.0 s"), new Regex("^check orderssucceeded"), new Regex("^testsfailed, 12 s.*1 failed: checkout"),
            new Regex("^clean upskipped"), new Regex("^undo preparerunning"),
        ]);
        await Expect(page.Locator(".job-running")).ToHaveAttributeAsync("aria-current", "step");
        await page.Locator(".rollout").ScreenshotAsync(new() { Path = visit.PathOf("rollout-panel-pipeline") });
        Assert.Empty(visit.Complaints);

        static JobView Job(int number, string name, string gate, string state, double? seconds, string? message) => new()
        {
            Number = number,
            Name = name,
            Kind = "command",
            Gate = gate,
            State = state,
            Attempt = state is "planned" or "skipped" ? 0 : 1,
            TimeLimit = TimeSpan.FromMinutes(10),
            Duration = seconds is { } length ? TimeSpan.FromSeconds(length) : null,
            Message = message,
        };
    }
}
