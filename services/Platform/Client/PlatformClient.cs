using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Platform.Hosting;

namespace Platform.CommandLine.Client;

/// <summary>Speaks to the services of one platform. Whatever goes wrong becomes a <see cref="CommandFailure"/> that says what to do.</summary>
internal sealed partial class PlatformClient : IDisposable
{
    private readonly HttpClient _http;

    public PlatformClient(PlatformAddresses addresses, string? key, string dataFolder)
    {
        Addresses = addresses;
        DataFolder = dataFolder;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5) }) { Timeout = Timeout.InfiniteTimeSpan };
        if (key is not null) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public PlatformAddresses Addresses { get; }

    public string DataFolder { get; }

    public static PlatformClient For(string dataFolder) => new(PlatformAddresses.Of(dataFolder), AccessKey.Find(dataFolder), dataFolder);

    public async Task<T> GetAsync<T>(string service, string path, CancellationToken ct)
    {
        using var response = await SendAsync(service, HttpMethod.Get, path, null, ct);
        return await ReadAsync<T>(response, ct);
    }

    /// <summary>As <see cref="GetAsync{T}"/>; null when there is no such thing.</summary>
    public async Task<T?> FindAsync<T>(string service, string path, CancellationToken ct) where T : class
    {
        using var response = await SendAsync(service, HttpMethod.Get, path, null, ct, isMissingAllowed: true);
        return response.StatusCode == HttpStatusCode.NotFound ? null : await ReadAsync<T>(response, ct);
    }

    public async Task<T> PostAsync<T>(string service, string path, object? body, CancellationToken ct)
    {
        using var response = await SendAsync(service, HttpMethod.Post, path, body, ct);
        return await ReadAsync<T>(response, ct);
    }

    public async Task<T> PutAsync<T>(string service, string path, object body, CancellationToken ct)
    {
        using var response = await SendAsync(service, HttpMethod.Put, path, body, ct);
        return await ReadAsync<T>(response, ct);
    }

    public async Task<T> DeleteAsync<T>(string service, string path, CancellationToken ct)
    {
        using var response = await SendAsync(service, HttpMethod.Delete, path, null, ct);
        return await ReadAsync<T>(response, ct);
    }

    public async Task DeleteAsync(string service, string path, CancellationToken ct)
    {
        using var response = await SendAsync(service, HttpMethod.Delete, path, null, ct);
    }

    /// <summary>Whether a service is ready; <c>down</c> when it does not answer.</summary>
    public async Task<ServiceHealth> HealthAsync(string service, CancellationToken ct)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Addresses.Service(service), ServiceRoutes.Ready));
            using var response = await _http.SendAsync(request, ct);
            return await ReadAsync<ServiceHealth>(response, ct);
        }
        catch (Exception down) when (down is HttpRequestException or CommandFailure)
        {
            return new ServiceHealth { Service = service, Status = "down", WaitingFor = [down.Message] };
        }
    }

    /// <summary>The lines of an answer as they come.</summary>
    public async IAsyncEnumerable<string> LinesAsync(string service, string path, [EnumeratorCancellation] CancellationToken ct, long? after = null)
    {
        using var response = await SendAsync(service, HttpMethod.Get, path, null, ct, streamed: true, after: after);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(ct));
        while (true)
        {
            string? line;
            try
            {
                line = await reader.ReadLineAsync(ct);
            }
            catch (Exception broken) when (broken is IOException or HttpRequestException)
            {
                throw Unreachable(service, broken);
            }

            if (line is null) yield break;
            yield return line;
        }
    }

    /// <summary>Server-sent events as they come, from the one after <paramref name="after"/> on.</summary>
    public async IAsyncEnumerable<ServerSentEvent> EventsAsync(string service, string path, long after, [EnumeratorCancellation] CancellationToken ct)
    {
        var parser = new ServerSentEventParser();
        await foreach (var line in LinesAsync(service, path, ct, after))
        {
            if (parser.Take(line) is { } complete) yield return complete;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(string service, HttpMethod method, string path, object? body, CancellationToken ct, bool isMissingAllowed = false, bool streamed = false, long? after = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(Addresses.Service(service), path));
        if (body is not null) request.Content = JsonContent.Create(body, body.GetType(), options: ClientJson.Options);
        if (after is { } seen) request.Headers.Add("Last-Event-ID", seen.ToString(CultureInfo.InvariantCulture));
        if (streamed) request.Headers.Accept.ParseAdd(after is null ? "text/plain" : "text/event-stream");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, streamed ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead, deadline.Token);
        }
        catch (Exception broken) when (broken is HttpRequestException or SocketException or IOException)
        {
            throw Unreachable(service, broken);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new CommandFailure(ExitCode.Unavailable, $"{service} at {Addresses.Service(service)} did not answer within 30 s.", "Look at 'platform status' and the platform's log.");
        }

        if (response.IsSuccessStatusCode || (isMissingAllowed && response.StatusCode == HttpStatusCode.NotFound)) return response;
        using (response) throw await RefusalAsync(response, ct);
    }

    private CommandFailure Unreachable(string service, Exception broken)
    {
        var reason = broken.InnerException is SocketException socket ? socket.Message : broken.Message;
        return new CommandFailure(ExitCode.Unavailable,
            $"The platform is not running: {service} does not answer at {Addresses.Service(service)} ({reason}).",
            $"Start it with 'platform up' (or 'platform up --detach'). If it runs on another data folder than {DataFolder}, name that with --data.");
    }

    private async Task<CommandFailure> RefusalAsync(HttpResponseMessage response, CancellationToken ct)
    {
        ProblemReport? problem = null;
        try
        {
            problem = await response.Content.ReadFromJsonAsync<ProblemReport>(ClientJson.Options, ct);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // Not one of our answers (a proxy's page, say): the status has to do.
            problem = null;
        }

        var text = problem is null ? $"The platform answered {(int)response.StatusCode} {response.ReasonPhrase}." : Words(problem);
        if (problem?.Errors is { Count: > 0 } errors) text += string.Concat(errors.Select(e => $"\n  {(e.Line is { } line ? $"line {line}: " : "")}{e.Message}"));
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => new CommandFailure(ExitCode.NotAuthorised, _http.DefaultRequestHeaders.Authorization is null ? "The platform asks for a key, and there is none." : "The platform does not know the key.",
                Environment.GetEnvironmentVariable(AccessKey.Variable) is { Length: > 0 }
                    ? $"It is the one in {AccessKey.Variable}; unset that to use admin.key in the data folder {DataFolder}."
                    : $"Set {AccessKey.Variable}, or name the data folder that holds admin.key with --data (now {DataFolder})."),
            HttpStatusCode.Forbidden => new CommandFailure(ExitCode.NotAuthorised, text, "Use a key with a greater role; 'platform keys' shows the roles."),
            HttpStatusCode.NotFound => new CommandFailure(ExitCode.Failed, text, Listing(response)),
            HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity => new CommandFailure(ExitCode.Usage, text),
            HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => new CommandFailure(ExitCode.Unavailable, text),
            _ => new CommandFailure(ExitCode.Failed, text),
        };
    }

    /// <summary>What a problem says, without the HTTP requests that it recommends: this is the command line.</summary>
    private static string Words(ProblemReport problem)
    {
        var detail = Request().Replace(problem.Detail ?? "", "").Trim();
        return detail.Length > 0 ? detail : problem.Title + ".";
    }

    private static string Listing(HttpResponseMessage response) =>
        response.RequestMessage?.RequestUri?.AbsolutePath.StartsWith(ServiceRoutes.Keys, StringComparison.Ordinal) == true
            ? "'platform keys' lists the keys."
            : "'platform status' lists the applications.";

    /// <summary>A sentence that begins with a method and a path.</summary>
    [GeneratedRegex(@"\b(GET|POST|PUT|DELETE) /\S+ [^.]*\.")]
    private static partial Regex Request();

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken ct)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(ClientJson.Options, ct)
                ?? throw new CommandFailure(ExitCode.Software, $"{response.RequestMessage?.RequestUri} answered nothing.");
        }
        catch (JsonException unreadable)
        {
            throw new CommandFailure(ExitCode.Unavailable, $"{response.RequestMessage?.RequestUri} did not answer as a platform of this version would: {unreadable.Message}",
                "Is something else listening there? Compare 'platform version' with the running platform's.");
        }
    }
}
