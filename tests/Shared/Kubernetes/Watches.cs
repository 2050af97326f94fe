using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Platform.Testing.Kubernetes;

/// <summary>Serves watches: what has changed since a version, as it changes, with bookmarks; 410 where that version is no longer remembered.</summary>
internal sealed class Watches(ObjectStore store)
{
    public TimeSpan BookmarkInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The newest version that a bookmark has told.</summary>
    public long Bookmarked { get; private set; }

    public async Task ServeAsync(HttpContext context, Kind kind, string? place, Func<JsonObject, bool> selects)
    {
        var query = context.Request.Query;
        if (query.ContainsKey("sendInitialEvents")) throw new ApiError(422, "Invalid", "ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled");
        var asked = query["resourceVersion"].ToString();
        var start = new List<JsonObject>();
        long version;
        if (asked is "" or "0") (start, version) = store.List(kind, place);
        else if (!long.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out version)) throw ApiError.BadRequest($"invalid resource version \"{asked}\"");
        if (store.Since(version) is null) throw Expired(version);
        context.Response.ContentType = "application/json";
        await context.Response.StartAsync(context.RequestAborted);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        if (int.TryParse(query["timeoutSeconds"], out var seconds)) end.CancelAfter(TimeSpan.FromSeconds(seconds));
        try
        {
            foreach (var item in start.Where(selects)) await SendAsync(context, "ADDED", item, end.Token);
            await GoOnAsync(context, kind, place, selects, version, query["allowWatchBookmarks"].ToString() is "true" or "1", end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Its time is up, or nobody listens any more.
        }
    }

    private async Task GoOnAsync(HttpContext context, Kind kind, string? place, Func<JsonObject, bool> selects, long version, bool bookmarks, CancellationToken ct)
    {
        while (true)
        {
            if (store.Since(version) is not { } since)
            {
                await SendAsync(context, "ERROR", Expired(version).Status, ct);
                return;
            }

            foreach (var change in since.Changes)
            {
                version = change.Version;
                if (change.Kind != kind || place is not null && (change.After ?? change.Before)!["metadata"]!["namespace"]?.GetValue<string>() != place) continue;
                var (was, is_) = (change.Before is not null && selects(change.Before), change.After is not null && selects(change.After));
                if (is_) await SendAsync(context, was ? "MODIFIED" : "ADDED", change.After!, ct);
                else if (was) await SendAsync(context, "DELETED", Gone(change), ct);
            }

            if (since.Changes.Count > 0) continue;
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(ct);
            if (await Task.WhenAny(since.Next, Task.Delay(BookmarkInterval, pause.Token)) != since.Next && bookmarks)
            {
                ct.ThrowIfCancellationRequested();
                await SendAsync(context, "BOOKMARK", new JsonObject { ["kind"] = kind.Name, ["apiVersion"] = kind.GroupVersion, ["metadata"] = new JsonObject { ["resourceVersion"] = $"{version}", ["creationTimestamp"] = null } }, ct);
                Bookmarked = Math.Max(Bookmarked, version);
            }

            ct.ThrowIfCancellationRequested();
            await pause.CancelAsync();
        }
    }

    /// <summary>As it was last, with the version of its going.</summary>
    private static JsonObject Gone(Change change)
    {
        var last = change.Before!.DeepClone().AsObject();
        last["metadata"]!["resourceVersion"] = $"{change.Version}";
        return last;
    }

    private static ApiError Expired(long version) => new(410, "Expired", $"too old resource version: {version}");

    private static async Task SendAsync(HttpContext context, string type, JsonObject item, CancellationToken ct)
    {
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(new JsonObject { ["type"] = type, ["object"] = item.DeepClone() }.ToJsonString() + "\n"), ct);
        await context.Response.Body.FlushAsync(ct);
    }
}
