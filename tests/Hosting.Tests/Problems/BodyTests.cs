using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Platform.Hosting.Json;

namespace Platform.Hosting.Tests.Problems;

public sealed class BodyTests
{
    public sealed record Inner
    {
        public required int Count { get; init; }
        public TimeSpan? Wait { get; init; }
    }

    public enum Colour
    {
        DarkRed,
        Green,
    }

    public sealed record Body
    {
        public required string Name { get; init; }
        public Colour Colour { get; init; }
        public IReadOnlyList<Inner> Inners { get; init; } = [];
    }

    private static ServiceModule Echo() => TestHost.Module(map: e =>
    {
        e.MapPost("/echo", (Body body) => TypedResults.Ok(body)).RequireAuthorization(Roles.Operator);
        e.MapGet("/throw", string () => throw new InvalidOperationException("a detail of ours")).RequireAuthorization(Roles.Viewer);
        e.MapGet("/number/{n}", (int n) => n).RequireAuthorization(Roles.Viewer);
    });

    private static async Task<(HttpStatusCode Status, ProblemReport Problem)> PostAsync(TestHost host, string body, string type = "application/json")
    {
        using var client = host.Admin();
        using var answer = await client.PostAsync("/echo", new StringContent(body, Encoding.UTF8, type));
        Assert.Equal(ProblemReport.ContentType, answer.Content.Headers.ContentType?.MediaType);
        return (answer.StatusCode, JsonSerializer.Deserialize<ProblemReport>(await answer.Content.ReadAsStringAsync(), PlatformJson.Options)!);
    }

    [Fact]
    public async Task Body_ThatFits_IsTaken()
    {
        await using var host = await TestHost.StartAsync(Echo());
        using var client = host.Admin();
        using var answer = await client.PostAsync("/echo", new StringContent("""{"name":"n","colour":"darkRed","inners":[{"count":1,"wait":"1m30s"}]}""", Encoding.UTF8, "application/json"));
        Assert.Equal("""{"name":"n","colour":"darkRed","inners":[{"count":1,"wait":"1m30s"}]}""", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Body_WithSeveralMistakes_IsAnsweredWithAllOfThem()
    {
        await using var host = await TestHost.StartAsync(Echo());
        var (status, problem) = await PostAsync(host, """{"colour":"blue","nmae":"x","inners":[{"count":"three"},{"count":1,"wait":"soon"},7]}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("https://platform.dev/problems/invalid-body", problem.Type);
        Assert.Equal(
            [
                ("colour", "one of darkRed, green", "'blue'"),
                ("nmae", "one of name, colour, inners", "the unknown member 'nmae'"),
                ("inners[0].count", "a whole number", "'three'"),
                ("inners[1].wait", "a duration such as 5m, 1m30s, 500ms or 00:05:00", "'soon'"),
                ("inners[2]", "an object", "7"),
                ("name", "text", "nothing"),
            ],
            problem.Errors!.Select(e => (e.Path, e.Expected, e.Found)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"name\":")]
    [InlineData("nonsense")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{\"name\":\"a\",\"name\":\"b\"}")]
    [InlineData("{\"name\":null}")]
    [InlineData("{\"name\":\"a\",\"inners\":[null]}")]
    [InlineData("{\"name\":\"\\uD800\"}")]
    public async Task Body_Malformed_IsA400(string body)
    {
        await using var host = await TestHost.StartAsync(Echo());
        var (status, problem) = await PostAsync(host, body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.NotNull(problem.TraceId);
    }

    [Fact]
    public async Task Body_OfAnotherMediaType_IsA415()
    {
        await using var host = await TestHost.StartAsync(Echo());
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await PostAsync(host, "name: n", "application/yaml")).Status);
    }

    [Fact]
    public async Task Body_PastTheLimit_IsA413()
    {
        await using var host = await TestHost.StartAsync([Echo()], ["--Limits:ControlBody=1Ki"]);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(host, "{\"name\":\"" + new string('x', 2000) + "\"}")).Status);
    }

    [Fact]
    public async Task Exception_Unhandled_IsA500WithoutItsText()
    {
        await using var host = await TestHost.StartAsync(Echo());
        using var client = host.Admin();
        using var answer = await client.GetAsync("/throw");
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.DoesNotContain("a detail of ours", text, StringComparison.Ordinal);
        Assert.DoesNotContain(" at ", text, StringComparison.Ordinal);
        Assert.Contains("traceId", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RouteValue_ThatCannotBeRead_IsA400()
    {
        await using var host = await TestHost.StartAsync(Echo());
        using var answer = await host.Admin().GetAsync("/number/x");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("https://platform.dev/problems/bad-request", (await answer.Content.ReadFromJsonAsync<ProblemReport>())!.Type);
    }
}
