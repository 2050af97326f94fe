using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Platform.Hosting.Json;

namespace Platform.Hosting.Problems;

/// <summary>Reads a refused JSON body a second time and lists everything that is wrong with it.</summary>
internal static class JsonBodyDiagnosis
{
    private const int MaxProblems = 100;

    public static async Task<IReadOnlyList<FieldProblem>> DiagnoseAsync(HttpContext context, JsonException exception)
    {
        if (!context.Request.Body.CanSeek) return [FromException(exception)];
        context.Request.Body.Position = 0;
        try
        {
            using var document = await JsonDocument.ParseAsync(context.Request.Body, new JsonDocumentOptions { MaxDepth = PlatformJson.MaxDepth }, context.RequestAborted);
            var type = context.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType;
            if (type is null) return [FromException(exception)];
            var problems = JsonShape.Check(document.RootElement, type).Take(MaxProblems).ToArray();
            return problems.Length > 0 ? problems : [FromException(exception)];
        }
        catch (JsonException malformed)
        {
            return [Malformed(malformed)];
        }
        catch (InvalidOperationException)
        {
            // Well-formed JSON whose text is not Unicode (half a surrogate pair): it cannot even be quoted.
            return [new FieldProblem(JsonShape.PathOf(exception.Path), "Unicode text", "half a surrogate pair", Line: Line(exception))];
        }
    }

    private static FieldProblem Malformed(JsonException exception) => new("", "well-formed JSON", Found(exception), Line: Line(exception));

    /// <summary>Where the second reading finds nothing, the first one's finding stands.</summary>
    private static FieldProblem FromException(JsonException exception) =>
        new(JsonShape.PathOf(exception.Path), "JSON of the documented shape", "something else", Line: Line(exception));

    private static string Found(JsonException exception) =>
        exception.LineNumber is { } line ? $"an error in line {line + 1}, byte {exception.BytePositionInLine + 1}" : "something else";

    private static int? Line(JsonException exception) => exception.LineNumber is { } line ? (int)line + 1 : null;
}
