using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Platform.Storage;

namespace Platform.Hosting.Problems;

/// <summary>Outermost on a control port: whatever goes wrong inside leaves as problem details, never as an empty body or a stack trace.</summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone: nobody reads an answer. 499 is what the log shows.
            if (!context.Response.HasStarted) context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return;
        }
        catch (ProblemException problem)
        {
            if (context.Response.HasStarted) throw;
            context.Response.Clear();
            await ProblemWriter.WriteAsync(context, problem.Report);
            return;
        }
        catch (BadHttpRequestException refused)
        {
            if (context.Response.HasStarted) throw;
            context.Response.Clear();
            await ProblemWriter.WriteAsync(context, await BodyProblems.ForAsync(context, refused));
            return;
        }
        catch (Exception exception)
        {
            if (context.Response.HasStarted) throw;
            var report = StorageProblem(exception);
            if (report is null) LogUnhandled(logger, exception, context.Request.Method, context.Request.Path);
            else LogStorage(logger, context.Request.Method, context.Request.Path, exception.Message);
            context.Response.Clear();
            await ProblemWriter.WriteAsync(context, report ?? StatusProblems.For(StatusCodes.Status500InternalServerError, context));
            return;
        }

        var status = context.Response.StatusCode;
        if (status >= 400 && !context.Response.HasStarted && context.Response.ContentLength is null && context.Response.ContentType is null)
        {
            await ProblemWriter.WriteAsync(context, StatusProblems.For(status, context));
        }
    }

    /// <summary>What is wrong with the disk or the database is for the operator to mend, and no fault of the program; null: it is something else.</summary>
    private static ProblemReport? StorageProblem(Exception exception) =>
        StorageErrors.IsOutOfRoom(exception) ? Problem.Report(StatusCodes.Status507InsufficientStorage, "disk-full", "The disk is full",
            "Nothing was changed. Make room on the disk of the data folder (--data) or of the database server, then send it again.")
        : StorageErrors.IsUnavailable(exception) ? Problem.Report(StatusCodes.Status503ServiceUnavailable, "database-unavailable", "The database does not answer",
            "Send it again when GET /health/ready says that nothing is waited for; what was under way then goes on by itself.")
        : null;

    [LoggerMessage(2, LogLevel.Warning, "{Method} {Path} cannot be answered: {Reason}")]
    private static partial void LogStorage(ILogger logger, string method, string path, string reason);

    [LoggerMessage(1, LogLevel.Error, "Unhandled: {Method} {Path}")]
    private static partial void LogUnhandled(ILogger logger, Exception exception, string method, string path);
}
