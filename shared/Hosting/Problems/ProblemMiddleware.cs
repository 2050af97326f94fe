using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

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
            LogUnhandled(logger, exception, context.Request.Method, context.Request.Path);
            context.Response.Clear();
            await ProblemWriter.WriteAsync(context, StatusProblems.For(StatusCodes.Status500InternalServerError, context));
            return;
        }

        var status = context.Response.StatusCode;
        if (status >= 400 && !context.Response.HasStarted && context.Response.ContentLength is null && context.Response.ContentType is null)
        {
            await ProblemWriter.WriteAsync(context, StatusProblems.For(status, context));
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Unhandled: {Method} {Path}")]
    private static partial void LogUnhandled(ILogger logger, Exception exception, string method, string path);
}
