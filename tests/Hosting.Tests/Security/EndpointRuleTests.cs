using System.Net;
using Microsoft.AspNetCore.Builder;

namespace Platform.Hosting.Tests.Security;

public sealed class EndpointRuleTests
{
    [Fact]
    public async Task EveryEndpointOfTheHostItself_HasARule()
    {
        await using var host = await TestHost.StartAsync(TestHost.Module("alpha"), TestHost.Module("beta"));
        var rules = EndpointAudit.List(host.App.Services);
        Assert.All(rules, r => Assert.True(r.HasRule, r.ToString()));
        Assert.Equal(["alpha", "beta"], rules.Select(r => r.Module).Distinct().Order());
        Assert.Equal(
            ["GET /health/live", "GET /health/ready", "GET /login", "POST /login"],
            rules.Where(r => r.OpenBecause is not null && r.Module == "alpha").Select(r => $"{r.Methods[0]} {r.Path}").Order());
    }

    [Fact]
    public async Task EndpointWithoutARule_IsFound()
    {
        await using var host = await TestHost.StartAsync(TestHost.Module(map: e => e.MapGet("/forgotten", () => "")));
        Assert.Equal("/forgotten", Assert.Single(EndpointAudit.List(host.App.Services), r => !r.HasRule).Path);
    }

    [Fact]
    public async Task Viewer_CannotChangeAnything()
    {
        await using var host = await TestHost.StartAsync(TestHost.Module());
        using var viewer = host.As(Roles.Viewer);
        var changes = EndpointAudit.List(host.App.Services).Where(r => r.OpenBecause is null && r.Methods.Any(m => m != "GET")
            && r.Path is not "/login/codes" and not "/session").ToArray();
        Assert.NotEmpty(changes);
        foreach (var change in changes)
        {
            using var answer = await viewer.SendAsync(new HttpRequestMessage(new HttpMethod(change.Methods[0]), change.Path.Replace("{id}", "x", StringComparison.Ordinal)));
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
    }
}
