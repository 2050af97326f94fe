namespace Storefront;

/// <summary>
/// What is wrong with v3: it starts, is healthy, serves for two seconds, and then fails every other page while its health
/// check stays green. Only somebody who watches the answers notices.
/// </summary>
internal sealed class BrokenRelease(bool broken, TimeProvider clock)
{
    private static readonly TimeSpan Fuse = TimeSpan.FromSeconds(2);
    private long _firstPage;
    private long _requests;

    public static BrokenRelease For(string version, TimeProvider clock) => new(version == "v3", clock);

    public Task PassAsync(HttpContext context, RequestDelegate next)
    {
        if (!broken || IsOperations(context.Request.Path) || WarmUp.IsWarmUp(context)) return next(context);
        var now = clock.GetTimestamp();
        var first = Interlocked.CompareExchange(ref _firstPage, now, 0);
        if (first == 0 || clock.GetElapsedTime(first, now) < Fuse) return next(context);
        if (Interlocked.Increment(ref _requests) % 2 == 0) return next(context);
        Console.WriteLine($"error: {context.Request.Method} {context.Request.Path}: the price list has no column 'discount'");
        context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        return context.Response.WriteAsync("The price list has no column 'discount'.\n", context.RequestAborted);
    }

    private static bool IsOperations(PathString path) => path == "/health" || path == "/metrics";
}
