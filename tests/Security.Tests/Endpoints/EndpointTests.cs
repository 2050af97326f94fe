using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Platform.Hosting;
using Platform.Security.Tests.Support;

namespace Platform.Security.Tests.Endpoints;

/// <summary>Deny by default, proved over HTTP on every endpoint there is, and on a few that must never be.</summary>
public sealed class EndpointTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    [Fact]
    public async Task EveryEndpoint_RefusesWithoutAKey_WithTooSmallARole_AndEveryChangeByAViewer()
    {
        var rules = EndpointSweep.Rules(shared.Platform);
        Assert.Equal(WholePlatform.Services.Select(s => s.Name).Order(), rules.Select(r => r.Module).Distinct().Order());
        Assert.True(rules.Count > 60, $"only {rules.Count} endpoints were found");
        Assert.Empty(await EndpointSweep.FaultsAsync(shared.Platform));
    }

    /// <summary>Each would be an endpoint that somebody forgot, and each must be found by the very sweep that passes above.</summary>
    [Fact]
    public async Task EndpointsWithoutARule_OrWithAWrongOne_AreFound()
    {
        var careless = new ServiceModule("careless", 0, _ => { }, endpoints =>
        {
            endpoints.MapGet("/forgotten", () => "");
            endpoints.MapPost("/forgotten", () => "");
            endpoints.MapGet("/opened", () => "").AllowAnonymous();
            endpoints.MapGet("/opened-with-a-reason", () => "").OpenToAll("It seemed harmless.");
            endpoints.MapDelete("/viewers-may", () => "").RequireAuthorization(Roles.Viewer);
            endpoints.MapGet("/any-key", () => "").RequireAuthorization();
            endpoints.MapGet("/misspelt", () => "").RequireAuthorization(policy => policy.RequireAssertion(_ => true));
            endpoints.Map("/any-method", () => "").RequireAuthorization(Roles.Admin);
        });
        await using var platform = await WholePlatform.StartAsync([careless]);
        var faults = await EndpointSweep.FaultsAsync(platform);
        Assert.All(
            ["GET /forgotten", "POST /forgotten", "GET /opened:", "GET /opened-with-a-reason", "DELETE /viewers-may", "GET /any-key", "GET /misspelt", "/any-method"],
            mutant => Assert.Contains(faults, fault => fault.StartsWith("careless ", StringComparison.Ordinal) && fault.Contains(mutant, StringComparison.Ordinal)));
        Assert.All(faults, fault => Assert.StartsWith("careless ", fault, StringComparison.Ordinal));
    }
}
