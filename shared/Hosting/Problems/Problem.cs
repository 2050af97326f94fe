using Microsoft.AspNetCore.Http;

namespace Platform.Hosting;

/// <summary>Makes the answers that say what is wrong. <c>slug</c> is the stable end of the problem's type: <c>rollout-running</c>.</summary>
public static class Problem
{
    /// <summary>400: what was sent cannot be taken; every field that is wrong is listed.</summary>
    public static ProblemResult BadRequest(string slug, string title, IEnumerable<FieldProblem> problems, string? detail = null)
    {
        var errors = problems.ToArray();
        return new ProblemResult(Report(StatusCodes.Status400BadRequest, slug, title,
            detail ?? (errors.Length == 0 ? null : string.Join(' ', errors.Take(3).Select(e => e.Message)))) with
        { Errors = errors });
    }

    /// <summary>400 without a field to point at.</summary>
    public static ProblemResult BadRequest(string slug, string title, string? detail = null) => Of(StatusCodes.Status400BadRequest, slug, title, detail);

    /// <summary>403: known, but not allowed.</summary>
    public static ProblemResult Forbidden(string slug, string title, string? detail = null) => Of(StatusCodes.Status403Forbidden, slug, title, detail);

    /// <summary>404: no such thing.</summary>
    public static ProblemResult NotFound(string slug, string title, string? detail = null) => Of(StatusCodes.Status404NotFound, slug, title, detail);

    /// <summary>409: not in the present state.</summary>
    public static ProblemResult Conflict(string slug, string title, string? detail = null) => Of(StatusCodes.Status409Conflict, slug, title, detail);

    /// <summary>429: too often.</summary>
    public static ProblemResult TooManyRequests(string slug, string title, string? detail = null) => Of(StatusCodes.Status429TooManyRequests, slug, title, detail);

    /// <summary>503: cannot be done now; the detail says what is waited for.</summary>
    public static ProblemResult Unavailable(string slug, string title, string? detail = null) => Of(StatusCodes.Status503ServiceUnavailable, slug, title, detail);

    /// <summary>Any other status.</summary>
    public static ProblemResult Of(int status, string slug, string title, string? detail = null) => new(Report(status, slug, title, detail));

    /// <summary>The bare report.</summary>
    public static ProblemReport Report(int status, string slug, string title, string? detail = null) =>
        new() { Type = ProblemReport.TypeBase + slug, Title = title, Status = status, Detail = detail };
}
