using System.Text.Json;
using Microsoft.AspNetCore.Builder;

namespace Platform.Hosting.Tests.OpenApi;

public sealed class OpenApiTests
{
    [Fact]
    public async Task Document_DescribesItsOwnModuleOnly_WithKeyAndProblems()
    {
        await using var host = await TestHost.StartAsync(
            TestHost.Module("alpha", e => e.MapGet("/of-alpha", () => "a").RequireAuthorization(Roles.Viewer)),
            TestHost.Module("beta", e => e.MapGet("/of-beta", () => "b").RequireAuthorization(Roles.Viewer)));
        using var document = JsonDocument.Parse(await host.Anonymous("beta").GetStringAsync("/openapi/v1.json"));
        var paths = document.RootElement.GetProperty("paths");
        Assert.True(paths.TryGetProperty("/of-beta", out var own));
        Assert.False(paths.TryGetProperty("/of-alpha", out _));
        Assert.True(paths.TryGetProperty("/keys", out _));
        var problem = own.GetProperty("get").GetProperty("responses").GetProperty("401").GetProperty("content").GetProperty("application/problem+json");
        Assert.Equal("#/components/schemas/ProblemReport", problem.GetProperty("schema").GetProperty("$ref").GetString());
        Assert.Equal("bearer", document.RootElement.GetProperty("components").GetProperty("securitySchemes").GetProperty("key").GetProperty("scheme").GetString());
    }
}
