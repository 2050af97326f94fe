using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Workloads.Runtimes.Kubernetes.Api;

/// <summary>How a change is written down.</summary>
internal static class PatchTypes
{
    public const string Merge = "application/merge-patch+json", Apply = "application/apply-patch+yaml";
}

/// <summary>
/// The part of the Kubernetes API that the platform needs. A server that does not answer is a <see cref="RuntimeUnavailableException"/>; one
/// that refuses is an <see cref="ApiRefusedException"/> with its own words. https://kubernetes.io/docs/reference/using-api/api-concepts/
/// </summary>
internal sealed class ApiClient(ClusterAccess access, TimeProvider clock) : IDisposable
{
    /// <summary>Who is written down as having set what.</summary>
    public const string FieldManager = "platform";

    /// <summary>Anything but watching and following is answered within.</summary>
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(30), LongestPause = TimeSpan.FromSeconds(10);

    /// <summary>Others change an object, or the server is busy, this often in a row before it is somebody else's turn to try.</summary>
    private const int Attempts = 5;

    /// <summary>Lists come in pages, so that no answer is huge.</summary>
    private const int Page = 500;

    /// <summary>What to do about a refusal of rights.</summary>
    public const string HowToAllow = "Give its account the role in docs/how-to/run-on-kubernetes.md.";

    private readonly ApiConnection _connection = new(access, clock);

    /// <summary>The namespace that is meant where nothing is said.</summary>
    public string Namespace => access.Namespace;

    /// <returns>Null: there is no such thing.</returns>
    /// <exception cref="RuntimeUnavailableException">It does not say: nothing is known.</exception>
    public async Task<JsonObject?> GetAsync(string path, CancellationToken ct)
    {
        try
        {
            using var answer = await SendAsync(HttpMethod.Get, path, null, null, ct);
            return answer.StatusCode == HttpStatusCode.NotFound ? null : await ReadAsync(answer, ct);
        }
        catch (ApiRefusedException refused)
        {
            throw Unanswered(refused);
        }
    }

    /// <summary>Everything of a kind that carries the labels, with the version of the list.</summary>
    public async Task<(IReadOnlyList<JsonObject> Items, string Version)> ListAsync(string path, string? labels, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ListPagesAsync(path, labels, ct);
            }
            catch (ApiRefusedException refused) when (refused.IsExpired && attempt < Attempts)
            {
                // So much has changed between two pages that the server cannot go on: from the start.
            }
            catch (ApiRefusedException refused)
            {
                throw Unanswered(refused);
            }
        }
    }

    public async Task<JsonObject> CreateAsync(string path, JsonObject body, CancellationToken ct)
    {
        using var answer = await SendAsync(HttpMethod.Post, $"{path}?fieldManager={FieldManager}&fieldValidation=Strict", body, "application/json", ct);
        return await ReadAsync(answer, ct);
    }

    /// <returns>Null: there is no such thing.</returns>
    public async Task<JsonObject?> PatchAsync(string path, JsonObject change, CancellationToken ct)
    {
        using var answer = await SendAsync(HttpMethod.Patch, $"{path}?fieldManager={FieldManager}&fieldValidation=Strict", change, PatchTypes.Merge, ct);
        return answer.StatusCode == HttpStatusCode.NotFound ? null : await ReadAsync(answer, ct);
    }

    /// <summary>Has it be as said, whatever it is now or whether it is (server-side apply). What others have set beside it stays.</summary>
    public async Task<JsonObject> ApplyAsync(string path, JsonObject wanted, CancellationToken ct)
    {
        using var answer = await SendAsync(HttpMethod.Patch, $"{path}?fieldManager={FieldManager}&force=true&fieldValidation=Strict", wanted, PatchTypes.Apply, ct);
        return await ReadAsync(answer, ct);
    }

    /// <summary>Reads, changes, writes back; from the start when somebody else has written meanwhile.</summary>
    /// <returns>Null: there is no such thing.</returns>
    public async Task<JsonObject?> UpdateAsync(string path, Action<JsonObject> change, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await GetAsync(path, ct) is not { } current) return null;
            change(current);
            try
            {
                using var answer = await SendAsync(HttpMethod.Put, $"{path}?fieldManager={FieldManager}", current, "application/json", ct);
                return answer.StatusCode == HttpStatusCode.NotFound ? null : await ReadAsync(answer, ct);
            }
            catch (ApiRefusedException refused) when (refused.IsConflict && attempt < Attempts)
            {
                // With its new version, again.
            }
        }
    }

    /// <summary>Has it removed. What is gone, or is another one by now, is fine.</summary>
    /// <param name="path">The object.</param>
    /// <param name="uid">Only this very one; null: whatever is called so.</param>
    /// <param name="grace">What a pod has to end, at least a second; null: what it says itself.</param>
    /// <param name="ct">Cancels.</param>
    public async Task DeleteAsync(string path, string? uid, TimeSpan? grace, CancellationToken ct)
    {
        var options = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions" };
        if (uid is not null) options["preconditions"] = new JsonObject { ["uid"] = uid };
        // None at all would take a pod off the books while it still runs.
        if (grace is { } time) options["gracePeriodSeconds"] = Math.Max(1, (long)Math.Ceiling(time.TotalSeconds));
        else options["propagationPolicy"] = "Background";
        using var answer = await SendAsync(HttpMethod.Delete, path, options, "application/json", ct);
        if (answer.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.Conflict)) await RefuseAsync(answer, ct);
    }

    /// <summary>An answer that goes on: logs, watches.</summary>
    /// <returns>Null: there is no such thing.</returns>
    public async Task<Stream?> OpenAsync(string path, CancellationToken ct)
    {
        var answer = await SendAsync(HttpMethod.Get, path, null, null, ct);
        if (answer.IsSuccessStatusCode) return await answer.Content.ReadAsStreamAsync(ct);
        using (answer)
        {
            if (answer.StatusCode == HttpStatusCode.NotFound) return null;
            await RefuseAsync(answer, ct);
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    /// <summary>The server cannot be asked.</summary>
    public RuntimeUnavailableException Unavailable(Exception cause) => new(
        $"The Kubernetes API server at {_connection.Server} does not answer: {(cause.InnerException ?? cause).Message.TrimEnd('.')}. Start it, or name another with Kubernetes:Kubeconfig and Kubernetes:Context.", cause);

    /// <summary>It answers, but not what was asked: nothing is known, or done.</summary>
    public RuntimeUnavailableException Unanswered(ApiRefusedException cause) => !cause.IsDenied
        ? Unavailable(cause)
        : new($"The Kubernetes API server at {_connection.Server} does not let the platform: {cause.Message.TrimEnd('.')}. {HowToAllow}", cause);

    private async Task<(IReadOnlyList<JsonObject> Items, string Version)> ListPagesAsync(string path, string? labels, CancellationToken ct)
    {
        var items = new List<JsonObject>();
        string? next = null;
        while (true)
        {
            var query = $"{path}?limit={Page}{(labels is null ? "" : "&labelSelector=" + Uri.EscapeDataString(labels))}{(next is null ? "" : "&continue=" + Uri.EscapeDataString(next))}";
            using var answer = await SendAsync(HttpMethod.Get, query, null, null, ct);
            var list = await ReadAsync(answer, ct);
            items.AddRange(list.Items("items"));
            next = list.Text("metadata", "continue");
            if (string.IsNullOrEmpty(next)) return (items, list.Text("metadata", "resourceVersion") ?? "");
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, JsonObject? body, string? type, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue(type!));
            var answer = await TryAsync(request, ct);
            // Turned away unread, for others' sake: later, as it says.
            if (answer.StatusCode != HttpStatusCode.TooManyRequests || attempt >= Attempts) return answer;
            var pause = answer.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1);
            answer.Dispose();
            await Task.Delay(pause < LongestPause ? pause : LongestPause, clock, ct);
        }
    }

    private async Task<HttpResponseMessage> TryAsync(HttpRequestMessage request, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(LongestAnswer, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            return await _connection.SendAsync(request, either.Token);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or UnauthorizedAccessException)
        {
            throw Unavailable(error);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw Unavailable(new TimeoutException($"no answer to {request.Method} {request.RequestUri} within {LongestAnswer.TotalSeconds:0} s"));
        }
    }

    private async Task<JsonObject> ReadAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        await RefuseAsync(answer, ct);
        try
        {
            await using var body = await answer.Content.ReadAsStreamAsync(ct);
            return await JsonNode.ParseAsync(body, cancellationToken: ct) as JsonObject ?? throw new JsonException("the answer is no object");
        }
        catch (Exception error) when (error is HttpRequestException or IOException or JsonException)
        {
            // Cut off in mid-answer: the server has gone.
            throw Unavailable(error);
        }
    }

    private static async Task RefuseAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        if ((int)answer.StatusCode >= 400) throw ApiRefusedException.Of((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(ct));
    }
}
