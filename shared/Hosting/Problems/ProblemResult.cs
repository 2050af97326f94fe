using Microsoft.AspNetCore.Http;

namespace Platform.Hosting;

/// <summary>An endpoint's answer that is a problem.</summary>
/// <param name="report">The problem.</param>
public sealed class ProblemResult(ProblemReport report) : IResult, IStatusCodeHttpResult, IValueHttpResult<ProblemReport>
{
    /// <summary>The problem.</summary>
    public ProblemReport Report { get; } = report;

    /// <inheritdoc/>
    public int? StatusCode => Report.Status;

    /// <inheritdoc/>
    public ProblemReport? Value => Report;

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext) => Problems.ProblemWriter.WriteAsync(httpContext, Report);
}

/// <summary>A problem found where only an exception can carry it to the answer. Expected failures are results instead.</summary>
/// <param name="report">The problem.</param>
public sealed class ProblemException(ProblemReport report) : Exception(report.Detail ?? report.Title)
{
    /// <summary>The problem.</summary>
    public ProblemReport Report { get; } = report;
}
