using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Platform.Hosting.Problems;

/// <summary>Explains a request that could not be bound: which member, what was expected, what was found.</summary>
internal static class BodyProblems
{
    public static async Task<ProblemReport> ForAsync(HttpContext context, BadHttpRequestException refused)
    {
        if (refused.StatusCode != StatusCodes.Status400BadRequest) return StatusProblems.For(refused.StatusCode, context);
        if (refused.InnerException is not JsonException json) return ParameterProblems.For(refused.Message).Report;

        var errors = await JsonBodyDiagnosis.DiagnoseAsync(context, json);
        return Problem.BadRequest("invalid-body", "The body is not what this endpoint takes", errors).Report;
    }
}
