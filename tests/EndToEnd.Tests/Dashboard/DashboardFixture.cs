using Microsoft.Playwright;

namespace Platform.EndToEnd.Tests.Dashboard;

/// <summary>One browser and one platform to look at, for all tests of the page.</summary>
public sealed class DashboardFixture : IAsyncLifetime
{
    private readonly Browser _browser = new();
    private Story? _story;

    internal Story Story => _story!;

    public async ValueTask InitializeAsync()
    {
        if (Browser.Missing is not null) return;
        await _browser.InitializeAsync();
        _story = await Story.StartAsync();
    }

    /// <summary>A visitor in front of the page, logged in by a link.</summary>
    internal async Task<Visit> OpenAsync(string role = "operator", int width = 1360, int height = 900, bool dark = false, Story? story = null, Func<Visit, Task>? before = null)
    {
        if (Browser.Missing is { } reason) Assert.Skip(reason);
        var visit = await _browser.OpenAsync(width, height, dark);
        if (before is not null) await before(visit);
        await visit.Page.GotoAsync((story ?? Story).LoginLink(role).ToString());
        await Assertions.Expect(visit.Page).ToHaveURLAsync((story ?? Story).Address.ToString(), new() { Timeout = 15_000 });
        return visit;
    }

    /// <summary>A visitor whom nobody knows.</summary>
    internal async Task<Visit> OpenUnknownAsync()
    {
        if (Browser.Missing is { } reason) Assert.Skip(reason);
        var visit = await _browser.OpenAsync();
        await visit.Page.GotoAsync(Story.Address.ToString());
        return visit;
    }

    public async ValueTask DisposeAsync()
    {
        if (_story is not null) await _story.DisposeAsync();
        await _browser.DisposeAsync();
    }
}
