using System.Net;
using Platform.HealthMonitor;
using Platform.Testing;

namespace Platform.EndToEnd.Tests.Dashboard;

/// <summary>How the page is served, without a browser.</summary>
public sealed class ServingTests
{
    [Fact]
    public async Task Other_control_ports_lead_to_the_dashboard()
    {
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module, new CommandOwner().Module]);
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { BaseAddress = host.Address("deployment") };
        var answer = await client.GetAsync("/");
        Assert.Equal((HttpStatusCode.Redirect, host.Address(HealthMonitorModule.Name)), (answer.StatusCode, answer.Headers.Location!));
    }

    [Fact]
    public async Task The_page_forbids_what_is_inline_or_from_elsewhere_and_its_files_may_be_kept()
    {
        await using var host = await ModuleHost.StartAsync([HealthMonitorModule.Module]);
        using var client = host.Admin(HealthMonitorModule.Name);
        var page = await client.GetAsync("/");
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);

        var text = await page.Content.ReadAsStringAsync();
        Assert.DoesNotContain("{{", text, StringComparison.Ordinal);
        var script = text.Split("src=\"")[1].Split('"')[0];
        var file = await client.GetAsync(script);
        Assert.Equal((HttpStatusCode.OK, "text/javascript"), (file.StatusCode, file.Content.Headers.ContentType?.MediaType));
        Assert.Contains("immutable", file.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/assets/0000000000000000/main.js")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(script.Replace("main.js", "index.html", StringComparison.Ordinal))).StatusCode);
    }
}
