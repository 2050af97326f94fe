using System.Net.Http.Json;
using System.Text.Json;
using Platform.Hosting;
using Platform.Storage;
using Platform.Testing;

namespace Platform.Integration.Tests.Auditing;

/// <summary><c>GET /audit</c> of a service whose tables are in PostgreSQL.</summary>
[Collection(Servers.Name)]
public sealed class PostgreSqlAuditTests(PostgresServer server)
{
    [Fact]
    public async Task Changes_AreListedNewestFirst_PageByPage()
    {
        var module = new ServiceModule("alpha", 0, builder => builder.AddModuleDatabase("alpha", []), _ => { });
        await using var host = await ModuleHost.StartAsync([module], ["--Storage:Kind=postgresql", $"--Storage:ConnectionString={await server.CreateDatabaseAsync()}"]);
        using var admin = host.Admin("alpha");
        await Eventually.HoldsAsync(async () => (await admin.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode, "it is ready");
        foreach (var name in new[] { "one", "two", "three" })
        {
            using var made = await admin.PostAsJsonAsync("/keys", new { name, role = "viewer", reason = "for " + name });
            made.EnsureSuccessStatusCode();
        }

        var first = await admin.GetFromJsonAsync<JsonElement>("/audit?limit=2");
        Assert.Equal(["three", "two"], first.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("target").GetString()));
        var rest = await admin.GetFromJsonAsync<JsonElement>($"/audit?limit=2&after={first.GetProperty("next").GetString()}");
        var last = Assert.Single(rest.GetProperty("items").EnumerateArray());
        Assert.Equal(
            ("one", "admin", "create key", "for one"),
            (last.GetProperty("target").GetString(), last.GetProperty("who").GetString(), last.GetProperty("action").GetString(), last.GetProperty("why").GetString()));
        Assert.Equal("viewer", last.GetProperty("after").GetProperty("role").GetString());
    }
}
