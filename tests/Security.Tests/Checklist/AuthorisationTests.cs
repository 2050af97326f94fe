using System.Net;
using Platform.Hosting;
using Platform.Security.Tests.Endpoints;
using Platform.Security.Tests.Support;

namespace Platform.Security.Tests.Checklist;

/// <summary>Authorisation reads what endpoint was matched, never the text of the URL or what the client says about itself.</summary>
public sealed class AuthorisationTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    private static readonly int[] Refusals = [400, 401, 403, 404, 405, 411, 414, 415, 421];

    private static readonly Func<string, string>[] Tricks =
    [
        path => path.ToUpperInvariant(),
        path => path + "/",
        path => "/" + path,
        path => "/." + path,
        path => "/x/.." + path,
        path => "/%2e" + path,
        path => path + "%20",
        path => path + "%2f",
        path => path + ";x=1",
        path => path + "?x=/health/live",
        path => "/health/live/..%2f.." + path,
        path => $"/%{(int)path[1]:x2}{path[2..]}",
        path => path + "/%2e%2e" + path,
    ];

    private static readonly string[] Claims =
    [
        "X-Original-URL: /health/live", "X-Rewrite-URL: /health/live", "X-Original-URI: /health/live", "X-HTTP-Method-Override: GET", "X-Method-Override: GET", "X-Forwarded-For: 127.0.0.1",
        "X-Forwarded-Host: localhost", "X-Real-IP: 127.0.0.1", "Forwarded: for=127.0.0.1", "X-Forwarded-Prefix: /health", "X-Forwarded-User: admin", "X-Remote-User: admin", "X-Role: admin",
        "Authorization: Basic YWRtaW46YWRtaW4=", "Authorization: Bearer", "Authorization: Bearer null", "Cookie: platform-session=admin", "dapr-api-token: x",
    ];

    private static bool IsClosed(EndpointRule rule) => rule.OpenBecause is null && rule.Policies.All(p => Roles.Ascending.Contains(p));

    [Fact]
    public async Task UrlTricks_OpenNothing()
    {
        var opened = new List<string>();
        foreach (var rule in EndpointSweep.Rules(shared.Platform).Where(IsClosed).Where(r => r.Module is "healthmonitor" or "deployment" && r.Path.Length > 2))
        {
            foreach (var trick in Tricks)
            {
                var target = trick(EndpointSweep.Fill(rule.Path));
                var status = await AskAsync(rule, target);
                if (!Refusals.Contains(status)) opened.Add($"{rule.Methods[0]} {target}: {status}");
            }
        }

        Assert.Empty(opened);
    }

    [Fact]
    public async Task WhatAClientClaimsInHeaders_OpensNothing()
    {
        var opened = new List<string>();
        foreach (var rule in EndpointSweep.Rules(shared.Platform).Where(IsClosed).DistinctBy(r => (r.Module, string.Concat(r.Policies), r.Methods[0])))
        {
            foreach (var claim in Claims)
            {
                var status = await AskAsync(rule, EndpointSweep.Fill(rule.Path), claim);
                if (status != 401) opened.Add($"{rule.Module} {rule.Methods[0]} {rule.Path} with {claim}: {status}");
            }
        }

        Assert.Empty(opened);
    }

    /// <summary>All of these tests come from 127.0.0.1.</summary>
    [Fact]
    public async Task Loopback_NeedsAKeyLikeAnyoneElse()
    {
        foreach (var service in WholePlatform.Services)
        {
            Assert.True(IPAddress.IsLoopback(IPAddress.Parse(shared.Platform.Address(service.Name).Host)));
            Assert.Equal(401, (await Raw.GetAsync(shared.Platform.Address(service.Name), "/session")).Status);
        }
    }

    [Theory]
    [InlineData("evil.example.org")]
    [InlineData("127.0.0.1.evil.example.org")]
    [InlineData("localhost.evil.example.org:80")]
    [InlineData("169.254.169.254")]
    [InlineData("0.0.0.0")]
    [InlineData("")]
    public async Task HostHeaderOfAStranger_IsRefusedOnEveryControlPort(string host)
    {
        foreach (var service in WholePlatform.Services)
        {
            var (status, _) = await Raw.GetAsync(shared.Platform.Address(service.Name), "/session", $"Host: {host}", "Authorization: Bearer " + shared.Platform.Key(Roles.Admin));
            Assert.Contains(status, new[] { 400, 421 });
        }
    }

    [Theory]
    [InlineData("https://evil.example.org")]
    [InlineData("null")]
    [InlineData("http://localhost:1")]
    [InlineData("http://127.0.0.1.evil.example.org")]
    public async Task ChangeFromAPageOfAnotherOrigin_IsRefusedOnEveryControlPort(string origin)
    {
        foreach (var service in WholePlatform.Services)
        {
            using var client = shared.Platform.Client(service.Name, Roles.Admin);
            client.DefaultRequestHeaders.Add("Origin", origin);
            using var answer = await client.PostAsync("/keys", null);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            Assert.Contains("origin-not-allowed", await answer.Content.ReadAsStringAsync());
            Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        }
    }

    [Fact]
    public async Task TrafficPort_ReachesNoControlEndpoint_WhateverItIsAskedAs()
    {
        var traffic = shared.Platform.Traffic;
        var admin = "Authorization: Bearer " + shared.Platform.Key(Roles.Admin);
        foreach (var rule in EndpointSweep.Rules(shared.Platform).Where(r => r.Methods.Contains("GET")))
        {
            var (status, text) = await Raw.GetAsync(traffic, EndpointSweep.Fill(rule.Path), "Host: " + shared.Platform.Address(rule.Module).Authority, admin, "X-Forwarded-Port: " + shared.Platform.Address(rule.Module).Port);
            Assert.True(status == 404 && text.Contains("application/problem+json", StringComparison.Ordinal), $"{rule}: {text}");
        }
    }

    [Fact]
    public async Task Session_IsACookieNoPageCanUse_AndChangesNothingWithoutItsToken()
    {
        var address = shared.Platform.Address("healthmonitor");
        using var browser = new HttpClient(new SocketsHttpHandler { UseCookies = true, CookieContainer = new CookieContainer() }) { BaseAddress = address };
        using var entered = await browser.PostAsync("/login", new FormUrlEncodedContent([new("key", shared.Platform.Key(Roles.Admin))]));
        var cookie = Assert.Single(entered.Headers.GetValues("Set-Cookie"));
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("DENY", Assert.Single(entered.Headers.GetValues("X-Frame-Options")));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/rules")).StatusCode);

        foreach (var token in new[] { null, "", "wrong", cookie })
        {
            using var request = new HttpRequestMessage(HttpMethod.Delete, "/rules/none-such");
            if (token is not null) request.Headers.TryAddWithoutValidation("X-Platform-Antiforgery", token);
            using var answer = await browser.SendAsync(request);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            Assert.Contains("antiforgery-token-required", await answer.Content.ReadAsStringAsync());
        }
    }

    /// <summary>A change is asked for as a viewer, a reading without a key.</summary>
    private async Task<int> AskAsync(EndpointRule rule, string target, params string[] headers)
    {
        var address = shared.Platform.Address(rule.Module);
        var key = rule.Methods[0] == "GET" || rule.Policies.Contains(Roles.Viewer) || headers.Length > 0 ? "" : $"Authorization: Bearer {shared.Platform.Key(Roles.Viewer)}\r\n";
        return Raw.Status(await Raw.SendAsync(address, $"{rule.Methods[0]} {target} HTTP/1.1\r\nHost: {address.Authority}\r\n{key}{string.Concat(headers.Select(h => h + "\r\n"))}Content-Length: 0\r\nConnection: close\r\n\r\n"));
    }
}
