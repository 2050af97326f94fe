using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Platform.Hosting.Problems;

/// <summary>Explains a request that could not be bound: which member, what was expected, what was found.</summary>
internal static class BodyProblems
{
    public static async Task<ProblemReport> ForAsync(HttpContext context, BadHttpRequestException refused)
    {
        if (refused.StatusCode != StatusCodes.Status400BadRequest) return StatusProblems.For(refused.StatusCode, context);
        if (refused.InnerException is not JsonException json) return Parameter(refused);

        var errors = await JsonBodyDiagnosis.DiagnoseAsync(context, json);
        return Problem.BadRequest("invalid-body", "The body is not what this endpoint takes", errors).Report;
    }

    /// <summary>A route or query value. The framework's text names the parameter and the value; nothing of ours leaks through it.</summary>
    private static ProblemReport Parameter(BadHttpRequestException refused) =>
        Problem.Report(StatusCodes.Status400BadRequest, "bad-request", "The request cannot be understood", refused.Message);
}
