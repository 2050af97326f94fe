using System.Net;
using Microsoft.AspNetCore.Builder;

namespace Platform.Hosting.Tests.Security;

public sealed class KeyTests
{
    private static ServiceModule Guarded() => TestHost.Module(map: e =>
    {
        e.MapGet("/read", () => "read").RequireAuthorization(Roles.Viewer);
        e.MapPost("/change", () => "changed").RequireAuthorization(Roles.Operator);
        e.MapPost("/configure", () => "configured").RequireAuthorization(Roles.Admin);
        e.MapGet("/forgotten", () => "nobody said who may");
    });

    [Theory]
    [InlineData(null, "GET", "/read", 401)]
    [InlineData(null, "POST", "/change", 401)]
    [InlineData("viewer", "GET", "/read", 200)]
    [InlineData("viewer", "POST", "/change", 403)]
    [InlineData("viewer", "POST", "/configure", 403)]
    [InlineData("operator", "GET", "/read", 200)]
    [InlineData("operator", "POST", "/change", 200)]
    [InlineData("operator", "POST", "/configure", 403)]
    [InlineData("admin", "GET", "/read", 200)]
    [InlineData("admin", "POST", "/change", 200)]
    [InlineData("admin", "POST", "/configure", 200)]
    [InlineData("admin", "GET", "/forgotten", 403)]
    [InlineData(null, "GET", "/forgotten", 401)]
    [InlineData(null, "GET", "/health/live", 200)]
    [InlineData(null, "GET", "/health/ready", 200)]
    [InlineData(null, "GET", "/nowhere", 404)]
    [InlineData("viewer", "GET", "/nowhere", 404)]
    [InlineData("viewer", "DELETE", "/read", 405)]
    [InlineData(null, "DELETE", "/read", 401)]
    public async Task Role_DecidesTheStatus(string? role, string method, string path, int expected)
    {
        await using var host = await TestHost.StartAsync(Guarded());
        using var client = role is null ? host.Anonymous() : host.As(role);
        using var answer = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        Assert.Equal(expected, (int)answer.StatusCode);
        if (expected >= 400) Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task FirstStart_WritesTheAdminKeyForItsOwnerOnly_AndKeepsOnlyItsHash()
    {
        await using var host = await TestHost.StartAsync(Guarded());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(host.Data, "admin.key")));
        Assert.DoesNotContain(host.AdminKey, await File.ReadAllTextAsync(Path.Combine(host.Data, "keys.json")), StringComparison.Ordinal);
        using var answer = await host.Admin().PostAsync("/configure", null);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task SecondStart_KeepsTheAdminKey()
    {
        var folder = TestHost.NewFolder();
        string first;
        await using (var host = await TestHost.StartAsync([Guarded()], [], data: folder)) first = host.AdminKey;
        await using (var host = await TestHost.StartAsync([Guarded()], [], data: folder)) Assert.Equal(first, host.AdminKey);
        Directory.Delete(folder, recursive: true);
    }
}
