using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Platform.Testing;

namespace Platform.Hosting.Tests.Security;

public sealed class GuardTests
{
    private static ServiceModule Changing() => TestHost.Module(map: e => e.MapPost("/change", () => "changed").RequireAuthorization(Roles.Operator));

    [Theory]
    [InlineData("localhost", 200)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("[::1]", 200)]
    [InlineData("ops.example.org", 200)]
    [InlineData("evil.example.org", 421)]
    [InlineData("localhost.evil.example.org", 421)]
    [InlineData("169.254.169.254", 421)]
    public async Task HostHeader_OfAStranger_IsRefused(string name, int expected)
    {
        await using var host = await TestHost.StartAsync([Changing()], ["--AllowedHosts=ops.example.org"]);
        using var client = host.Anonymous();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live");
        request.Headers.Host = name + ":" + host.Address().Port;
        using var answer = await client.SendAsync(request);
        Assert.Equal(expected, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("https://evil.example.org", 403)]
    [InlineData("http://localhost:1", 403)]
    [InlineData("null", 403)]
    [InlineData("https://ops.example.org", 200)]
    [InlineData(null, 200)]
    public async Task Change_FromAPageOfAnotherOrigin_IsRefused(string? origin, int expected)
    {
        await using var host = await TestHost.StartAsync([Changing()], ["--AllowedOrigins=https://ops.example.org"]);
        using var client = host.Admin();
        if (origin is not null) client.DefaultRequestHeaders.Add("Origin", origin);
        using var answer = await client.PostAsync("/change", null);
        Assert.Equal(expected, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Change_FromOurOwnPage_IsTaken()
    {
        await using var host = await TestHost.StartAsync(Changing());
        using var client = host.Admin();
        client.DefaultRequestHeaders.Add("Origin", $"http://localhost:{host.Address().Port}");
        using var answer = await client.PostAsync("/change", null);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task WrongKeys_AreLimitedPerAddress_WhileAKeyThatWorkedGoesOnWorking()
    {
        var clock = new ManualTimeProvider();
        await using var host = await TestHost.StartAsync([Changing()], ["--Auth:MaxFailures=3"], b => b.Services.AddSingleton<TimeProvider>(clock));
        using var good = host.Admin();
        Assert.Equal(HttpStatusCode.OK, (await good.PostAsync("/change", null)).StatusCode);
        using var wrong = host.With("plk_wrong");
        for (var i = 0; i < 3; i++) Assert.Equal(HttpStatusCode.Unauthorized, (await wrong.PostAsync("/change", null)).StatusCode);

        using var blocked = await wrong.PostAsync("/change", null);
        Assert.Equal(HttpStatusCode.TooManyRequests, blocked.StatusCode);
        Assert.Equal("60", blocked.Headers.GetValues("Retry-After").Single());
        Assert.Equal(HttpStatusCode.OK, (await good.PostAsync("/change", null)).StatusCode);
        using var unused = host.As(Roles.Operator);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await unused.PostAsync("/change", null)).StatusCode);

        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.OK, (await unused.PostAsync("/change", null)).StatusCode);
    }

    [Fact]
    public async Task LoginCode_OpensASessionOnce_ThatChangesOnlyWithItsAntiforgeryToken()
    {
        await using var host = await TestHost.StartAsync(Changing());
        using var operatorKey = host.As(Roles.Operator);
        using var made = await operatorKey.PostAsync("/login/codes", null);
        var code = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("url").GetString()!;

        using var handler = new HttpClientHandler { CookieContainer = new CookieContainer() };
        using var browser = new HttpClient(handler) { BaseAddress = host.Address() };
        using var entered = await browser.GetAsync(new Uri(code));
        Assert.Equal(HttpStatusCode.OK, entered.StatusCode);
        var cookie = entered.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);

        var session = await browser.GetFromJsonAsync<JsonElement>("/session");
        Assert.Equal("operator", session.GetProperty("role").GetString());
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.PostAsync("/change", null)).StatusCode);
        browser.DefaultRequestHeaders.Add("X-Platform-Antiforgery", session.GetProperty("antiforgery").GetString());
        Assert.Equal(HttpStatusCode.OK, (await browser.PostAsync("/change", null)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await browser.DeleteAsync("/session")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/session")).StatusCode);

        using var again = await host.Anonymous().GetAsync(new Uri(code));
        Assert.Equal(HttpStatusCode.Unauthorized, again.StatusCode);
    }

    [Fact]
    public async Task Session_EndsWithTheKeyItCameFrom()
    {
        await using var host = await TestHost.StartAsync(Changing());
        using var admin = host.Admin();
        using var made = await admin.PostAsJsonAsync("/keys", new { name = "guest", role = "viewer", expiresIn = "1h" });
        var key = await made.Content.ReadFromJsonAsync<JsonElement>();
        using var guest = host.With(key.GetProperty("key").GetString()!);
        using var codes = await guest.PostAsync("/login/codes", null);
        using var handler = new HttpClientHandler { CookieContainer = new CookieContainer() };
        using var browser = new HttpClient(handler) { BaseAddress = host.Address() };
        await browser.GetAsync(new Uri((await codes.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("url").GetString()!));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/session")).StatusCode);

        Assert.Equal(HttpStatusCode.NoContent, (await admin.DeleteAsync("/keys/" + key.GetProperty("id").GetString())).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/session")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await guest.GetAsync("/session")).StatusCode);
    }

    [Fact]
    public async Task Key_PastItsEnd_IsRefused()
    {
        var clock = new ManualTimeProvider();
        await using var host = await TestHost.StartAsync([Changing()], [], b => b.Services.AddSingleton<TimeProvider>(clock));
        using var made = await host.Admin().PostAsJsonAsync("/keys", new { name = "guest", role = "viewer", expiresIn = "1h" });
        using var guest = host.With((await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!);
        Assert.Equal(HttpStatusCode.OK, (await guest.GetAsync("/session")).StatusCode);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(HttpStatusCode.Unauthorized, (await guest.GetAsync("/session")).StatusCode);
    }

    [Fact]
    public async Task LastAdminKey_CannotBeRevoked()
    {
        await using var host = await TestHost.StartAsync(Changing());
        using var admin = host.Admin();
        var keys = await admin.GetFromJsonAsync<JsonElement>("/keys");
        var only = Assert.Single(keys.GetProperty("items").EnumerateArray());
        Assert.Equal(HttpStatusCode.Conflict, (await admin.DeleteAsync("/keys/" + only.GetProperty("id").GetString())).StatusCode);
    }
}
