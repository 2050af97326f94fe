using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Platform.Storage;

namespace Platform.Hosting.Tests.Auditing;

public sealed class AuditTests
{
    private static ServiceModule WithDatabase() => new("alpha", 0, b => b.AddModuleDatabase("alpha", []), e =>
        e.MapPost("/change", async (HttpContext context, [FromKeyedServices("alpha")] IAuditLog audit, [FromKeyedServices("alpha")] Database database, bool fail) =>
        {
            await database.TransactAsync(async transaction =>
            {
                await audit.RecordAsync(transaction, AuditEntry.For(context, "change thing", "thing", "because", new { Size = 1, ApiKey = "plk_0123456789" }, new { Size = 2 }));
                if (fail) throw new ProblemException(Problem.Report(409, "no", "No"));
            }, context.RequestAborted);
            return TypedResults.NoContent();
        }).RequireAuthorization(Roles.Operator));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Changes_AreListedNewestFirst_PageByPage_WithoutSecrets(bool database)
    {
        await using var host = await TestHost.StartAsync(database ? WithDatabase() : TestHost.Module());
        using var admin = host.Admin();
        foreach (var name in new[] { "one", "two", "three" })
        {
            using var made = await admin.PostAsJsonAsync("/keys", new { name, role = "viewer", reason = "for " + name });
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        }

        var first = await admin.GetFromJsonAsync<JsonElement>("/audit?limit=2");
        Assert.Equal(["three", "two"], first.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("target").GetString()));
        var next = first.GetProperty("next").GetString();
        var rest = await admin.GetFromJsonAsync<JsonElement>($"/audit?limit=2&after={next}");
        var last = Assert.Single(rest.GetProperty("items").EnumerateArray());
        Assert.Equal(("one", "admin", "admin", "create key", "for one"), (
            last.GetProperty("target").GetString(), last.GetProperty("who").GetString(), last.GetProperty("role").GetString(),
            last.GetProperty("action").GetString(), last.GetProperty("why").GetString()));
        Assert.Equal(JsonValueKind.Null, rest.GetProperty("next").ValueKind);
    }

    [Fact]
    public async Task Change_ThatIsRolledBack_LeavesNoEntry()
    {
        await using var host = await TestHost.StartAsync(WithDatabase());
        using var admin = host.Admin();
        using var failed = await admin.PostAsync("/change?fail=true", null);
        Assert.Equal(HttpStatusCode.Conflict, failed.StatusCode);
        using var done = await admin.PostAsync("/change?fail=false", null);
        Assert.Equal(HttpStatusCode.NoContent, done.StatusCode);
        var page = await admin.GetStringAsync("/audit");
        using var document = JsonDocument.Parse(page);
        Assert.Equal(1, document.RootElement.GetProperty("items").GetArrayLength());
        Assert.Contains("\"before\":{\"size\":1,\"apiKey\":\"***\"}", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=1001", "limit")]
    [InlineData("after=x", "after")]
    [InlineData("limit=1001&after=x", "limit, after")]
    public async Task Page_ThatCannotBe_IsA400(string query, string paths)
    {
        await using var host = await TestHost.StartAsync(TestHost.Module());
        using var answer = await host.Admin().GetAsync("/audit?" + query);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(paths, string.Join(", ", (await answer.Content.ReadFromJsonAsync<ProblemReport>())!.Errors!.Select(error => error.Path)));
    }
}
