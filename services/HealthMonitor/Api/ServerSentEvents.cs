using System.Globalization;
using System.Text.Json;
using Platform.Hosting;
using Platform.Hosting.Json;

namespace Platform.HealthMonitor.Api;

/// <summary>Writes server-sent events. One per connection.</summary>
/// <param name="context">The request.</param>
internal sealed class ServerSentEvents(HttpContext context)
{
    public const string ContentType = "text/event-stream";

    /// <summary>Sends the headers, and the time after which a lost client should come back.</summary>
    public async Task BeginAsync()
    {
        Sse.Reserve(context);
        var response = context.Response;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        await response.WriteAsync("retry: 1000\n\n", context.RequestAborted);
        await response.Body.FlushAsync(context.RequestAborted);
    }

    public async Task SendAsync<T>(string type, T data, long? id = null)
    {
        // JSON has no raw line breaks, so one data line is enough.
        var json = JsonSerializer.Serialize(data, PlatformJson.Options);
        var number = id is { } sequence ? $"id: {sequence.ToString(CultureInfo.InvariantCulture)}\n" : "";
        await context.Response.WriteAsync($"{number}event: {type}\ndata: {json}\n\n", context.RequestAborted);
    }

    /// <summary>A comment: keeps the connection alive through proxies and finds out that the client has gone.</summary>
    public Task KeepAliveAsync() => context.Response.WriteAsync(": still here\n\n", context.RequestAborted);

    public Task FlushAsync() => context.Response.Body.FlushAsync(context.RequestAborted);

    public static bool IsWanted(HttpRequest request) => request.Headers.Accept.Any(value => value?.Contains(ContentType, StringComparison.OrdinalIgnoreCase) == true);

    /// <summary>Where the client stopped: its Last-Event-ID, or <c>lastEventId</c> in the query for clients that cannot set headers.</summary>
    public static long? LastEventId(HttpRequest request)
    {
        var text = request.Headers["Last-Event-ID"].FirstOrDefault() ?? request.Query["lastEventId"].FirstOrDefault();
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? sequence : null;
    }
}
