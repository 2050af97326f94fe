using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Platform.Hosting.Tests.Problems;

public sealed class MalformedBodyTests
{
    private const string Good = """{"name":"n","colour":"darkRed","inners":[{"count":1,"wait":"1m30s"},{"count":2}]}""";

    private static readonly string[] Pieces =
        ["{", "}", "[", "]", "\"", ":", ",", "null", "true", "-1", "1e999", "\\u0000", "\\uD800", "😀", "\u0001", " ", "name", "count", "\"x\":1,", "//", "0x1", "NaN"];

    private static readonly Gen<string> Bodies =
        from edits in Gen.Choose(1, 6)
        from places in Gen.Choose(0, Good.Length).ArrayOf(edits)
        from lengths in Gen.Choose(0, 5).ArrayOf(edits)
        from pieces in Gen.Elements(Pieces).ArrayOf(edits)
        select Mutate(places, lengths, pieces);

    private static string Mutate(int[] places, int[] lengths, string[] pieces)
    {
        var text = Good;
        for (var i = 0; i < places.Length; i++)
        {
            var at = Math.Min(places[i], text.Length);
            text = text[..at] + pieces[i] + text[Math.Min(text.Length, at + lengths[i])..];
        }

        return text;
    }

    [Fact]
    public async Task Body_Mutated_IsTakenOrExplained_NeverA500()
    {
        await using var host = await TestHost.StartAsync(TestHost.Module(map: e => e.MapPost("/echo", (BodyTests.Body body) =>
        {
            // As a handler does that trusts what it was given.
            _ = body.Name.Length + body.Inners.Sum(i => i.Count % 7);
            return TypedResults.NoContent();
        }).RequireAuthorization(Roles.Operator)));
        using var client = host.Admin();
        var refused = 0;
        foreach (var body in Bodies.Sample(1000))
        {
            using var answer = await client.PostAsync("/echo", new StringContent(body, Encoding.UTF8, "application/json"));
            if (answer.StatusCode == HttpStatusCode.NoContent) continue;
            refused++;
            Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{(int)answer.StatusCode} for {body}");
            var text = await answer.Content.ReadAsStringAsync();
            Assert.Contains("\"errors\":[{", text, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        }

        Assert.InRange(refused, 900, 1000);
    }
}
