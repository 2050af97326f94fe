using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace Platform.Workloads.Runtimes.Docker.Engine;

/// <summary>
/// The part of the Docker Engine API that a runtime needs, over the engine's unix socket. An engine that does not answer is a
/// <see cref="RuntimeUnavailableException"/>; one that refuses is an <see cref="EngineRefusedException"/> with its own words.
/// https://docs.docker.com/reference/api/engine/
/// </summary>
internal sealed class EngineClient : IDisposable
{
    /// <summary>The newest version this client was written for; an older engine's own is used instead.</summary>
    private static readonly Version Newest = new(1, 47);

    /// <summary>Anything but waiting, following and pulling is answered within.</summary>
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http;
    private readonly string _socket;
    private readonly TimeProvider _clock;
    private string? _version;

    public EngineClient(string socket, TimeProvider clock)
    {
        (_socket, _clock) = (socket, clock);
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            // Every followed log and every awaited exit holds one.
            MaxConnectionsPerServer = int.MaxValue,
            ActivityHeadersPropagator = null,
        })
        {
            BaseAddress = new Uri("http://docker/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>False: there is no socket, so there is no engine now, and there may never have been one.</summary>
    public bool HasSocket => File.Exists(_socket);

    /// <summary>Asks for JSON.</summary>
    /// <returns>Null: there is no such thing.</returns>
    public async Task<T?> GetAsync<T>(string path, CancellationToken ct)
        where T : class
    {
        using var answer = await SendAsync(HttpMethod.Get, path, null, LongestAnswer, ct);
        // Figures of a container that is just going are an empty text.
        if (answer.StatusCode == HttpStatusCode.NotFound || answer.Content.Headers.ContentLength == 0) return null;
        try
        {
            return await ReadAsync<T>(answer, ct);
        }
        catch (EngineRefusedException broken) when (broken.Status >= 500)
        {
            // To a question this is no answer: nothing is known.
            throw Unavailable(broken);
        }
    }

    /// <summary>Has something made, and reads what it is called.</summary>
    public async Task<T> PostAsync<T>(
        string path, object? body, CancellationToken ct, TimeSpan? longest = null, IReadOnlyDictionary<string, string>? headers = null)
        where T : class
    {
        using var answer = await SendAsync(HttpMethod.Post, path, body, longest ?? LongestAnswer, ct, headers);
        return await ReadAsync<T>(answer, ct);
    }

    /// <summary>Has something done.</summary>
    public async Task PostAsync(string path, object? body, CancellationToken ct)
    {
        using var answer = await SendAsync(HttpMethod.Post, path, body, LongestAnswer, ct);
        await RefuseAsync(answer, ct);
    }

    /// <summary>Has something removed. What is gone, or going, is fine.</summary>
    public async Task DeleteAsync(string path, CancellationToken ct)
    {
        using var answer = await SendAsync(HttpMethod.Delete, path, null, LongestAnswer, ct);
        if (answer.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.Conflict)) await RefuseAsync(answer, ct);
    }

    /// <summary>An answer that goes on: logs, progress.</summary>
    /// <returns>Null: there is no such thing.</returns>
    public async Task<Stream?> OpenAsync(HttpMethod method, string path, IReadOnlyDictionary<string, string>? headers, CancellationToken ct)
    {
        var answer = await SendAsync(method, path, null, Timeout.InfiniteTimeSpan, ct, headers);
        if (answer.IsSuccessStatusCode) return await answer.Content.ReadAsStreamAsync(ct);
        using (answer)
        {
            if (answer.StatusCode == HttpStatusCode.NotFound && method == HttpMethod.Get) return null;
            await RefuseAsync(answer, ct);
            return null;
        }
    }

    /// <summary>Sends content that is written while it goes, and opens the answer.</summary>
    public async Task<Stream?> UploadAsync(string path, HttpContent content, CancellationToken ct)
    {
        var version = _version ??= await NegotiateAsync(ct);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{version}/{path}") { Content = content };
        var answer = await TryAsync(request, Timeout.InfiniteTimeSpan, ct);
        if (answer.IsSuccessStatusCode) return await answer.Content.ReadAsStreamAsync(ct);
        using (answer)
        {
            await RefuseAsync(answer, ct);
            return null;
        }
    }

    /// <summary>Has something removed. What is gone is fine; what is in use is told.</summary>
    public async Task RemoveAsync(string path, CancellationToken ct)
    {
        using var answer = await SendAsync(HttpMethod.Delete, path, null, LongestAnswer, ct);
        if (answer.StatusCode != HttpStatusCode.NotFound) await RefuseAsync(answer, ct);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>The engine cannot be asked.</summary>
    public RuntimeUnavailableException Unavailable(Exception cause) => new(
        $"The Docker engine at unix://{_socket} does not answer: {(cause.InnerException ?? cause).Message.TrimEnd('.')}. Start it, or name another with Docker:Endpoint.", cause);

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, object? body, TimeSpan longest, CancellationToken ct, IReadOnlyDictionary<string, string>? headers = null)
    {
        var version = _version ??= await NegotiateAsync(ct);
        using var request = new HttpRequestMessage(method, $"{version}/{path}");
        if (body is not null) request.Content = JsonContent.Create(body, body.GetType(), options: EngineJson.Options);
        foreach (var (name, value) in headers ?? new Dictionary<string, string>()) request.Headers.TryAddWithoutValidation(name, value);
        // The engine does not take bodies in chunks everywhere.
        if (request.Content is not null) await request.Content.LoadIntoBufferAsync(ct);
        return await TryAsync(request, longest, ct);
    }

    private async Task<string> NegotiateAsync(CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "_ping");
        using var answer = await TryAsync(request, LongestAnswer, ct);
        var engines = answer.Headers.TryGetValues("Api-Version", out var values) && Version.TryParse(values.First(), out var version) ? version : Newest;
        return string.Create(CultureInfo.InvariantCulture, $"v{(engines < Newest ? engines : Newest).ToString(2)}");
    }

    private async Task<HttpResponseMessage> TryAsync(HttpRequestMessage request, TimeSpan longest, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(longest, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw Unavailable(error);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw Unavailable(new TimeoutException($"no answer to {request.Method} {request.RequestUri} within {longest.TotalSeconds:0} s"));
        }
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage answer, CancellationToken ct)
        where T : class
    {
        await RefuseAsync(answer, ct);
        try
        {
            return await answer.Content.ReadFromJsonAsync<T>(EngineJson.Options, ct) ?? throw new JsonException("null");
        }
        catch (Exception error) when (error is HttpRequestException or IOException or JsonException)
        {
            // Cut off in mid-answer: the engine has gone.
            throw Unavailable(error);
        }
    }

    private static async Task RefuseAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        if ((int)answer.StatusCode < 400) return;
        var text = await answer.Content.ReadAsStringAsync(ct);
        throw new EngineRefusedException((int)answer.StatusCode, EngineJson.Message(text) ?? $"{(int)answer.StatusCode} {answer.ReasonPhrase}");
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket), ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>The engine has answered, and says no.</summary>
/// <param name="status">Its status code.</param>
/// <param name="message">Its words.</param>
internal sealed class EngineRefusedException(int status, string message) : Exception(message)
{
    public int Status => status;
}
