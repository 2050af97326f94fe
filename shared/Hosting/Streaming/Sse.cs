using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Platform.Hosting;

/// <summary>One server-sent event.</summary>
/// <param name="Data">The data, usually JSON.</param>
/// <param name="Event">The event's type; null: <c>message</c>.</param>
/// <param name="Id">What a client that lost the connection sends back as <c>Last-Event-ID</c>.</param>
public sealed record SseItem(string Data, string? Event = null, string? Id = null);

/// <summary>Server-sent events.</summary>
public static class Sse
{
    /// <summary>A comment goes out when nothing else has for this long: proxies cut silent connections, and a write finds out that the reader is gone.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>The id of the last event that the client has seen, from the header or, for clients that cannot set it, the query <c>lastEventId</c>.</summary>
    public static string? LastEventId(HttpContext context)
    {
        var header = context.Request.Headers["Last-Event-ID"].ToString();
        if (header.Length > 0) return header;
        var query = context.Request.Query["lastEventId"].ToString();
        return query.Length > 0 ? query : null;
    }

    /// <summary>Counts this request among the open streams (<c>Limits:Streams</c>) until it ends; <see cref="WriteAsync(HttpContext, IAsyncEnumerable{SseItem})"/> does so by itself.</summary>
    /// <exception cref="ProblemException">Too many are open.</exception>
    public static void Reserve(HttpContext context) => context.RequestServices.GetService<StreamSeats>()?.Take(context);

    /// <summary>Writes the items as they come, until they end, the client goes, or the host stops.</summary>
    public static async Task WriteAsync(HttpContext context, IAsyncEnumerable<SseItem> items)
    {
        Reserve(context);
        var stopping = context.RequestServices.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        var clock = context.RequestServices.GetService<TimeProvider>() ?? TimeProvider.System;
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        try
        {
            await PumpAsync(context.Response, items, clock, ended.Token);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The reader has gone, or we go: the stream simply ends, and the client comes back with the last id it saw.
            return;
        }
    }

    private static async Task PumpAsync(HttpResponse response, IAsyncEnumerable<SseItem> items, TimeProvider clock, CancellationToken cancellationToken)
    {
        // A first byte at once: the client knows that it is connected, and an intermediary that the answer has begun.
        await WriteAsync(response, ": connected\n\n", cancellationToken);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var source = items.GetAsyncEnumerator(reading.Token);
        var next = source.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                try
                {
                    if (!await next.WaitAsync(Heartbeat, clock, cancellationToken)) return;
                }
                catch (TimeoutException) when (!next.IsCompleted)
                {
                    await WriteAsync(response, ": heartbeat\n\n", cancellationToken);
                    continue;
                }

                await WriteAsync(response, Text(source.Current), cancellationToken);
                next = source.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            // A source may not be disposed while it is being asked for the next item: it is told to stop, and its answer no longer matters.
            await reading.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    internal static string Text(SseItem item)
    {
        var text = new StringBuilder();
        if (item.Id is not null) text.Append("id: ").Append(OneLine(item.Id)).Append('\n');
        if (item.Event is not null) text.Append("event: ").Append(OneLine(item.Event)).Append('\n');
        foreach (var line in item.Data.ReplaceLineEndings("\n").Split('\n')) text.Append("data: ").Append(line).Append('\n');
        return text.Append('\n').ToString();
    }

    /// <summary>A line break in an id would begin a field of the sender's choosing.</summary>
    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Replace("\0", "", StringComparison.Ordinal);

    private static async Task WriteAsync(HttpResponse response, string text, CancellationToken cancellationToken)
    {
        await response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }
}
