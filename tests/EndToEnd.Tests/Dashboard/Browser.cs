using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Platform.EndToEnd.Tests.Dashboard;

/// <summary>The distribution's Chromium, one for all tests of a class; each page has a profile of its own.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Paths = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Why no browser can be driven here; null: one can.</summary>
    public static string? Missing => Executable is null ? $"No Chromium at {string.Join(", ", Paths)}; install the distribution's package 'chromium'." : null;

    private static string? Executable => Array.Find(Paths, File.Exists);

    public async ValueTask InitializeAsync()
    {
        if (Missing is not null) return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Executable,
            Headless = true,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    /// <summary>A fresh profile: no cookie, nothing cached.</summary>
    public async Task<Visit> OpenAsync(int width = 1360, int height = 900, bool dark = false)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
            Locale = "en-GB",
        });
        return new Visit(context, await context.NewPageAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}

/// <summary>One visitor's page, and everything it complained about.</summary>
public sealed class Visit : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _complaints = new();

    internal Visit(IBrowserContext context, IPage page)
    {
        (Context, Page) = (context, page);
        page.SetDefaultTimeout(15_000);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") _complaints.Enqueue($"{message.Type}: {message.Text} ({message.Location})");
        };
        page.PageError += (_, error) => _complaints.Enqueue($"exception: {error}");
        page.Request += (_, request) =>
        {
            if (!new Uri(request.Url).IsLoopback && !request.Url.StartsWith("data:", StringComparison.Ordinal)) _complaints.Enqueue($"third party: {request.Url}");
        };
    }

    public IBrowserContext Context { get; }

    public IPage Page { get; }

    /// <summary>Errors and warnings on the console (violations of the content security policy among them), exceptions, requests to others.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    /// <summary>Keeps a picture of the whole page as test output.</summary>
    public async Task ScreenshotAsync(string name) =>
        await Page.ScreenshotAsync(new PageScreenshotOptions { Path = PathOf(name), FullPage = true });

    /// <summary>Where a picture is kept.</summary>
    public string PathOf(string name) => Path.Combine(Screenshots, name + ".png");

    private static string Screenshots
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Platform.sln"))) folder = folder.Parent;
            return Directory.CreateDirectory(Path.Combine(folder?.FullName ?? AppContext.BaseDirectory, "TestResults", "screenshots")).FullName;
        }
    }

    public ValueTask DisposeAsync() => Context.DisposeAsync();
}
