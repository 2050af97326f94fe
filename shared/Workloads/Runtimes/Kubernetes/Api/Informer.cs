using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Platform.Workloads.Runtimes.Kubernetes.Api;

/// <summary>What was seen of an object: how it is now, or was last.</summary>
/// <param name="Object">The object; null: it is not there, and was not seen going.</param>
/// <param name="IsGone">It is there no more.</param>
internal sealed record Seen(JsonObject? Object, bool IsGone);

/// <summary>
/// One list and watch for everything of a kind that carries a label, however many ask. Goes on from the last version it saw, bookmarks
/// included; lists again when the server no longer remembers it (410 Gone).
///
///   list ──► watch ──► event ──► whoever asked for that name
///     ▲        │ 410
///     └────────┘
/// </summary>
internal sealed class Informer(ApiClient api, string path, string labels, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>The watch does not know it (yet).</summary>
    private static readonly Seen Unknown = new(null, false);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, JsonObject> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Channel<Seen>, string> _listeners = new();
    private readonly CancellationTokenSource _disposed = new();
    private bool _isStarted, _isListed;

    /// <summary>Times it had to list: 1, and one more for every time it lost the thread.</summary>
    public int Lists { get; private set; }

    /// <summary>How the named object is, and every change of it, until it is gone. Outlasts the server's outages.</summary>
    public async IAsyncEnumerable<Seen> FollowAsync(string name, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var channel = Channel.CreateUnbounded<Seen>();
        lock (_gate)
        {
            _listeners[channel] = name;
            if (!_isStarted) _ = RunAsync(_disposed.Token);
            _isStarted = true;
            if (_isListed) channel.Writer.TryWrite(_known.TryGetValue(name, out var now) ? new Seen(now, false) : Unknown);
        }

        try
        {
            await foreach (var heard in channel.Reader.ReadAllAsync(ct))
            {
                var seen = heard == Unknown ? await AskAsync(name, ct) : heard;
                yield return seen;
                if (seen.IsGone) yield break;
            }
        }
        finally
        {
            _listeners.TryRemove(channel, out _);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _disposed.Cancel();

    /// <summary>What the watch has not heard of may be gone, or newer than all it has heard.</summary>
    private async Task<Seen> AskAsync(string name, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                return await api.GetAsync($"{path}/{name}", ct) is { } found ? new Seen(found, false) : new Seen(null, true);
            }
            catch (Exception error) when (error is RuntimeUnavailableException or ApiRefusedException)
            {
                await Task.Delay(Pause, clock, ct);
            }
        }
    }

    private async Task RunAsync(CancellationToken ct)
    {
        string? version = null;
        while (!ct.IsCancellationRequested)
        {
            try
            {
                version ??= await ListAsync(ct);
                version = await WatchAsync(version, ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                break;
            }
            catch (ApiRefusedException refused) when (refused.IsExpired)
            {
                version = null;
            }
            catch (Exception error) when (error is RuntimeUnavailableException or ApiRefusedException or IOException or HttpRequestException or JsonException)
            {
                // Away or out of sorts: those who ask by other ways are told; here it is tried again, from where it was.
                await Task.Delay(Pause, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<string> ListAsync(CancellationToken ct)
    {
        var (items, version) = await api.ListAsync(path, labels, ct);
        lock (_gate)
        {
            Lists++;
            var now = items.ToDictionary(Json.NameOf, StringComparer.Ordinal);
            foreach (var gone in _known.Where(known => !now.ContainsKey(known.Key)).ToList()) Take(gone.Key, gone.Value, isGone: true);
            foreach (var (name, item) in now)
            {
                // Another by the same name: the one that was known has gone.
                if (_known.TryGetValue(name, out var known) && known.UidOf() != item.UidOf()) Take(name, known, isGone: true);
                Take(name, item, isGone: false);
            }

            if (!_isListed)
            {
                foreach (var (listener, _) in _listeners.Where(l => !_known.ContainsKey(l.Value)).ToList()) listener.Writer.TryWrite(Unknown);
            }

            _isListed = true;
        }

        return version;
    }

    /// <returns>The version it had come to when the server ended it.</returns>
    private async Task<string> WatchAsync(string version, CancellationToken ct)
    {
        var query = $"{path}?watch=1&allowWatchBookmarks=true&labelSelector={Uri.EscapeDataString(labels)}&resourceVersion={Uri.EscapeDataString(version)}&timeoutSeconds=290";
        await using var stream = await api.OpenAsync(query, ct) ?? throw new ApiRefusedException(404, "NotFound", $"{path} is not known to this API server");
        using var lines = new StreamReader(stream);
        while (await lines.ReadLineAsync(ct) is { } line)
        {
            if (line.Length == 0) continue;
            var change = JsonNode.Parse(line);
            if (change.At("object") is not JsonObject item) continue;
            if (change.Text("type") == "ERROR") throw ApiRefusedException.Of(item);
            version = item.Text("metadata", "resourceVersion") ?? version;
            if (change.Text("type") is "ADDED" or "MODIFIED" or "DELETED")
            {
                lock (_gate) Take(item.NameOf(), item, change.Text("type") == "DELETED");
            }
        }

        return version;
    }

    private void Take(string name, JsonObject item, bool isGone)
    {
        if (isGone) _known.Remove(name);
        else _known[name] = item;
        foreach (var (listener, _) in _listeners.Where(l => l.Value == name)) listener.Writer.TryWrite(new Seen(item, isGone));
    }
}
